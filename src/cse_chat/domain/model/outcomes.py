"""How a request stands, and how it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self

from cse_chat.domain.model.answers import Answer
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId


class Status(StrEnum):
    """`ACCEPTED` and `RUNNING` are open; the others are outcomes."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether an outcome is still to come."""
        return self in {Status.ACCEPTED, Status.RUNNING}


class Durability(StrEnum):
    """Where an accepted request is kept until it is finished."""

    KAFKA = "kafka"
    SPOOL = "spool"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request has no answer, for its sender.

    Attributes:
        slug: Stable name, such as ``agent-failed``.
        detail: A sentence; holds neither internals nor the question.
    """

    slug: str
    detail: str


class Asked(Protocol):
    """Whatever says which request it is, in which thread, whose, and until when it is open."""

    @property
    def correlation_id(self) -> CorrelationId:
        """The request."""
        ...

    @property
    def thread_id(self) -> ThreadId:
        """Its thread."""
        ...

    @property
    def user_id(self) -> UserId:
        """Who asked."""
        ...

    @property
    def deadline(self) -> datetime:
        """From then on no answer is worth anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a request ended: an answer, or a problem.

    Attributes:
        durability: How the request was kept; ``None`` when nobody can say.
        attempt: The attempt that settled it; 0 when none ran.
        queue_time: From asking to the start of that attempt; zero when none ran.
        processing_time: The agent's own time, on one host's monotonic clock.
    """

    correlation_id: CorrelationId
    thread_id: ThreadId
    user_id: UserId
    status: Status
    settled_at: datetime
    durability: Durability | None = None
    answer: Answer | None = None
    problem: Problem | None = None
    attempt: int = 0
    queue_time: timedelta = timedelta(0)
    processing_time: timedelta = timedelta(0)

    @classmethod
    def unanswered(
        cls,
        asked: Asked,
        status: Status,
        problem: Problem,
        *,
        at: datetime,
        durability: Durability | None = None,
        attempt: int = 0,
    ) -> Self:
        """Return that *asked* ended as *status*, without an answer."""
        return cls(
            correlation_id=asked.correlation_id,
            thread_id=asked.thread_id,
            user_id=asked.user_id,
            status=status,
            settled_at=at,
            durability=durability,
            problem=problem,
            attempt=attempt,
        )

    def __post_init__(self) -> None:
        """Refuse an open status, and anything but an answer or a problem."""
        if self.status.is_open:
            raise ValueError(f"{self.status} is no outcome")
        answered = self.status is Status.ANSWERED
        if answered != (self.answer is not None) or answered != (self.problem is None):
            raise ValueError(f"{self.status} needs an answer or a problem, not both")
