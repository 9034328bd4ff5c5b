"""The way an outcome reaches who waits for it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Asked, Outcome

NextReply = Callable[[timedelta], Awaitable[Outcome | None]]
"""Waits so long for the outcome, at most; ``None`` is none yet. One wait at a time.

It raises `NotListeningError` once nothing is heard any more, and will not be for a while.
"""


class ReplyBus(Protocol):
    """Instant, at-most-once news of outcomes for whoever listens *now*: never the truth.

    An outcome announced before `listen` was entered is not heard, so listen first and ask second;
    one that is announced later may get lost too, so whoever waits long looks into the ledger.
    Contract: ``tests/contracts/replies.py``.
    """

    def listen(
        self, correlation_id: CorrelationId, *, request: Asked | None = None
    ) -> AbstractAsyncContextManager[NextReply]:
        """Listen; the ``async with`` body starts once nothing announced from now on is missed.

        A wait that found nothing, or was cancelled, can be repeated and misses nothing.

        Args:
            correlation_id: The request.
            request: Itself, or what the ledger knows of it, for who trusts what is heard: then
                no outcome that names another thread or user is. Some agents reply where only
                who gives it can hear them.

        Raises:
            NotListeningError: Listening is not confirmed, now or when it is entered.
        """
        ...

    async def announce(self, outcome: Outcome) -> None:
        """Tell everybody who listens for its request, in any process. Nobody may: no error."""
        ...

    def pending(self, *, for_longer_than: timedelta) -> Sequence[CorrelationId]:
        """Return the ids this process has been listening for since then, oldest first."""
        ...

    def deliver(self, outcome: Outcome) -> None:
        """Tell those in this process only; who has heard it already does not mind."""
        ...
