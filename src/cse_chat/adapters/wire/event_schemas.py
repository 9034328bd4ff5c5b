"""What an event holds, by its type: for the published schemas. Nothing is written with these.

Heads and tails are put together where an event gets its position (see `events`), so a test sees
that what is written is what is published here.
"""

from typing import Annotated, Final

import msgspec

from cse_chat.adapters.wire.responses import (
    ArtifactWire,
    Instant,
    ProblemWire,
    ResponseMetadata,
)
from cse_chat.domain.model.answers import StepStatus

CursorText = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}-(0|[1-9][0-9]{0,14})$")]
"""A position in a thread's events; `after` which others are asked for."""


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something that happened to a request.

    Attributes:
        attempt: The attempt that it belongs to; 0 for what none did.
    """

    cursor: CursorText
    thread_id: str
    correlation_id: str
    attempt: int
    timestamp: Instant


class AcceptedEvent(_Event, frozen=True, kw_only=True, tag="accepted"):
    """A question is durable.

    Attributes:
        message: What was asked.
        queue_position: How many questions of the thread are to be answered before.
    """

    message: str
    queue_position: int


class StartedEvent(_Event, frozen=True, kw_only=True, tag="started"):
    """An attempt began: discard what an earlier one said."""


class StepEvent(_Event, frozen=True, kw_only=True, tag="step"):
    """What the agent is doing.

    Attributes:
        name: Stable key.
        label: What a person reads.
        detail: One line more; possibly empty.
    """

    name: str
    label: str
    status: StepStatus
    detail: str


class DeltaEvent(_Event, frozen=True, kw_only=True, tag="delta"):
    """The next piece of text; the pieces of an attempt joined are the answer.

    Attributes:
        response: The new text.
        chunk_index: Its place among the attempt's pieces, from 0.
    """

    response: str
    chunk_index: int
    streaming: bool
    is_final: bool


class ArtifactEvent(_Event, frozen=True, kw_only=True, tag="artifact"):
    """A table or a series."""

    artifact: ArtifactWire


class AnsweredEvent(_Event, frozen=True, kw_only=True, tag="answered"):
    """The whole answer: a Chat Response."""

    response: str
    streaming: bool
    chunk_index: int
    is_final: bool
    metadata: ResponseMetadata
    artifacts: tuple[ArtifactWire, ...] | msgspec.UnsetType = msgspec.UNSET


class _Unanswered(_Event, frozen=True, kw_only=True):
    problem: ProblemWire
    status: str
    is_final: bool


class FailedEvent(_Unanswered, frozen=True, kw_only=True, tag="failed"):
    """There is no answer, after all attempts."""


class ExpiredEvent(_Unanswered, frozen=True, kw_only=True, tag="expired"):
    """There is no answer before the deadline."""


class CancelledEvent(_Unanswered, frozen=True, kw_only=True, tag="cancelled"):
    """There is no answer, because none was wanted any more."""


class GapEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="gap"):
    """Events behind a cursor are lost: reload the history, and go on from here.

    Attributes:
        requested: The cursor.
        oldest: The oldest event that is kept; null if none is.
        history_url: Where the history can be read.
    """

    cursor: CursorText
    thread_id: str
    correlation_id: None
    attempt: int
    timestamp: Instant
    requested: CursorText
    oldest: CursorText | None
    history_url: str


EVENTS: Final[tuple[type[msgspec.Struct], ...]] = (
    AcceptedEvent,
    StartedEvent,
    StepEvent,
    DeltaEvent,
    ArtifactEvent,
    AnsweredEvent,
    FailedEvent,
    ExpiredEvent,
    CancelledEvent,
    GapEvent,
)
"""All there are, in the order of a request's life."""
