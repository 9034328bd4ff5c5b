"""Who in this process follows which thread; what every event log keeps."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from math import ceil, inf

from cse_chat.domain.model.events import Event
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.ports.events import MOST_BYTES_AT_ONCE, News, NextNews

_MOST_HEARD = 64
"""Events that wait for one follower; beyond them, or `MOST_BYTES_AT_ONCE`, it reads from the log."""


_GRAIN_SECONDS = 0.05
"""By how much a wait may be longer than it was to be."""


class _Bells:
    """Rings for those whose time is over: once for all of whom it is about the same.

    Who follows the same waits for the same, and a timer for each took a tenth of what it takes to
    tell one of a thousand something once a second.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, list[_Follower]] = {}

    def ring_for(self, follower: "_Follower", at: float, loop: asyncio.AbstractEventLoop) -> None:
        """Have it ring at a time by the loop's clock, or a little later."""
        grain = ceil(at / _GRAIN_SECONDS)
        if grain * _GRAIN_SECONDS < at:  # by a hair, as fractions are: it would ring in vain
            grain += 1
        waiting = self._waiting.get(grain)
        if waiting is None:
            waiting = self._waiting[grain] = []
            loop.call_at(grain * _GRAIN_SECONDS, self._ring, grain, loop)
        waiting.append(follower)

    def _ring(self, grain: int, loop: asyncio.AbstractEventLoop) -> None:
        now = max(loop.time(), grain * _GRAIN_SECONDS)  # a loop may ring a little too early
        for follower in self._waiting.pop(grain):
            follower.rung(now, loop)


class _Follower:
    """Who follows while it is entered: what it has heard, or what wakes it."""

    __slots__ = (
        "_followers",
        "_heard",
        "_missed",
        "_rings_at",
        "_size",
        "_thread_id",
        "_until",
        "_waiter",
    )

    def __init__(self, followers: "Followers", thread_id: ThreadId) -> None:
        self._followers = followers
        self._thread_id = thread_id
        self._heard: list[Event] = []
        self._size = 0
        self._missed = False
        self._waiter: asyncio.Future[None] | None = None
        self._until = inf
        self._rings_at = inf

    async def __aenter__(self) -> NextNews:
        self._followers.add(self._thread_id, self)
        try:
            await self._followers.confirmed(self._thread_id)
        except BaseException:
            self._followers.remove(self._thread_id, self)
            raise
        return self.next_news

    async def __aexit__(self, *_: object) -> None:
        self._followers.remove(self._thread_id, self)
        self._until = inf
        self._heard.clear()  # what is still to ring for it holds it for that long

    async def next_news(self, wait: timedelta | None) -> News:
        if not (self._heard or self._missed or self._followers.is_let_go):
            loop = asyncio.get_running_loop()
            self._until = inf if wait is None else loop.time() + wait.total_seconds()
            # One that is to ring before may stay: where much is told, few are needed.
            if self._until < self._rings_at:
                self._ring(loop)
            self._waiter = loop.create_future()
            await self._waiter
        news = News(tuple(self._heard), self._missed, self._followers.is_let_go)
        self._heard.clear()
        self._size = 0
        self._missed = False
        return news

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._rings_at = self._until
        self._followers.bells.ring_for(self, self._until, loop)

    def rung(self, now: float, loop: asyncio.AbstractEventLoop) -> None:
        """Wake it if its time is over; else have it rung for again."""
        if now < self._rings_at:  # it was rung for before, or is to be later
            return
        self._rings_at = inf
        if now >= self._until:
            self.wake()
        elif self._until < inf:
            self._ring(loop)

    def hear(self, event: Event) -> None:
        if self._missed:
            return
        self._size += len(event.json)
        is_much = len(self._heard) >= _MOST_HEARD or self._size > MOST_BYTES_AT_ONCE
        if self._heard and is_much:
            self.miss()
            return
        self._heard.append(event)
        self.wake()

    def miss(self) -> None:
        """Have it read from the log."""
        self._heard.clear()
        self._size = 0
        self._missed = True
        self.wake()

    def look(self) -> None:
        """Have it read from the log once it has taken what it heard."""
        self._missed = True
        self.wake()

    def wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


async def _at_once(_: ThreadId) -> None:
    """Whatever is told here is heard."""


class Followers:
    """Wakes whoever follows a thread; how many follow it costs those who follow others nothing.

    Attributes:
        is_let_go: Whether nobody is kept any more.
        on_first: Told of a thread that somebody begins to follow.
        on_last: Told of a thread that nobody follows any more.
        confirmed: Returns once what is told of a thread is heard.
        bells: Ring for those who waited as long as they wanted.
    """

    def __init__(
        self,
        *,
        on_first: Callable[[ThreadId], object] = lambda _: None,
        on_last: Callable[[ThreadId], object] = lambda _: None,
        confirmed: Callable[[ThreadId], Awaitable[None]] = _at_once,
    ) -> None:
        self._by_thread: dict[ThreadId, list[_Follower]] = {}
        self._on_first = on_first
        self._on_last = on_last
        self.confirmed = confirmed
        self.bells = _Bells()
        self.is_let_go = False

    def __len__(self) -> int:
        """Return how many follow anything."""
        return sum(map(len, self._by_thread.values()))

    def __contains__(self, thread_id: ThreadId) -> bool:
        """Return whether anybody follows the thread."""
        return thread_id in self._by_thread

    def following(self, thread_id: ThreadId) -> _Follower:
        """See `EventLog.follow`."""
        return _Follower(self, thread_id)

    def tell(self, thread_id: ThreadId, event: Event) -> None:
        """Tell all who follow the thread."""
        for follower in self._by_thread.get(thread_id, ()):
            follower.hear(event)

    def miss(self, thread_id: ThreadId | None = None) -> None:
        """Have all who follow it read from the log: something may have got lost; without it, all."""
        missing = (
            self._by_thread.values() if thread_id is None else [self._by_thread.get(thread_id, ())]
        )
        for followers in missing:
            for follower in followers:
                follower.miss()

    def look(self, thread_id: ThreadId) -> None:
        """Have all who follow it read from the log, behind what they have heard: it was deleted."""
        for follower in self._by_thread.get(thread_id, ()):
            follower.look()

    def let_go(self) -> None:
        """Tell everybody that it is over, now and from now on: the process ends."""
        self.is_let_go = True
        for followers in self._by_thread.values():
            for follower in followers:
                follower.wake()

    def add(self, thread_id: ThreadId, follower: _Follower) -> None:
        """Have it told."""
        followers = self._by_thread.setdefault(thread_id, [])
        followers.append(follower)
        if len(followers) == 1:
            self._on_first(thread_id)

    def remove(self, thread_id: ThreadId, follower: _Follower) -> None:
        """Tell it nothing more."""
        followers = self._by_thread[thread_id]
        followers.remove(follower)
        if not followers:
            del self._by_thread[thread_id]
            self._on_last(thread_id)
