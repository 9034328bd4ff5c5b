"""What a service tells of questions as it happens; what a newer service adds is no error."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from cse_chat.client.errors import UnintelligibleError
from cse_chat.client.outcomes import Answer, Artifact, Metadata, Outcome, Problem, Unanswered

MOST_BYTES: Final = 8 * 1024 * 1024
"""What an event may be: a larger one is none of ours, and nobody's memory is to be filled with it."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in a thread.

    Attributes:
        type: What; the types are those of the contract, and a newer service may have more.
        cursor: Its position: whoever gives it as *after* is told what comes behind it.
        timestamp: When.
    """

    type: str
    cursor: str
    thread_id: str
    timestamp: datetime


class RequestEvent(Event, frozen=True, kw_only=True):
    """Something that happened to one question.

    Attributes:
        attempt: Of which try at an answer; 0 before the first.
    """

    correlation_id: str
    attempt: int = 0


class Accepted(RequestEvent, frozen=True, kw_only=True):
    """The question is durable: it gets exactly one outcome.

    Attributes:
        message: The question.
        queue_position: How many questions of the thread are before it, if that is known.
    """

    message: str = ""
    queue_position: int | None = None


class Started(RequestEvent, frozen=True, kw_only=True):
    """A worker began this attempt: what an earlier one said does not count any more."""


class Step(RequestEvent, frozen=True, kw_only=True):
    """What the agent is doing.

    Attributes:
        status: ``started`` or ``done``.
    """

    name: str
    label: str = ""
    status: str = "started"
    detail: str = ""


class Delta(RequestEvent, frozen=True, kw_only=True):
    """The next piece of the attempt's text.

    Attributes:
        chunk_index: Its place among the pieces of the attempt, from 0.
    """

    text: str = msgspec.field(name="response")
    chunk_index: int = 0


class ArtifactMade(RequestEvent, frozen=True, kw_only=True):
    """A table or series, before the answer is complete."""

    artifact: Artifact


class Answered(RequestEvent, frozen=True, kw_only=True):
    """The answer: all of it, whatever was told before."""

    text: str = msgspec.field(name="response")
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    artifacts: tuple[Artifact, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The answer without its place in the thread."""
        return Answer(
            correlation_id=self.correlation_id,
            thread_id=self.thread_id,
            text=self.text,
            timestamp=self.timestamp,
            metadata=self.metadata,
            artifacts=self.artifacts,
        )


class EndedUnanswered(RequestEvent, frozen=True, kw_only=True):
    """The question ended as ``failed``, ``expired`` or ``cancelled``: its `type`."""

    problem: Problem

    @property
    def outcome(self) -> Outcome:
        """The end without its place in the thread."""
        return Unanswered(
            correlation_id=self.correlation_id,
            thread_id=self.thread_id,
            status=self.type,
            problem=self.problem,
            timestamp=self.timestamp,
        )


class Reopened(RequestEvent, frozen=True, kw_only=True):
    """An operator has a failed question tried again: ``failed`` does not hold any more."""


class Gap(Event, frozen=True, kw_only=True):
    """Events were lost: read the history, and go on from here.

    Attributes:
        requested: Behind which event they are missing.
        oldest: The oldest event that is kept; ``None`` if none is.
        history_url: Where the history is, without the address of the service.
    """

    requested: str
    oldest: str | None = None
    history_url: str = ""


class UnknownEvent(Event, frozen=True, kw_only=True):
    """Something that this version of the client does not know.

    Attributes:
        members: All that was told.
    """

    members: Mapping[str, Any] = {}


Ended = Answered | EndedUnanswered
"""The last event of a question, unless an operator reopens it."""

_TYPES: Final[Mapping[str, type[Event]]] = {
    "accepted": Accepted,
    "started": Started,
    "step": Step,
    "delta": Delta,
    "artifact": ArtifactMade,
    "answered": Answered,
    "failed": EndedUnanswered,
    "expired": EndedUnanswered,
    "cancelled": EndedUnanswered,
    "reopened": Reopened,
    "gap": Gap,
}


class _Kind(msgspec.Struct, frozen=True):
    type: str


def decode_event(data: bytes | str) -> Event:
    """Return the event whose JSON *data* is.

    Raises:
        UnintelligibleError: It is no event.
    """
    try:
        known = _TYPES.get(msgspec.json.decode(data, type=_Kind).type)
        if known:
            return msgspec.json.decode(data, type=known)
        members = msgspec.json.decode(data)
        return msgspec.convert({**members, "members": members}, UnknownEvent)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise UnintelligibleError(f"no event: {error}") from error
