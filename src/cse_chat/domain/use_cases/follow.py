"""Tell somebody what happens, from a cursor on: every event once and in order, or a gap."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.claims import Entry, Settlement
from cse_chat.domain.model.events import NOTHING_YET, Cursor, Ended, Event, Followed, Gap
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.threads import Threads
from cse_chat.domain.use_cases.read_answer import ReadAnswer

LOOK_AGAIN = timedelta(seconds=1)
"""How long a lost notification may go unnoticed in a thread with open requests."""

_LOOK_AGAIN_SECONDS = LOOK_AGAIN.total_seconds()
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


class _Reader:
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

    async def followed(self, *, idle: timedelta) -> AsyncGenerator[Sequence[Event | Gap]]:
        """Yield at once what is kept, possibly nothing; then what comes, until it is over here.

        After *idle* without anything, nothing is yielded.
        """
        loop = asyncio.get_running_loop()
        quiet_until = loop.time()
        async with self._events.follow(self._thread_id) as next_news:
            while True:
                async with aclosing(self.kept()) as stretches:
                    async for stretch in stretches:
                        yield stretch
                        quiet_until = loop.time() + idle.total_seconds()
                if self.is_deleted:
                    return
                while True:
                    if loop.time() >= quiet_until:
                        yield ()
                        quiet_until = loop.time() + idle.total_seconds()
                    news = await next_news(self._patience(quiet_until - loop.time()))
                    fresh = self._following_on(news.events)
                    if fresh:
                        yield fresh
                        quiet_until = loop.time() + idle.total_seconds()
                    if news.over:
                        return
                    if news.missed or len(fresh) < len(news.events):
                        break
                    if not fresh and loop.time() < quiet_until:
                        break

    def _patience(self, left: float) -> timedelta:
        """Return how long to wait for news, at most *left* seconds."""
        if self._is_busy and left >= _LOOK_AGAIN_SECONDS:
            return LOOK_AGAIN  # made once: making one took a third of the time of a delivery
        return timedelta(seconds=left)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowThread:
    """Tell a thread's owner what happens in it."""

    threads: Threads
    events: EventLog

    async def __call__(
        self, thread_id: ThreadId, user_id: UserId, *, after: Cursor | None, idle: timedelta
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield at once what is kept, possibly nothing; then what comes, until it is over here.

        Args:
            thread_id: Whose events.
            user_id: Who asks.
            after: Behind which event to begin; ``None``: with the oldest that is kept.
            idle: After how long without anything nothing is yielded.

        Raises:
            NotFoundError: Nobody ever used the thread, it is another user's, or was deleted: also
                in the middle, behind what happened before.
            TransportError: What happened cannot be read now.
        """
        reader = await self._reader(thread_id, user_id, after)
        async with aclosing(reader.followed(idle=idle)) as stretches:
            async for stretch in stretches:
                yield stretch
        if reader.is_deleted:
            raise NotFoundError(f"thread {thread_id}")

    async def look(
        self, thread_id: ThreadId, user_id: UserId, *, after: Cursor | None, wait: timedelta
    ) -> Look:
        """Return some of what has happened; if it is nothing, wait so long for something.

        Raises:
            NotFoundError: Nobody ever used the thread, or it is another user's.
            TransportError: What happened cannot be read now.
        """
        reader = await self._reader(thread_id, user_id, after)
        told = await _first(reader.followed(idle=wait) if wait else reader.kept(), wait=wait)
        return Look(told=told, cursor=reader.cursor or NOTHING_YET)

    async def _reader(self, thread_id: ThreadId, user_id: UserId, after: Cursor | None) -> _Reader:
        if await self.threads.owner(thread_id) != user_id:
            raise NotFoundError(f"thread {thread_id}")
        return _Reader(self.events, thread_id, after)

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
    """Tell a request's owner what happens to it, up to its outcome.

    Past its deadline it gets one: whoever waits here is told `expired`, although no worker lives.
    """

    read_answer: ReadAnswer
    events: EventLog

    async def __call__(
        self,
        correlation_id: CorrelationId,
        user_id: UserId,
        *,
        after: Cursor | None,
        idle: timedelta,
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield at once what is kept, then what comes; end behind the outcome, or when it is over here.

        Nothing at all is yielded where *after* is the outcome; nothing is yielded at once where
        there is no event yet.

        Args:
            correlation_id: The request.
            user_id: Who asks.
            after: Behind which event to begin; ``None``: with the request's first.
            idle: After how long without anything nothing is yielded.

        Raises:
            NotFoundError: Nothing is known of it, or it is another user's; also in the middle,
                when it was forgotten with its thread.
            TransportError: What happened cannot be read now.
        """
        entry = await self.read_answer(correlation_id, user_id)
        reader = _Reader(self.events, entry.thread_id, after or entry.begins)
        tellings = (
            self._ended(entry, reader, after)
            if entry.settlement
            else self._open(entry, reader, reader.followed(idle=idle), idle=idle)
        )
        async with aclosing(tellings):
            async for told in tellings:
                yield told

    async def look(
        self,
        correlation_id: CorrelationId,
        user_id: UserId,
        *,
        after: Cursor | None,
        wait: timedelta,
    ) -> Look:
        """Return some of what has happened; if it is nothing, wait so long for something.

        Raises:
            NotFoundError: Nothing is known of it, or it is another user's.
            TransportError: What happened cannot be read now.
        """
        entry = await self.read_answer(correlation_id, user_id)
        reader = _Reader(self.events, entry.thread_id, after or entry.begins)
        stretches = reader.followed(idle=wait) if wait else reader.kept()
        told = await _first(
            self._ended(entry, reader, after)
            if entry.settlement
            else self._open(entry, reader, stretches, idle=wait),
            wait=wait,
        )
        over = ends(told) or (entry.settlement is not None and not told)
        return Look(told=told, cursor=reader.cursor or NOTHING_YET, over=over)

    async def _open(
        self,
        entry: Entry,
        reader: _Reader,
        stretches: AsyncGenerator[Sequence[Event | Gap]],
        *,
        idle: timedelta,
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield what is told of a request that had no outcome."""
        loop = asyncio.get_running_loop()
        quiet_until = loop.time()
        async with aclosing(stretches):
            async for stretch in stretches:
                told = _of(entry.correlation_id, stretch)
                # What happens to others is no sign of life to whoever waits behind them.
                if told or loop.time() >= quiet_until:
                    yield told
                    quiet_until = loop.time() + idle.total_seconds()
                if ends(told):
                    return
                missed = any(isinstance(found, Gap) for found in told)
                if missed or not stretch:  # its outcome may be missing, or its deadline over
                    entry = await self.read_answer(entry.correlation_id, entry.user_id)
                if missed and entry.settlement:
                    yield _outcome_of(entry.settlement, reader)
                    return
        if reader.is_deleted:
            entry = await self.read_answer(entry.correlation_id, entry.user_id)
            if entry.settlement:
                yield _outcome_of(entry.settlement, reader)

    async def _ended(
        self, entry: Entry, reader: _Reader, after: Cursor | None
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield what is told of a request that has an outcome: no more comes than is kept."""
        missed = after is None
        async with aclosing(reader.kept()) as stretches:
            async for stretch in stretches:
                told = _of(entry.correlation_id, stretch)
                if told:
                    yield told
                if ends(told):
                    return
                missed = missed or any(isinstance(found, Gap) for found in told)
        if (missed or reader.is_deleted) and entry.settlement:
            yield _outcome_of(entry.settlement, reader)


def ends(told: Sequence[Followed]) -> bool:
    """Return whether *told* has an outcome: of what is told of one request, it is the last."""
    return any(
        isinstance(one, Ended) or (isinstance(one, Event) and one.type.is_outcome) for one in told
    )


async def _first(
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


def _of(correlation_id: CorrelationId, stretch: Sequence[Event | Gap]) -> Sequence[Event | Gap]:
    """Return what of *stretch* a request's follower is told."""
    return tuple(
        found
        for found in stretch
        if isinstance(found, Gap) or found.correlation_id == correlation_id
    )


def _outcome_of(settlement: Settlement, reader: _Reader) -> Sequence[Followed]:
    return (Ended(cursor=reader.cursor or NOTHING_YET, outcome=settlement.outcome),)
