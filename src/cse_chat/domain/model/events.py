"""What happened in a thread, in its order."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.answers import Delta, Said, Step
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.domain.model.outcomes import Outcome

_CURSOR = re.compile(r"([0-9a-f]{16})-(0|[1-9][0-9]{0,14})")


class EventType(StrEnum):
    """What kind of thing happened; the last four of a request are its outcomes."""

    ACCEPTED = "accepted"
    STARTED = "started"
    STEP = "step"
    DELTA = "delta"
    ARTIFACT = "artifact"
    ANSWERED = "answered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_outcome(self) -> bool:
        """Whether the request is over."""
        return self in _OUTCOMES


_OUTCOMES = frozenset(
    {EventType.ANSWERED, EventType.FAILED, EventType.EXPIRED, EventType.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a thread's events: behind the event that has it.

    Attributes:
        epoch: 16 hexadecimal digits, random; another one begins when events may have been lost.
        offset: Counts the events of the epoch from 1; 0 is before the first.
    """

    epoch: str
    offset: int

    @classmethod
    def parse(cls, text: str, *, field: str = "after") -> Self:
        """Return the cursor that *text* is.

        Args:
            text: What a caller sent.
            field: As what.

        Raises:
            InvalidRequestError: It is none.
        """
        match = _CURSOR.fullmatch(text)
        if match is None:
            rule = "must be the `cursor` of an event"
            raise InvalidRequestError(Violation((field,), rule))
        return cls(match[1], int(match[2]))

    @property
    def text(self) -> str:
        """As others are told."""
        return f"{self.epoch}-{self.offset}"


NOTHING_YET = Cursor("0" * 16, 0)
"""Before the first event of a thread of which no event is kept, whatever its epoch will be."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        json: All that is told of it, one JSON object as contract and stream have it: whoever
            passes it on need not know what is in it.
    """

    cursor: Cursor
    type: EventType
    correlation_id: CorrelationId
    json: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Events behind a cursor are not there any more.

    Attributes:
        requested: The cursor.
        cursor: Where it goes on: what is told next is the event behind it.
        oldest: The oldest event that is kept; ``None`` if none is.
    """

    thread_id: ThreadId
    requested: Cursor
    cursor: Cursor
    oldest: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a request ended whose outcome is kept, but not the event that told it."""

    cursor: Cursor
    outcome: Outcome


Followed = Event | Gap | Ended
"""What somebody who follows is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some of a thread's events, in their order.

    Attributes:
        events: Those behind the cursor that was asked for; behind `gap`, if there is one.
        gap: What is missing before them.
        cursor: Where the next stretch begins.
        more: Whether there is one already.
        busy: Whether requests of the thread are open.
        newest: Behind which only what is still to come stands.
        deleted: Whether the thread was: then there is nothing, and never will be.
    """

    events: tuple[Event, ...]
    gap: Gap | None
    cursor: Cursor
    more: bool
    busy: bool
    newest: Cursor
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something an attempt said, on its way to who follows.

    Attributes:
        number: Its place among all that the attempt says, from 1: it is recorded once.
        chunk_index: Of a piece of text, its place among those, from 0; else 0.
    """

    number: int
    said: Said
    chunk_index: int = 0


def beginning(
    thread_id: ThreadId,
    after: Cursor | None,
    *,
    oldest: Cursor | None,
    last: Cursor,
    nothing: Cursor = NOTHING_YET,
) -> tuple[Cursor, Gap | None]:
    """Return behind which cursor a reader begins that has all up to *after*, and what it missed.

    Args:
        thread_id: Whose events.
        after: What it asks for; ``None`` for the oldest there are.
        oldest: The oldest event that is kept.
        last: The newest that there was; *nothing* if the thread has no epoch.
        nothing: What a reader was told that came before the first event, if none was lost since.
    """
    first = Cursor(last.epoch, oldest.offset - 1) if oldest else last
    if after is None:
        return first, None
    reached = Cursor(last.epoch, 0) if after in {NOTHING_YET, nothing} else after
    if reached.epoch == last.epoch and first.offset <= reached.offset <= last.offset:
        return reached, None
    return first, Gap(thread_id=thread_id, requested=after, cursor=first, oldest=oldest)


def type_of(said: Said) -> EventType:
    """Return which kind of event *said* is."""
    if isinstance(said, Delta):
        return EventType.DELTA
    return EventType.STEP if isinstance(said, Step) else EventType.ARTIFACT


def nothing_of_a_deleted_thread(after: Cursor | None) -> Stretch:
    """Return what is read behind *after* of a thread that was deleted: nothing, and no gap."""
    cursor = after or NOTHING_YET
    return Stretch(
        events=(), gap=None, cursor=cursor, more=False, busy=False, newest=cursor, deleted=True
    )
