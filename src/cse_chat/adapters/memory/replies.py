"""`ReplyBus` inside one event loop."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.ports.replies import NextReply


class _Listener:
    """Who listens while it is entered: the outcome that came, or who is to be woken by it."""

    __slots__ = ("_correlation_id", "_listeners", "_outcome", "_waiter", "since")

    def __init__(
        self,
        correlation_id: CorrelationId,
        listeners: dict[CorrelationId, list["_Listener"]],
        since: float,
    ) -> None:
        self.since = since
        self._correlation_id = correlation_id
        self._listeners = listeners
        self._outcome: Outcome | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def __aenter__(self) -> NextReply:
        self._listeners.setdefault(self._correlation_id, []).append(self)
        return self.next_reply

    async def __aexit__(self, *_: object) -> None:
        mine = self._listeners[self._correlation_id]
        mine.remove(self)
        if not mine:
            del self._listeners[self._correlation_id]

    async def next_reply(self, wait: timedelta) -> Outcome | None:
        if self._outcome is None and wait > timedelta(0):
            # A future and a timer: `asyncio.timeout` around a shielded future takes twice as long.
            loop = asyncio.get_running_loop()
            self._waiter = waiter = loop.create_future()
            timer = loop.call_later(wait.total_seconds(), self._wake)
            try:
                await waiter
            finally:
                timer.cancel()
        return self._outcome

    def hear(self, outcome: Outcome) -> None:
        if self._outcome is None:
            self._outcome = outcome
            self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class InMemoryReplyBus:
    """Wakes whoever listens for the request; a listener hears the first outcome announced.

    Real buses lose announcements: *loses* does so on purpose, for tests of what stands behind.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        loses: Callable[[Outcome], bool] = lambda _: False,
    ) -> None:
        self._monotonic = monotonic
        self._loses = loses
        self._listeners: dict[CorrelationId, list[_Listener]] = {}

    def __len__(self) -> int:
        """Return how many requests are listened for."""
        return len(self._listeners)

    def listen(self, correlation_id: CorrelationId) -> AbstractAsyncContextManager[NextReply]:
        """See `ReplyBus.listen`."""
        return _Listener(correlation_id, self._listeners, self._monotonic())

    async def announce(self, outcome: Outcome) -> None:
        """See `ReplyBus.announce`."""
        self.announce_now(outcome)

    def announce_now(self, outcome: Outcome) -> None:
        """Announce in the same step as what is announced."""
        if not self._loses(outcome):
            self.deliver(outcome)

    def pending(self, *, for_longer_than: timedelta) -> Sequence[CorrelationId]:
        """See `ReplyBus.pending`."""
        since = self._monotonic() - for_longer_than.total_seconds()
        # All are looked at: an id keeps its place when the first of its listeners leaves.
        first = {cid: listeners[0].since for cid, listeners in self._listeners.items()}
        return sorted((cid for cid, at in first.items() if at <= since), key=first.__getitem__)

    def deliver(self, outcome: Outcome) -> None:
        """See `ReplyBus.deliver`."""
        for listener in self._listeners.get(outcome.correlation_id, ()):
            listener.hear(outcome)
