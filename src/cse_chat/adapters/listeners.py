"""Who in this process waits for which outcome; what every reply bus keeps."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from cse_chat.domain.errors import NotListeningError
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Asked, Outcome
from cse_chat.domain.ports.replies import NextReply


class _Listener:
    """Who listens while it is entered: the outcome that came, or who is to be woken by it."""

    __slots__ = (
        "_correlation_id",
        "_is_in_vain",
        "_listeners",
        "_outcome",
        "_request",
        "_waiter",
        "since",
    )

    def __init__(
        self, listeners: "Listeners", correlation_id: CorrelationId, request: Asked | None
    ) -> None:
        self.since = listeners.monotonic()
        self._request = request
        self._correlation_id = correlation_id
        self._listeners = listeners
        self._outcome: Outcome | None = None
        self._is_in_vain = False
        self._waiter: asyncio.Future[None] | None = None

    async def __aenter__(self) -> NextReply:
        # The map first: what is heard while it is confirmed is known to be waited for.
        self._listeners.by_id.setdefault(self._correlation_id, []).append(self)
        if not self._listeners.is_let_go:  # else nobody waits for anything
            try:
                await self._listeners.confirmed()
            except BaseException:
                self._leave()
                raise
        return self.next_reply

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        mine = self._listeners.by_id[self._correlation_id]
        mine.remove(self)
        if not mine:
            del self._listeners.by_id[self._correlation_id]

    async def next_reply(self, wait: timedelta) -> Outcome | None:
        if self._may_hear and wait > timedelta(0):
            # A future and a timer: `asyncio.timeout` around a shielded future takes twice as long.
            loop = asyncio.get_running_loop()
            self._waiter = waiter = loop.create_future()
            timer = loop.call_later(wait.total_seconds(), self.wake)
            try:
                await waiter
            finally:
                timer.cancel()
        if self._is_in_vain and self._outcome is None:
            raise NotListeningError("nothing is heard any more")
        return self._outcome

    @property
    def _may_hear(self) -> bool:
        return not (self._outcome or self._is_in_vain or self._listeners.is_let_go)

    def give_up(self) -> None:
        self._is_in_vain = True
        self.wake()

    def hear(self, outcome: Outcome) -> bool:
        """Take the first outcome that can be the request's; return whether it can."""
        asked = self._request
        if asked and (asked.thread_id, asked.user_id) != (outcome.thread_id, outcome.user_id):
            return False
        if self._outcome is None:
            self._outcome = outcome
            self.wake()
        return True

    def wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class Listeners:
    """Wakes whoever listens for a request; each hears the first outcome that is told.

    Attributes:
        by_id: Whoever listens for it, in the order they came.
        is_let_go: Whether nobody is kept waiting any more.
        on_gap: Looks for what may have been announced while nothing was heard.
    """

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        """Store the arguments.

        Args:
            monotonic: Seconds from any origin.
        """
        self.monotonic = monotonic
        self.by_id: dict[CorrelationId, list[_Listener]] = {}
        self.is_let_go = False
        self.on_gap: Callable[[], Awaitable[object]] = _nobody_looks

    def __len__(self) -> int:
        """Return how many requests are listened for."""
        return len(self.by_id)

    @property
    def longest(self) -> float:
        """For how many seconds the longest of them has been; 0 when there is none."""
        first = min((listeners[0].since for listeners in self.by_id.values()), default=None)
        return 0.0 if first is None else self.monotonic() - first

    def listen(
        self, correlation_id: CorrelationId, *, request: Asked | None = None
    ) -> AbstractAsyncContextManager[NextReply]:
        """See `ReplyBus.listen`."""
        return _Listener(self, correlation_id, request)

    async def confirmed(self) -> None:
        """Return once everything that is announced from now on is heard.

        Raises:
            NotListeningError: It was not confirmed.
        """

    def pending(self, *, for_longer_than: timedelta) -> Sequence[CorrelationId]:
        """See `ReplyBus.pending`."""
        since = self.monotonic() - for_longer_than.total_seconds()
        # All are looked at: an id keeps its place when the first of its listeners leaves.
        first = {cid: listeners[0].since for cid, listeners in self.by_id.items()}
        return sorted((cid for cid, at in first.items() if at <= since), key=first.__getitem__)

    def deliver(self, outcome: Outcome) -> None:
        """See `ReplyBus.deliver`."""
        self.tell(outcome)

    def tell(self, outcome: Outcome) -> bool:
        """Tell all who listen for it; return whether it can be the outcome of one of theirs."""
        heard = [listener.hear(outcome) for listener in self.by_id.get(outcome.correlation_id, ())]
        return any(heard)

    def give_up(self) -> None:
        """Tell all who listen now that they do so in vain; who comes later may hear again."""
        for listeners in self.by_id.values():
            for listener in listeners:
                listener.give_up()

    def let_go(self) -> None:
        """End every wait without an outcome, now and from now on: the process ends."""
        self.is_let_go = True
        for listeners in self.by_id.values():
            for listener in listeners:
                listener.wake()


async def _nobody_looks() -> None:
    """Nothing gets lost here."""
