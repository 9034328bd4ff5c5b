"""Tell somebody what happens to a request, up to its outcome."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.claims import Entry, Settlement
from cse_chat.domain.model.events import NOTHING_YET, Cursor, Ended, Event, Followed, Gap
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.use_cases.following import Look, Reader, first_of
from cse_chat.domain.use_cases.read_answer import ReadAnswer


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
                when it was forgotten with its thread, or its deadline is over.
            TransportError: What happened cannot be read now.
        """
        entry = await self.read_answer(correlation_id, user_id)
        reader = Reader(self.events, entry.thread_id, after or entry.begins)
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
        reader = Reader(self.events, entry.thread_id, after or entry.begins)
        stretches = reader.followed(idle=wait) if wait else reader.kept()
        told = await first_of(
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
        reader: Reader,
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
                is_quiet = not told and loop.time() >= quiet_until
                if told or is_quiet:
                    yield told
                    quiet_until = loop.time() + idle.total_seconds()
                if ends(told):
                    return
                missed = any(isinstance(found, Gap) for found in told)
                if missed or is_quiet:  # its outcome may be missing, or its deadline over
                    entry = await self._again(entry)
                if missed and entry.settlement:
                    yield _outcome_of(entry.settlement, reader)
                    return
        if reader.is_deleted:
            entry = await self.read_answer(entry.correlation_id, entry.user_id)
            if entry.settlement:
                yield _outcome_of(entry.settlement, reader)

    async def _again(self, entry: Entry) -> Entry:
        """Return how the request stands by now.

        A store that was emptied is told of it again by whoever accepted it or has it in hand: what
        was known and is not over may be unknown for a moment.
        """
        try:
            return await self.read_answer(entry.correlation_id, entry.user_id)
        except NotFoundError:
            if self.read_answer.now() >= entry.deadline:
                raise
            return entry

    async def _ended(
        self, entry: Entry, reader: Reader, after: Cursor | None
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


def _of(correlation_id: CorrelationId, stretch: Sequence[Event | Gap]) -> Sequence[Event | Gap]:
    """Return what of *stretch* a request's follower is told."""
    return tuple(
        found
        for found in stretch
        if isinstance(found, Gap) or found.correlation_id == correlation_id
    )


def _outcome_of(settlement: Settlement, reader: Reader) -> Sequence[Followed]:
    return (Ended(cursor=reader.cursor or NOTHING_YET, outcome=settlement.outcome),)
