"""Tell somebody what happens, from a cursor on: every event once and in order, or a gap."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.events import Cursor, Ended, Event, Followed, Gap
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.ports.events import EventLog, NextNews
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.threads import Threads

LOOK_AGAIN = timedelta(seconds=1)
"""How long a lost notification may go unnoticed in a thread with open requests."""

_AT_ONCE = 500


class _Reader:
    """Goes through a thread's events behind a cursor: reads what is kept, then takes what it hears.

    What is heard counts only where it follows on what was told: a notification that is lost, late
    or doubled changes nothing.
    """

    def __init__(self, events: EventLog, thread_id: ThreadId, after: Cursor | None) -> None:
        self._events = events
        self._thread_id = thread_id
        self._is_busy = False
        self.cursor = after

    async def stretches(
        self, next_news: NextNews, *, idle: timedelta
    ) -> AsyncGenerator[Sequence[Event | Gap]]:
        """Yield what comes; nothing after *idle* without; end when it is over here."""
        loop = asyncio.get_running_loop()
        quiet_until = loop.time() + idle.total_seconds()
        while True:
            async with aclosing(self.kept()) as stretches:
                async for stretch in stretches:
                    yield stretch
                    quiet_until = loop.time() + idle.total_seconds()
            while True:
                left = timedelta(seconds=quiet_until - loop.time())
                news = await next_news(min(left, LOOK_AGAIN) if self._is_busy else left)
                fresh = self._following_on(news.events)
                if fresh:
                    yield fresh
                if news.over:
                    return
                if not fresh:
                    if loop.time() < quiet_until:
                        break
                    yield ()
                quiet_until = loop.time() + idle.total_seconds()
                if news.missed or len(fresh) < len(news.events):
                    break

    async def kept(self) -> AsyncGenerator[Sequence[Event | Gap]]:
        """Yield all that is kept."""
        while True:
            stretch = await self._events.since(self._thread_id, self.cursor, limit=_AT_ONCE)
            self.cursor = stretch.cursor
            self._is_busy = stretch.busy
            if stretch.gap or stretch.events:
                yield (*((stretch.gap,) if stretch.gap else ()), *stretch.events)
            if not stretch.more:
                return

    def _following_on(self, heard: Sequence[Event]) -> Sequence[Event]:
        """Return what of *heard* comes next; from then on it has been told."""
        fresh: list[Event] = []
        for event in heard:
            at, reached = event.cursor, self.cursor
            if reached and at.epoch == reached.epoch and at.offset == reached.offset + 1:
                self.cursor = at
                self._is_busy = True  # until the next reading says otherwise
                fresh.append(event)
        return fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowThread:
    """Tell a thread's owner what happens in it."""

    threads: Threads
    events: EventLog

    async def __call__(
        self, thread_id: ThreadId, user_id: UserId, *, after: Cursor | None, idle: timedelta
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield what comes, some at a time, until it is over here: the process ends.

        Args:
            thread_id: Whose events.
            user_id: Who asks.
            after: Behind which event to begin; ``None``: with the oldest that is kept.
            idle: After how long without anything nothing is yielded.

        Raises:
            NotFoundError: Nobody ever used the thread, or it is another user's.
            TransportError: What happened cannot be read now.
        """
        if await self.threads.owner(thread_id) != user_id:
            raise NotFoundError(f"thread {thread_id}")
        reader = _Reader(self.events, thread_id, after)
        async with (
            self.events.follow(thread_id) as next_news,
            aclosing(reader.stretches(next_news, idle=idle)) as stretches,
        ):
            async for stretch in stretches:
                yield stretch

    async def kept(
        self, thread_id: ThreadId, user_id: UserId, *, after: Cursor | None
    ) -> Sequence[Followed]:
        """Return what has happened until now.

        Raises:
            NotFoundError: Nobody ever used the thread, or it is another user's.
            TransportError: What happened cannot be read now.
        """
        if await self.threads.owner(thread_id) != user_id:
            raise NotFoundError(f"thread {thread_id}")
        reader = _Reader(self.events, thread_id, after)
        return [told async for stretch in reader.kept() for told in stretch]

    async def newest(self, thread_id: ThreadId) -> Cursor | None:
        """Return behind which cursor to begin to be told only what is still to come.

        It says nothing of a thread, so that anybody may ask.

        Returns:
            ``None`` when nobody can say now: whoever begins there is told what is kept, too.
        """
        try:
            return (await self.events.since(thread_id, None, limit=1)).newest
        except TransportError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRequest:
    """Tell a request's owner what happens to it, up to its outcome."""

    ledger: Ledger
    events: EventLog

    async def __call__(
        self,
        correlation_id: CorrelationId,
        user_id: UserId,
        *,
        after: Cursor | None,
        idle: timedelta,
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield what comes, some at a time; end behind the outcome, or when it is over here.

        Args:
            correlation_id: The request.
            user_id: Who asks.
            after: Behind which event to begin; ``None``: with the request's first.
            idle: After how long without anything nothing is yielded.

        Raises:
            NotFoundError: Nothing is known of it, or it is another user's.
            TransportError: What happened cannot be read now.
        """
        entry = await self._entry(correlation_id, user_id)
        reader = _Reader(self.events, entry.thread_id, after or entry.begins)
        loop = asyncio.get_running_loop()
        quiet_until = loop.time() + idle.total_seconds()
        async with (
            self.events.follow(entry.thread_id) as next_news,
            aclosing(reader.stretches(next_news, idle=idle)) as stretches,
        ):
            async for stretch in stretches:
                told = _of(correlation_id, stretch)
                # What happens to others is no sign of life to whoever waits behind them.
                if told or not stretch or loop.time() >= quiet_until:
                    yield told
                    quiet_until = loop.time() + idle.total_seconds()
                if _ends(told):
                    return
                if any(isinstance(found, Gap) for found in told):
                    # Its outcome may be what is missing.
                    entry = await self._entry(correlation_id, user_id)
                    if entry.settlement and reader.cursor:
                        yield (Ended(cursor=reader.cursor, outcome=entry.settlement.outcome),)
                        return

    async def _entry(self, correlation_id: CorrelationId, user_id: UserId) -> Entry:
        entry = (await self.ledger.find((correlation_id,))).get(correlation_id)
        if entry is None or entry.user_id != user_id:
            raise NotFoundError(f"request {correlation_id}")
        return entry


def _of(correlation_id: CorrelationId, stretch: Sequence[Event | Gap]) -> Sequence[Event | Gap]:
    """Return what of *stretch* a request's follower is told."""
    return [
        found
        for found in stretch
        if isinstance(found, Gap) or found.correlation_id == correlation_id
    ]


def _ends(told: Sequence[Event | Gap]) -> bool:
    return any(isinstance(found, Event) and found.type.is_outcome for found in told)
