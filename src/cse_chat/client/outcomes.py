"""How a question stands or ended, as a service tells it."""

from datetime import date, datetime

import msgspec

Cell = str | int | float | None
"""A value in a table; ``None`` is unknown."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no answer.

    Attributes:
        type: A URI reference that names the kind of problem.
        title: The kind in words.
        detail: What happened and what to do.
    """

    type: str = ""
    title: str = "Problem"
    detail: str = ""

    @property
    def slug(self) -> str:
        """The stable name of the kind, such as ``agent-failed``; what to branch on."""
        return self.type.rsplit("/", 1)[-1]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell of each row means."""

    name: str
    label: str = ""
    type: str = "text"
    unit: str = ""
    decimals: int | None = None


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """A table, or a series: its points are the rows, oldest first.

    Attributes:
        type: ``table`` or ``series``.
        rows: Each has one cell for each column; dates are ISO text.
    """

    type: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer came about; times in whole milliseconds."""

    processing_time_ms: int = 0
    model_used: str = ""
    queue_time_ms: int = 0
    attempt: int = 1
    durability: str | None = None
    as_of: date | None = None
    sources: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A question was answered.

    Attributes:
        text: All of the answer in words, whatever was streamed before.
        timestamp: When it was given.
    """

    correlation_id: str
    thread_id: str
    text: str = msgspec.field(name="response")
    timestamp: datetime
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    artifacts: tuple[Artifact, ...] = ()


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """A question ended without an answer.

    Attributes:
        status: ``failed``, ``expired`` or ``cancelled``.
        problem: Why.
        timestamp: When that was decided.
    """

    correlation_id: str
    thread_id: str
    status: str
    problem: Problem
    timestamp: datetime


Outcome = Answer | Unanswered
"""How a question ended; it stays so."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A question is accepted and has no outcome yet.

    Attributes:
        status: ``accepted`` or ``running``.
        durability: Where it is kept until it is answered; ``None`` if nobody can say.
    """

    correlation_id: str
    thread_id: str
    status: str
    durability: str | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in a thread.

    Attributes:
        role: ``user`` or ``agent``.
        content: The words; empty where there is no answer.
        status: Of an agent's turn without an answer; else ``None``.
        problem: Why there is none.
    """

    role: str
    content: str
    timestamp: datetime
    correlation_id: str | None = None
    status: str | None = None
    problem: Problem | None = None
