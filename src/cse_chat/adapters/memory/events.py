"""`EventRecorder` and `EventLog` as a list for each thread."""

from collections import deque
from collections.abc import Callable, Container
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from cse_chat.adapters.followers import Followers
from cse_chat.adapters.memory.expiring import ExpiringDict
from cse_chat.adapters.memory.weights import weight_of_said
from cse_chat.adapters.wire.events import (
    accepted_tail,
    event_json,
    outcome_json,
    said_tail,
    started_tail,
)
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import (
    NOTHING_YET,
    Cursor,
    Event,
    EventType,
    Stretch,
    Utterance,
    beginning,
    nothing_of_a_deleted_thread,
    type_of,
)
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.events import MOST_BYTES_AT_ONCE, NextNews

_THREAD_WEIGHT = 600
_EVENT_WEIGHT = 500


class _Of(Protocol):
    """Whatever says of which request something happened."""

    @property
    def correlation_id(self) -> CorrelationId: ...

    @property
    def thread_id(self) -> ThreadId: ...


_Making = Callable[[Cursor], bytes]


class _Kept:
    """The events of one thread; the first ones go.

    They are made when somebody reads them: most are never read, and making them takes longer than
    all else that happens to a question here.
    """

    __slots__ = ("epoch", "offset", "recorded", "weight")

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.offset = 0
        self.recorded: deque[tuple[EventType, CorrelationId, _Making, int]] = deque()
        self.weight = _THREAD_WEIGHT

    @property
    def last(self) -> Cursor:
        return Cursor(self.epoch, self.offset)

    @property
    def before_oldest(self) -> int:
        return self.offset - len(self.recorded)

    def add(self, kind: EventType, of: CorrelationId, making: _Making, *, weight: int) -> None:
        self.offset += 1
        self.recorded.append((kind, of, making, weight))
        self.weight += weight

    def trim(self, most: int) -> None:
        while len(self.recorded) > most:
            *_, weight = self.recorded.popleft()
            self.weight -= weight

    def behind(self, offset: int, limit: int) -> tuple[Event, ...]:
        start = offset - self.before_oldest
        events: list[Event] = []
        size = 0
        for recorded in islice(self.recorded, start, start + limit):
            event = self._made(offset + len(events) + 1, *recorded)
            events.append(event)
            size += len(event.json)
            if size >= MOST_BYTES_AT_ONCE:
                break
        return tuple(events)

    def _made(
        self, offset: int, kind: EventType, of: CorrelationId, making: _Making, _: int
    ) -> Event:
        cursor = Cursor(self.epoch, offset)
        return Event(cursor, kind, of, making(cursor))


class InMemoryEvents:
    """Keeps the events of each thread until *ttl* after its last one.

    Kept are the newest *most* of a thread, and the last used threads up to *cap* bytes in all.
    The ledger records; nothing here awaits.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
        new_epoch: Callable[[], str],
        ttl: timedelta,
        cap: int = 32_000_000,
        most: int = 10_000,
        loses: Callable[[Event], bool] = lambda _: False,
    ) -> None:
        """Store the arguments.

        Args:
            monotonic: Seconds from any origin.
            now: The time of events that say none themselves.
            new_epoch: See `Cursor.epoch`.
            ttl: See above.
            cap: See above.
            most: See above.
            loses: Says of which event nobody hears, for tests of what stands behind.
        """
        self._now = now
        self._new_epoch = new_epoch
        self._most = most
        self._loses = loses
        self._threads: ExpiringDict[ThreadId, _Kept] = ExpiringDict(
            cap=cap, ttl=ttl, monotonic=monotonic, weigh=lambda kept: kept.weight
        )
        self.busy: Container[ThreadId] = ()
        """The threads that have open requests; the ledger's."""
        self.is_deleted: Callable[[ThreadId], bool] = lambda _: False
        """Says which threads were deleted; who owns them knows."""
        self.followers = Followers()
        """Who follows which thread."""

    def last(self, thread_id: ThreadId) -> Cursor:
        """Return the cursor of the thread's last event."""
        kept = self._threads.get(thread_id)
        return kept.last if kept else NOTHING_YET

    def accepted(self, request: ChatRequest, *, queue_position: int) -> None:
        """Record that *request* is durable."""
        members = {"queue_position": queue_position}
        self._add(
            EventType.ACCEPTED,
            request,
            lambda at: event_json(at, members, accepted_tail(request)),
            weight=len(request.question.text),
        )

    def started(self, request: ChatRequest, *, attempt: int) -> None:
        """Record that an attempt begins."""
        members = {"attempt": attempt, "timestamp": self._now()}
        self._add(
            EventType.STARTED,
            request,
            lambda at: event_json(at, members, started_tail(request)),
        )

    def said(self, claim: Claim, utterance: Utterance) -> None:
        """Record what an attempt says."""
        members = {"timestamp": self._now()}
        self._add(
            type_of(utterance.said),
            claim,
            lambda at: event_json(at, members, said_tail(claim, utterance)),
            weight=weight_of_said(utterance.said),
        )

    def ended(self, outcome: Outcome) -> None:
        """Record how a request ended."""
        self._add(
            EventType(outcome.status.value),
            outcome,
            lambda at: outcome_json(at, outcome),
            weight=len(outcome.answer.text) if outcome.answer else 0,
        )

    def end(self, thread_id: ThreadId) -> None:
        """Forget a thread that was deleted, and have who follows it find that out."""
        self._threads.pop(thread_id)
        self.followers.look(thread_id)

    def forget(self, *thread_ids: ThreadId) -> None:
        """Lose what was recorded, as a server does that is started anew."""
        for thread_id in thread_ids:
            self._threads.pop(thread_id)

    def trim(self, thread_id: ThreadId, *, keep: int) -> None:
        """Drop all but the newest events of a thread."""
        kept = self._threads.get(thread_id)
        if kept:
            kept.trim(keep)

    def _add(self, kind: EventType, of: _Of, making: _Making, *, weight: int = 0) -> None:
        thread_id = of.thread_id
        known = self._threads.get(thread_id)
        kept = known or _Kept(self._new_epoch())
        kept.add(kind, of.correlation_id, making, weight=_EVENT_WEIGHT + weight)
        kept.trim(self._most)
        if known is None or kind is EventType.ACCEPTED or kind.is_outcome:
            self._threads.put(thread_id, kept)  # what is between these is weighed with the outcome
        if thread_id in self.followers:
            [event] = kept.behind(kept.offset - 1, 1)
            if not self._loses(event):
                self.followers.tell(thread_id, event)

    async def since(self, thread_id: ThreadId, after: Cursor | None, *, limit: int) -> Stretch:
        """See `EventLog.since`."""
        if self.is_deleted(thread_id):
            return nothing_of_a_deleted_thread(after)
        kept = self._threads.get(thread_id)
        last = kept.last if kept else NOTHING_YET
        oldest = Cursor(kept.epoch, kept.before_oldest + 1) if kept and kept.recorded else None
        begin, gap = beginning(thread_id, after, oldest=oldest, last=last)
        found = kept.behind(begin.offset, limit) if kept else ()
        cursor = found[-1].cursor if found else begin
        return Stretch(
            events=found,
            gap=gap,
            cursor=cursor,
            more=cursor.offset < last.offset,
            busy=thread_id in self.busy,
            newest=last,
        )

    def follow(self, thread_id: ThreadId) -> AbstractAsyncContextManager[NextNews]:
        """See `EventLog.follow`."""
        return self.followers.following(thread_id)
