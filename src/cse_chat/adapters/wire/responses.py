"""The JSON of how a request ended, the same wherever it is read."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Self

import msgspec

from cse_chat.domain.model.artifacts import Artifact, Cell, Column, ColumnType, Table
from cse_chat.domain.model.outcomes import Durability, Outcome, Problem, Status

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment; in UTC, with ``Z``."""

_encoder = msgspec.json.Encoder()


class ProblemWire(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no answer, in the members of RFC 9457.

    Attributes:
        type: Names the kind of problem, and is where to read about it.
        title: The kind in words; the same at every occurrence.
        detail: What happened and what to do.
    """

    type: str
    title: str
    detail: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return *problem* in its wire shape."""
        return cls(
            type=problem_type(problem.slug),
            title=problem_title(problem.slug),
            detail=problem.detail,
        )

    def to_problem(self) -> Problem:
        """Return the problem it is: its kind is the end of its type."""
        return Problem(slug=self.type.rsplit("/", 1)[-1], detail=self.detail)


class ColumnWire(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell of each row means.

    Attributes:
        name: Stable key, in snake case.
        label: What a person reads above it.
        type: How its cells are read, aligned and sorted.
        unit: `LKR`, `%`, `shares` and the like; empty when it has none.
        decimals: Digits after the point that a reader shows; null for as they are.
    """

    name: str
    label: str
    type: ColumnType
    unit: str
    decimals: int | None

    @classmethod
    def of(cls, column: Column) -> Self:
        """Return *column* in its wire shape."""
        return cls(
            name=column.name,
            label=column.label,
            type=column.type,
            unit=column.unit,
            decimals=column.decimals,
        )


class ArtifactWire(msgspec.Struct, frozen=True, kw_only=True):
    """A table, or a series: its points are the rows, oldest first.

    Attributes:
        type: `table` or `series`.
        rows: Each has one cell for each column; null is unknown, dates are ISO text.
    """

    type: str
    title: str
    columns: tuple[ColumnWire, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        """Return *artifact* in its wire shape."""
        is_table = isinstance(artifact, Table)
        return cls(
            type="table" if is_table else "series",
            title=artifact.title,
            columns=tuple(map(ColumnWire.of, artifact.columns)),
            rows=artifact.rows if isinstance(artifact, Table) else artifact.points,
        )


class ResponseMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer came about; times in whole milliseconds.

    Attributes:
        processing_time_ms: The agent's own time.
        queue_time_ms: From asking to the start of the attempt that answered.
        attempt: The attempt that answered; 1 unless an earlier one broke off.
        durability: Where the request was kept; null when nobody can say.
        as_of: The day of the data; null for an answer without data.
        sources: Where the data is from.
    """

    processing_time_ms: int
    model_used: str
    queue_time_ms: int
    attempt: int
    durability: Durability | None
    as_of: date | None
    sources: tuple[str, ...]


class ChatResponse(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: the Chat Response v1.

    Attributes:
        response: The answer in words.
        timestamp: When it was given.
        artifacts: Its tables and series, where it has any.
    """

    correlation_id: str
    thread_id: str
    response: str
    timestamp: Instant
    streaming: bool
    chunk_index: int
    is_final: bool
    metadata: ResponseMetadata
    artifacts: tuple[ArtifactWire, ...] | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return an answered *outcome* in its wire shape.

        Raises:
            ValueError: It has no answer.
        """
        answer = outcome.answer
        if answer is None:
            raise ValueError(f"{outcome.correlation_id} is {outcome.status}: it has no answer")
        return cls(
            correlation_id=outcome.correlation_id,
            thread_id=outcome.thread_id,
            response=answer.text,
            timestamp=outcome.settled_at.astimezone(UTC),
            streaming=False,
            chunk_index=0,
            is_final=True,
            metadata=ResponseMetadata(
                processing_time_ms=_milliseconds(outcome.processing_time),
                model_used=answer.basis.model_used,
                queue_time_ms=_milliseconds(outcome.queue_time),
                attempt=outcome.attempt,
                durability=outcome.durability,
                as_of=answer.basis.as_of,
                sources=answer.basis.sources,
            ),
            artifacts=tuple(map(ArtifactWire.of, answer.artifacts)) or msgspec.UNSET,
        )


class UnansweredResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Any other outcome.

    Attributes:
        status: `failed`, `expired` or `cancelled`.
        problem: Why there is no answer.
        timestamp: When that was decided.
    """

    correlation_id: str
    thread_id: str
    status: Status
    problem: ProblemWire
    timestamp: Instant

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return an *outcome* without an answer in its wire shape.

        Raises:
            ValueError: It has an answer.
        """
        if outcome.problem is None:
            raise ValueError(f"{outcome.correlation_id} is answered: it has no problem")
        return cls(
            correlation_id=outcome.correlation_id,
            thread_id=outcome.thread_id,
            status=outcome.status,
            problem=ProblemWire.of(outcome.problem),
            timestamp=outcome.settled_at.astimezone(UTC),
        )


def encode_outcome(outcome: Outcome) -> bytes:
    """Return *outcome* as the JSON of a `ChatResponse`, or of an `UnansweredResponse`."""
    shape = ChatResponse if outcome.answer else UnansweredResponse
    return _encoder.encode(shape.of(outcome))


def problem_type(slug: str) -> str:
    """Return the URI reference that names a kind of problem."""
    return f"/problems/{slug}"


def problem_title(slug: str) -> str:
    """Return a kind of problem in words; the same at every occurrence."""
    return slug.replace("-", " ").capitalize()


def _milliseconds(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)
