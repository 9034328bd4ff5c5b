"""One conversation, as the published document shows it."""

from datetime import UTC, date, datetime
from typing import Final

import msgspec

from cse_chat.adapters.wire.responses import (
    ArtifactWire,
    ChatResponse,
    ColumnWire,
    ProblemWire,
    ResponseMetadata,
    UnansweredResponse,
)
from cse_chat.domain.model.artifacts import ColumnType
from cse_chat.domain.model.feedback import Rating
from cse_chat.domain.model.history import Role
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.entrypoints.http.chat import AcceptedBody, OpenBody
from cse_chat.entrypoints.http.conversations import (
    DeletedBody,
    ThreadBody,
    ThreadDetailsBody,
    ThreadsBody,
)
from cse_chat.entrypoints.http.feedback import FeedbackBody, RatedResponse
from cse_chat.entrypoints.http.threads import MessagesBody, TurnBody

CORRELATION_ID: Final = "550e8400-e29b-41d4-a716-446655440000"
REQUEST_ID: Final = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
THREAD_ID: Final = "thread_4vdaaklp6noyiqyjxooj55cjwq"
CURSOR: Final = "1f0c5a9e7b3d4826-41"
QUESTION: Final = "What are the top performing stocks?"

_ASKED: Final = datetime(2026, 7, 26, 9, 30, 0, tzinfo=UTC)
_SETTLED: Final = datetime(2026, 7, 26, 9, 30, 2, tzinfo=UTC)
_RATED: Final = datetime(2026, 7, 26, 9, 31, 0, tzinfo=UTC)
_WORDS: Final = (
    "Top gainers on 2026-07-24:\n1. LOLC Finance PLC (LOFC) +10.20% to Rs. 5.40\n"
    "Data: CSE, 2026-07-24 (delayed)"
)
_PROBLEM: Final = ProblemWire(
    type="/problems/agent-failed",
    title="Agent failed",
    detail="I do not advise on what to buy.",
)


def _column(name: str, label: str, kind: ColumnType, unit: str = "") -> ColumnWire:
    return ColumnWire(name=name, label=label, type=kind, unit=unit, decimals=None)


ANSWER: Final = ChatResponse(
    correlation_id=CORRELATION_ID,
    thread_id=THREAD_ID,
    response=_WORDS,
    timestamp=_SETTLED,
    streaming=False,
    chunk_index=0,
    is_final=True,
    metadata=ResponseMetadata(
        processing_time_ms=1_823,
        model_used="cse-analyst/rules",
        queue_time_ms=3,
        attempt=1,
        durability=Durability.MEMORY,
        as_of=date(2026, 7, 24),
        sources=("Colombo Stock Exchange (www.cse.lk)",),
    ),
    artifacts=(
        ArtifactWire(
            type="table",
            title="Top gainers",
            columns=(
                _column("symbol", "Symbol", ColumnType.TEXT),
                _column("close", "Price", ColumnType.NUMBER, "LKR"),
                _column("change_pct", "Change", ColumnType.PERCENT, "%"),
            ),
            rows=(("LOFC", 5.4, 10.2),),
        ),
    ),
)
UNANSWERED: Final = UnansweredResponse(
    correlation_id=CORRELATION_ID,
    thread_id=THREAD_ID,
    status=Status.FAILED,
    problem=_PROBLEM,
    timestamp=_SETTLED,
)
CANCELLED: Final = UnansweredResponse(
    correlation_id=CORRELATION_ID,
    thread_id=THREAD_ID,
    status=Status.CANCELLED,
    problem=ProblemWire(
        type="/problems/cancelled", title="Cancelled", detail="The question was cancelled."
    ),
    timestamp=_SETTLED,
)
ACCEPTED: Final = AcceptedBody(
    correlation_id=CORRELATION_ID,
    thread_id=THREAD_ID,
    status=Status.ACCEPTED,
    durability=Durability.MEMORY,
    queue_position=0,
    events_url=f"/api/chat/{CORRELATION_ID}/events",
)
FEEDBACK: Final = FeedbackBody(
    rating=Rating.DOWN, comment="I asked for last week.", timestamp=_RATED
)
RATED: Final = RatedResponse(**msgspec.structs.asdict(ANSWER), feedback=FEEDBACK)
RUNNING: Final = OpenBody(
    correlation_id=CORRELATION_ID,
    thread_id=THREAD_ID,
    status=Status.RUNNING,
    durability=Durability.MEMORY,
)

_ASKING: Final = TurnBody(
    correlation_id=CORRELATION_ID, role=Role.USER, content=QUESTION, timestamp=_ASKED
)
MESSAGES: Final = MessagesBody(
    messages=(
        _ASKING,
        TurnBody(
            correlation_id=CORRELATION_ID, role=Role.AGENT, content=_WORDS, timestamp=_SETTLED
        ),
    ),
    next="2",
)
MESSAGES_WITHOUT_ANSWER: Final = MessagesBody(
    messages=(
        _ASKING,
        TurnBody(
            correlation_id=CORRELATION_ID,
            role=Role.AGENT,
            content="",
            timestamp=_SETTLED,
            status=Status.FAILED,
            problem=_PROBLEM,
        ),
    ),
    next=None,
)

THREAD: Final = ThreadDetailsBody(
    id=THREAD_ID,
    title=QUESTION,
    created=_ASKED,
    updated=_SETTLED,
    turns=2,
    busy=False,
    cursor="9f8e7d6c5b4a3928-3",
)
THREADS: Final = ThreadsBody(
    threads=(
        ThreadBody(
            id=THREAD_ID, title=QUESTION, created=_ASKED, updated=_SETTLED, turns=2, busy=False
        ),
        ThreadBody(
            id="thread_abc123",
            title="Banks",
            created=_ASKED,
            updated=_ASKED,
            turns=1,
            busy=True,
        ),
    ),
    next=None,
)
DELETED: Final = DeletedBody(id=THREAD_ID, cancelled=1, turns=4, answers=1)
