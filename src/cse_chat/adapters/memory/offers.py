"""`Offers` in this process."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from cse_chat.adapters.memory.expiring import ExpiringDict
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.ids import CorrelationId

_MOST: Final = 100
_KEPT_FOR: Final = timedelta(seconds=10)


class InMemoryOffers:
    """Keeps what came first for a while.

    Args:
        settle: Settles a request with an answer, in one step.
        monotonic: Seconds from any origin.
    """

    def __init__(
        self, *, settle: Callable[[Hint, EarlyAnswer], None], monotonic: Callable[[], float]
    ) -> None:
        self._settle = settle
        self._offered: ExpiringDict[CorrelationId, tuple[Hint, EarlyAnswer]] = ExpiringDict(
            cap=_MOST, ttl=_KEPT_FOR, monotonic=monotonic
        )
        self._accepted: ExpiringDict[CorrelationId, Hint] = ExpiringDict(
            cap=_MOST, ttl=_KEPT_FOR, monotonic=monotonic
        )

    def offer(self, hint: Hint, early: EarlyAnswer) -> None:
        """See `Offers.offer`."""
        accepted = self._accepted.take(hint.request.correlation_id)
        if accepted is None:
            self._offered.put(hint.request.correlation_id, (hint, early))
        else:
            self._meet(accepted, hint, early)

    def accept(self, hint: Hint) -> None:
        """See `Offers.accept`."""
        offered = self._offered.take(hint.request.correlation_id)
        if offered is None:
            self._accepted.put(hint.request.correlation_id, hint)
        else:
            self._meet(hint, *offered)

    def _meet(self, accepted: Hint, offered: Hint, early: EarlyAnswer) -> None:
        # Anybody can have it hinted at.
        if offered.request.question == accepted.request.question:
            self._settle(offered, early)
