"""One short conversation as it is written: every example is what an encoder made of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from cse_chat.adapters.wire.audit import encode_audit_record
from cse_chat.adapters.wire.events import (
    accepted_tail,
    event_json,
    followed_json,
    outcome_json,
    said_tail,
    started_tail,
)
from cse_chat.adapters.wire.hints import WAKE as WAKE_MESSAGE
from cse_chat.adapters.wire.hints import encode_hint
from cse_chat.adapters.wire.outcomes import encode_announcement
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.model.answers import Answer, Basis, Delta, Said, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.audit import AuditKind, AuditRecord
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor, Gap, Utterance
from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Problem, Status
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.model.records import DeadLetter, Record

_ID: Final = CorrelationId("550e8400-e29b-41d4-a716-446655440000")
_THREAD: Final = ThreadId("thread_abc123")
_USER: Final = UserId("ann")
_ASKED: Final = datetime(2026, 7, 24, 12, tzinfo=UTC)
_AT: Final = datetime(2026, 7, 24, 12, 0, 1, 250_000, tzinfo=UTC)
_CURSOR: Final = Cursor("1f0c5a9e7b3d4826", 42)
_TABLE: Final = Table(title="T", columns=(Column(name="a", label="A"),), rows=(("x",),))
_CLAIM: Final = Claim(
    correlation_id=_ID, thread_id=_THREAD, attempt=2, spent=1, token=ClaimToken("")
)

REQUEST: Final = ChatRequest(
    correlation_id=_ID,
    question=Question(thread_id=_THREAD, user_id=_USER, text="Why?"),
    asked_at=_ASKED,
    deadline=_ASKED + timedelta(minutes=5),
)
RECORD: Final = Record(
    log="chat.requests",
    partition=3,
    offset=1_207,
    timestamp=_ASKED,
    key=_THREAD.encode(),
    value=b"not JSON",
)
LETTER: Final = DeadLetter(
    record=RECORD,
    reason="malformed-record",
    message="no request: DecodeError",
    attempts=0,
    failed_at=_AT,
)

ACT: Final = AuditRecord(
    id="8d3c1f0e-5b7a-4c61-9f7e-0a1b2c3d4e5f",
    kind=AuditKind.FEEDBACK,
    thread_id=_THREAD,
    user_id=_USER,
    at=_AT,
    correlation_id=_ID,
    details={"rating": "up", "comment": "Thanks."},
)


def decoded(written: bytes) -> dict[str, Any]:
    """Return what a reader gets."""
    return dict(msgspec.json.decode(written))


def outcome_of(status: Status) -> Outcome:
    """Return how the request ended, if it ended so."""
    is_answer = status is Status.ANSWERED
    basis = Basis(model_used="m", as_of=date(2026, 7, 24), sources=("CSE",))
    return Outcome(
        correlation_id=_ID,
        thread_id=_THREAD,
        user_id=_USER,
        status=status,
        settled_at=_AT,
        durability=Durability.KAFKA,
        answer=Answer(text="Because.", basis=basis, artifacts=(_TABLE,)) if is_answer else None,
        problem=None if is_answer else Problem(slug=status.value, detail="No."),
        attempt=2,
        queue_time=timedelta(milliseconds=3),
        processing_time=timedelta(milliseconds=1_823),
    )


def _said(what: Said) -> bytes:
    tail = said_tail(_CLAIM, Utterance(number=7, said=what, chunk_index=3))
    return event_json(_CURSOR, {"timestamp": _AT}, tail)


_GAP: Final = Gap(
    thread_id=_THREAD,
    requested=Cursor("a" * 16, 7),
    cursor=_CURSOR,
    oldest=Cursor(_CURSOR.epoch, 43),
)

EVENTS: Final[Mapping[str, dict[str, Any]]] = {
    kind: decoded(written)
    for kind, written in {
        "accepted": event_json(_CURSOR, {"queue_position": 1}, accepted_tail(REQUEST)),
        "started": event_json(_CURSOR, {"attempt": 2, "timestamp": _AT}, started_tail(REQUEST)),
        "step": _said(Step(name="n", label="L", status=StepStatus.DONE, detail="d")),
        "delta": _said(Delta("Be")),
        "artifact": _said(_TABLE),
        **{
            status.value: outcome_json(_CURSOR, outcome_of(status))
            for status in (Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)
        },
        "gap": followed_json(_GAP, now=lambda: _AT),
    }.items()
}
"""An event of every type."""

ANSWER: Final = decoded(encode_outcome(outcome_of(Status.ANSWERED)))
FAILURE: Final = decoded(encode_outcome(outcome_of(Status.FAILED)))
HINT: Final = decoded(encode_hint(REQUEST, reply_to="f1d70ca9bb7d4510f3181d8c6c4e375f"))
WAKE: Final = decoded(WAKE_MESSAGE)
CANCELLATION: Final = {"type": "cancelled", "correlation_id": _ID}
AUDIT: Final = decoded(encode_audit_record(ACT))
ANNOUNCEMENT: Final = decoded(encode_announcement(outcome_of(Status.ANSWERED)))
