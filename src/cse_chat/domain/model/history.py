"""What was said in a thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.model.questions import ChatRequest


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said; at most one of each role for a correlation id.

    Attributes:
        status: How the request ended when there is no answer; only on an agent's turn.
    """

    correlation_id: CorrelationId
    role: Role
    content: str
    timestamp: datetime
    status: Status | None = None
    problem: Problem | None = None

    @classmethod
    def asking(cls, request: ChatRequest) -> Self:
        """Return the user's turn of *request*."""
        return cls(
            correlation_id=request.correlation_id,
            role=Role.USER,
            content=request.question.text,
            timestamp=request.asked_at,
        )

    @classmethod
    def answering(cls, outcome: Outcome) -> Self:
        """Return the agent's turn of *outcome*; without an answer it says how it ended."""
        answer = outcome.answer
        return cls(
            correlation_id=outcome.correlation_id,
            role=Role.AGENT,
            content=answer.text if answer else "",
            timestamp=outcome.settled_at,
            status=None if answer else outcome.status,
            problem=outcome.problem,
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, as an agent needs them to understand the next one."""

    question: str
    answer: str


def exchanges(turns: Iterable[Turn], *, before: CorrelationId) -> tuple[Exchange, ...]:
    """Pair up the answered turns of *turns*, in the order the questions stand.

    Args:
        turns: Oldest first; a turn whose counterpart is missing is left out.
        before: The request that is being answered; it and its turns are left out.
    """
    turns = tuple(turns)
    answers = {t.correlation_id: t for t in turns if t.role is Role.AGENT and t.status is None}
    return tuple(
        Exchange(turn.content, answers[turn.correlation_id].content)
        for turn in turns
        if turn.role is Role.USER
        and turn.correlation_id in answers
        and turn.correlation_id != before
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a thread's history.

    Attributes:
        turns: Oldest first.
        next: Where the next page begins; ``None`` when this is the last.
    """

    turns: tuple[Turn, ...]
    next: str | None
