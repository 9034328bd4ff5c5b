"""Reading back how a request ended, and telling it to who waits."""

from datetime import date, datetime, timedelta

import msgspec

from cse_chat.adapters.wire.responses import ColumnWire, ProblemWire, encode_outcome
from cse_chat.adapters.wire.times import utc
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.answers import Answer, Basis
from cse_chat.domain.model.artifacts import Artifact, Cell, Column, Series, Table
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status


class _Artifact(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    title: str
    columns: tuple[ColumnWire, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_artifact(self) -> Artifact:
        columns = tuple(
            Column(
                name=column.name,
                label=column.label,
                type=column.type,
                unit=column.unit,
                decimals=column.decimals,
            )
            for column in self.columns
        )
        if self.type == "series":
            return Series(title=self.title, columns=columns, points=self.rows)
        return Table(title=self.title, columns=columns, rows=self.rows)


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Everything has a default: who knows only the original schema writes less than we do."""

    processing_time_ms: float = 0
    model_used: str = "unknown"
    queue_time_ms: float = 0
    attempt: int = 0
    durability: Durability | None = None
    as_of: date | None = None
    sources: tuple[str, ...] = ()


class _Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, or another outcome: then it has a status and a problem."""

    correlation_id: str
    thread_id: str
    timestamp: datetime
    response: str = ""
    metadata: _Metadata = _Metadata()
    artifacts: tuple[_Artifact, ...] = ()
    status: Status = Status.ANSWERED
    problem: ProblemWire | None = None

    def to_outcome(self, user_id: UserId, durability: Durability | None, attempt: int) -> Outcome:
        metadata = self.metadata
        problem = self.problem
        return Outcome(
            correlation_id=CorrelationId(self.correlation_id),
            thread_id=ThreadId(self.thread_id),
            user_id=user_id,
            status=self.status,
            settled_at=utc(self.timestamp),
            durability=metadata.durability or durability,
            answer=self._answer() if problem is None else None,
            problem=problem.to_problem() if problem else None,
            attempt=metadata.attempt or attempt,
            queue_time=timedelta(milliseconds=metadata.queue_time_ms),
            processing_time=timedelta(milliseconds=metadata.processing_time_ms),
        )

    def _answer(self) -> Answer:
        metadata = self.metadata
        return Answer(
            text=self.response,
            basis=Basis(
                model_used=metadata.model_used, as_of=metadata.as_of, sources=metadata.sources
            ),
            artifacts=tuple(artifact.to_artifact() for artifact in self.artifacts),
        )


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    durability: Durability | None
    attempt: int


class Announcement(_Head, frozen=True, kw_only=True):
    """An outcome, and what its JSON does not say of the request.

    Attributes:
        user_id: Who asked.
        durability: Where the request was kept; null when nobody can say.
        attempt: The attempt that settled it; 0 if none did.
    """

    outcome: msgspec.Raw


class _Heard(_Head, frozen=True, kw_only=True):
    """An `Announcement` as it is read: all at once."""

    outcome: _Response


_encoder = msgspec.json.Encoder()
_response_decoder = msgspec.json.Decoder(_Response)
_heard_decoder = msgspec.json.Decoder(_Heard)


def decode_outcome(
    value: bytes, *, user_id: UserId, durability: Durability | None = None, attempt: int = 0
) -> Outcome:
    """Return the outcome whose JSON *value* is.

    What the agent said in between is not in it: the answer has its text and artifacts.

    Args:
        value: Written by `encode_outcome`, or by anybody who knows only the original schema.
        user_id: Who asked: no response says so.
        durability: How the request was kept, where *value* does not say.
        attempt: The attempt that settled it, where *value* does not say.

    Raises:
        MalformedRecordError: It is no outcome.
    """
    try:
        wire = _response_decoder.decode(value)
        return wire.to_outcome(user_id, durability, attempt)
    except Exception as error:  # whatever a stranger's bytes raise
        raise MalformedRecordError(f"no response: {type(error).__name__}") from error


def announcement_head(outcome: Outcome) -> bytes:
    """Return what stands in an announcement before the outcome's own JSON; behind it a ``}``.

    So a store that has the JSON already can announce it without having it twice.
    """
    head = Announcement(
        user_id=outcome.user_id,
        durability=outcome.durability,
        attempt=outcome.attempt,
        outcome=msgspec.Raw(b"0"),
    )
    return _encoder.encode(head).removesuffix(b"0}")


def encode_announcement(outcome: Outcome) -> bytes:
    """Return the message that tells a gateway of *outcome*."""
    return b"%b%b}" % (announcement_head(outcome), encode_outcome(outcome))


def decode_announcement(message: bytes) -> Outcome:
    """Return the outcome that *message* tells of.

    Raises:
        MalformedRecordError: It is no announcement.
    """
    try:
        wire = _heard_decoder.decode(message)
        return wire.outcome.to_outcome(UserId(wire.user_id), wire.durability, wire.attempt)
    except Exception as error:  # whatever a stranger's bytes raise
        raise MalformedRecordError(f"no announcement: {type(error).__name__}") from error
