"""Go through a thread's events from a cursor on: every event once and in order, or a gap."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from math import inf

from cse_chat.domain.model.events import Cursor, Event, Followed, Gap
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.ports.events import EventLog

LOOK_AGAIN = timedelta(seconds=1)
"""How long a lost notification may go unnoticed in a thread with open requests."""

_AT_ONCE = 100  # whoever takes them slowly holds so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What somebody sees who looks now and then instead of following.

    Attributes:
        told: In order; possibly nothing.
        cursor: Behind which to look next.
        over: Whether nothing more will come there.
    """

    told: Sequence[Followed]
    cursor: Cursor
    over: bool = False


class Reader:
    """Goes through a thread's events behind a cursor: reads what is kept, then takes what it hears.

    What is heard counts only where it follows on what was told: a notification that is lost, late
    or doubled changes nothing.
    """

    def __init__(self, events: EventLog, thread_id: ThreadId, after: Cursor | None) -> None:
        self._events = events
        self._thread_id = thread_id
        self._is_busy = False
        self.is_deleted = False
        self.cursor = after

    async def followed(self, *, idle: timedelta | None) -> AsyncGenerator[Sequence[Event | Gap]]:
        """Yield at once what is kept, possibly nothing; then what comes, until it is over here.

        After *idle* without anything, nothing is yielded; ``None``: then never.
        """
        loop = asyncio.get_running_loop()
        silence = inf if idle is None else idle.total_seconds()
        quiet_until = loop.time()
        async with self._events.follow(self._thread_id) as next_news:
            while True:
                async with aclosing(self.kept()) as stretches:
                    async for stretch in stretches:
                        yield stretch
                        quiet_until = loop.time() + silence
                if self.is_deleted:
                    return
                while True:
                    if loop.time() >= quiet_until:
                        yield ()
                        quiet_until = loop.time() + silence
                    news = await next_news(self._patience(quiet_until - loop.time()))
                    fresh = self._following_on(news.events)
                    if fresh:
                        yield fresh
                        quiet_until = loop.time() + silence
                    if news.over:
                        return
                    if news.missed or len(fresh) < len(news.events):
                        break
                    if not fresh and loop.time() < quiet_until:
                        break

    def _patience(self, left: float) -> timedelta | None:
        """Return how long to wait for news, at most *left* seconds."""
        if self._is_busy and left >= LOOK_AGAIN.total_seconds():
            return LOOK_AGAIN  # made once: making one took a third of the time of a delivery
        return None if left == inf else timedelta(seconds=left)

    async def kept(self) -> AsyncGenerator[Sequence[Event | Gap]]:
        """Yield all that is kept."""
        while True:
            stretch = await self._events.since(self._thread_id, self.cursor, limit=_AT_ONCE)
            self.cursor = stretch.cursor
            self._is_busy = stretch.busy
            self.is_deleted = stretch.deleted
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


async def first_of(
    tellings: AsyncGenerator[Sequence[Followed]], *, wait: timedelta
) -> Sequence[Followed]:
    """Return what is told first; nothing, if that takes longer than *wait*."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait.total_seconds()
    async with aclosing(tellings):
        async for told in tellings:
            if told or loop.time() >= until:
                return told
    return ()
