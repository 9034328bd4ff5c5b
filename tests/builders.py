"""Model values for tests: valid by default, one argument for each thing that matters."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

from cse_chat.domain.model.answers import Answer, Basis
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Problem, Status
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.model.records import DeadLetter, Record

NOON = datetime(2026, 7, 24, 12, tzinfo=UTC)
AGENT_FAILED = Problem(slug="agent-failed", detail="The agent failed.")


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, duration: timedelta) -> None:
        self.now += duration


class Tokens:
    """Claim tokens that differ."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self) -> ClaimToken:
        return ClaimToken(f"token-{next(self._numbers)}")


class Epochs:
    """Epochs that differ."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"{next(self._numbers):016x}"


def a_correlation_id() -> CorrelationId:
    """Return one never used before, so that runs may share a broker."""
    return CorrelationId(str(uuid4()))


def a_thread_id() -> ThreadId:
    """Return one never used before."""
    return ThreadId(f"thread_{uuid4().hex}")


def a_question(
    text: str = "Top stocks?", *, thread_id: str | None = None, user_id: str = "ann"
) -> Question:
    return Question(
        thread_id=ThreadId(thread_id or a_thread_id()),
        user_id=UserId(user_id),
        text=text,
        metadata={"client_type": "test"},
    )


def a_request(
    question: Question | None = None,
    *,
    correlation_id: str | None = None,
    asked_at: datetime = NOON,
    deadline: timedelta = timedelta(minutes=5),
) -> ChatRequest:
    return ChatRequest(
        correlation_id=CorrelationId(correlation_id or a_correlation_id()),
        question=question or a_question(),
        asked_at=asked_at,
        deadline=asked_at + deadline,
    )


def an_answer(text: str = "JKH rose 3%") -> Answer:
    return Answer(text=text, basis=Basis(model_used="test"))


def an_outcome(
    request: ChatRequest,
    status: Status = Status.ANSWERED,
    *,
    text: str = "JKH rose 3%",
    attempt: int = 1,
) -> Outcome:
    answered = status is Status.ANSWERED
    return Outcome(
        correlation_id=request.correlation_id,
        thread_id=request.thread_id,
        user_id=request.user_id,
        status=status,
        settled_at=request.asked_at + timedelta(seconds=1),
        durability=Durability.MEMORY,
        answer=an_answer(text) if answered else None,
        problem=None if answered else Problem(slug=status, detail=text),
        attempt=attempt,
    )


def turns_of(request: ChatRequest, outcome: Outcome) -> tuple[Turn, Turn]:
    return Turn.asking(request), Turn.answering(outcome)


def a_record(value: bytes | None = b"{}", *, offset: int = 0) -> Record:
    return Record(
        log="test", partition=0, offset=offset, timestamp=NOON, key=b"thread", value=value
    )


def a_dead_letter(reason: str = "agent-failed", *, offset: int = 0) -> DeadLetter:
    return DeadLetter(
        record=a_record(offset=offset),
        reason=reason,
        message="It failed.",
        attempts=3,
        failed_at=NOON,
    )
