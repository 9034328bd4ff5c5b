"""`ReplyBus` inside one event loop."""

from collections.abc import Callable

from cse_chat.adapters.listeners import Listeners
from cse_chat.domain.model.outcomes import Outcome


class InMemoryReplyBus(Listeners):
    """Wakes whoever listens for the request; a listener hears the first outcome announced.

    Real buses lose announcements: *loses* does so on purpose, for tests of what stands behind.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        loses: Callable[[Outcome], bool] = lambda _: False,
    ) -> None:
        super().__init__(monotonic=monotonic)
        self._loses = loses

    async def announce(self, outcome: Outcome) -> None:
        """See `ReplyBus.announce`."""
        self.announce_now(outcome)

    def announce_now(self, outcome: Outcome) -> None:
        """Announce in the same step as what is announced."""
        if not self._loses(outcome):
            self.deliver(outcome)
