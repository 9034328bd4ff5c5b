"""`EventRecorder` and `EventLog` as a list for each thread."""

from collections import deque
from collections.abc import Callable, Container
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

from cse_chat.adapters.followers import Followers
from cse_chat.adapters.memory.expiring import ExpiringDict
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
    type_of,
)
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.events import NextNews

_THREAD_WEIGHT = 600
_EVENT_WEIGHT = 500


class _Of(Protocol):
    """Whatever says of which request something happened."""

    @property
    def correlation_id(self) -> CorrelationId: ...

    @property
    def thread_id(self) -> ThreadId: ...


class _Kept:
    """The events of one thread; the first ones go."""

    __slots__ = ("epoch", "events", "offset", "weight")

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.offset = 0
        self.events: deque[Event] = deque()
        self.weight = _THREAD_WEIGHT

    @property
    def last(self) -> Cursor:
        return Cursor(self.epoch, self.offset)

    def add(self, event: Event, *, most: int) -> None:
        self.offset = event.cursor.offset
        self.events.append(event)
        self.weight += _EVENT_WEIGHT + len(event.json)
        if len(self.events) > most:
            self.weight -= _EVENT_WEIGHT + len(self.events.popleft().json)


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
        self.followers = Followers()
        """Who follows which thread."""

    def last(self, thread_id: ThreadId) -> Cursor:
        """Return the cursor of the thread's last event."""
        kept = self._threads.get(thread_id)
        return kept.last if kept else NOTHING_YET

    def accepted(self, request: ChatRequest, *, queue_position: int) -> None:
        """Record that *request* is durable."""
        members = {"queue_position": queue_position}
        tail = accepted_tail(request)
        self._add(EventType.ACCEPTED, request, lambda at: event_json(at, members, tail))

    def started(self, request: ChatRequest, *, attempt: int) -> None:
        """Record that an attempt begins."""
        members = {"attempt": attempt, **self._time()}
        tail = started_tail(request)
        self._add(EventType.STARTED, request, lambda at: event_json(at, members, tail))

    def said(self, claim: Claim, utterance: Utterance) -> None:
        """Record what an attempt says."""
        tail = said_tail(claim, utterance)
        kind = type_of(utterance.said)
        self._add(kind, claim, lambda at: event_json(at, self._time(), tail))

    def ended(self, outcome: Outcome) -> None:
        """Record how a request ended."""
        kind = EventType(outcome.status.value)
        self._add(kind, outcome, lambda at: outcome_json(at, outcome))

    def forget(self, *thread_ids: ThreadId) -> None:
        """Lose what was recorded, as a server does that is started anew."""
        for thread_id in thread_ids:
            self._threads.pop(thread_id)

    def _time(self) -> dict[str, object]:
        return {"timestamp": self._now().astimezone(UTC)}

    def _add(self, kind: EventType, of: _Of, json_at: Callable[[Cursor], bytes]) -> None:
        kept = self._threads.get(of.thread_id) or _Kept(self._new_epoch())
        cursor = Cursor(kept.epoch, kept.offset + 1)
        event = Event(cursor, kind, of.correlation_id, json_at(cursor))
        kept.add(event, most=self._most)
        self._threads.put(of.thread_id, kept)
        if not self._loses(event):
            self.followers.tell(of.thread_id, event)

    async def since(self, thread_id: ThreadId, after: Cursor | None, *, limit: int) -> Stretch:
        """See `EventLog.since`."""
        kept = self._threads.get(thread_id)
        last = kept.last if kept else NOTHING_YET
        oldest = kept.events[0].cursor if kept and kept.events else None
        begin, gap = beginning(thread_id, after, oldest=oldest, last=last)
        events = kept.events if kept else ()
        behind = begin.offset - (oldest.offset - 1 if oldest else begin.offset)
        found = tuple(islice(events, behind, behind + limit))
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
