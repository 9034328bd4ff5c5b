"""The JSON of what happens in a thread: the same in a store, on a channel and for a client.

Whoever records an event knows its position last: an event is its head, ``{"cursor":...,`` and some
more members, and its tail, the others and the closing brace.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from cse_chat.adapters.wire.responses import ArtifactWire, Instant, encode_outcome
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.answers import Delta, Step, StepStatus
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor, Ended, Event, EventType, Gap, Utterance
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.questions import ChatRequest

_encoder: Final = msgspec.json.Encoder()


class _Tail(msgspec.Struct, frozen=True, kw_only=True):
    """What every tail says."""

    type: EventType
    thread_id: str
    correlation_id: str


class _Accepted(_Tail, frozen=True, kw_only=True):
    attempt: int = 0
    message: str
    timestamp: Instant


class _Attempted(_Tail, frozen=True, kw_only=True):
    attempt: int


class _Step(_Attempted, frozen=True, kw_only=True):
    name: str
    label: str
    status: StepStatus
    detail: str


class _Delta(_Attempted, frozen=True, kw_only=True):
    response: str
    chunk_index: int
    streaming: bool = True
    is_final: bool = False


class _Artifact(_Attempted, frozen=True, kw_only=True):
    artifact: ArtifactWire


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever passes an event on has to know of it."""

    cursor: str
    type: EventType
    correlation_id: str


_decoder: Final = msgspec.json.Decoder(_Envelope)


def accepted_tail(request: ChatRequest) -> bytes:
    """Return the tail of `accepted`; ``queue_position`` is still to come."""
    return _tail(
        _Accepted(
            type=EventType.ACCEPTED,
            thread_id=request.thread_id,
            correlation_id=request.correlation_id,
            message=request.question.text,
            timestamp=request.asked_at.astimezone(UTC),
        )
    )


def started_tail(request: ChatRequest) -> bytes:
    """Return the tail of `started`; ``attempt`` and ``timestamp`` are still to come."""
    return _tail(
        _Tail(
            type=EventType.STARTED,
            thread_id=request.thread_id,
            correlation_id=request.correlation_id,
        )
    )


def said_tail(attempt: Claim | Outcome, utterance: Utterance) -> bytes:
    """Return the tail of what an attempt said; ``timestamp`` is still to come.

    Args:
        attempt: Its claim, or how it ended.
        utterance: What it said.
    """
    said = utterance.said
    if isinstance(said, Delta):
        return _tail(
            _Delta(
                type=EventType.DELTA,
                thread_id=attempt.thread_id,
                correlation_id=attempt.correlation_id,
                attempt=attempt.attempt,
                response=said.text,
                chunk_index=utterance.chunk_index,
            )
        )
    if isinstance(said, Step):
        return _tail(
            _Step(
                type=EventType.STEP,
                thread_id=attempt.thread_id,
                correlation_id=attempt.correlation_id,
                attempt=attempt.attempt,
                name=said.name,
                label=said.label,
                status=said.status,
                detail=said.detail,
            )
        )
    return _tail(
        _Artifact(
            type=EventType.ARTIFACT,
            thread_id=attempt.thread_id,
            correlation_id=attempt.correlation_id,
            attempt=attempt.attempt,
            artifact=ArtifactWire.of(said),
        )
    )


def outcome_head(outcome: Outcome) -> bytes:
    """Return the members that the event of *outcome* has beside its own JSON; a ``,`` ends them."""
    # An answer says itself that it is final.
    final = b"" if outcome.status is Status.ANSWERED else b'"is_final":true,'
    return b'"type":"%b","attempt":%d,%b' % (outcome.status.encode(), outcome.attempt, final)


def event_json(cursor: Cursor, members: Mapping[str, object], tail: bytes) -> bytes:
    """Return the event at *cursor*.

    Args:
        cursor: Its position.
        members: Those that its tail lacks; times are in UTC.
        tail: See above.
    """
    return _encoder.encode({"cursor": cursor.text, **members})[:-1] + b"," + tail


def outcome_json(cursor: Cursor, outcome: Outcome) -> bytes:
    """Return the event of *outcome* at *cursor*."""
    return b'{"cursor":"%b",%b%b' % (
        cursor.text.encode(),
        outcome_head(outcome),
        encode_outcome(outcome)[1:],
    )


def decode_event(value: bytes) -> Event:
    """Return the event that *value* is.

    Raises:
        MalformedRecordError: It is none.
    """
    try:
        envelope = _decoder.decode(value)
        cursor = Cursor.parse(envelope.cursor)
    except Exception as error:  # whatever a stranger's bytes raise
        raise MalformedRecordError(f"no event: {type(error).__name__}") from error
    return Event(cursor, envelope.type, CorrelationId(envelope.correlation_id), value)


def gap_json(gap: Gap, *, at: datetime) -> bytes:
    """Return what is told of *gap*."""
    return _encoder.encode(
        {
            "type": "gap",
            "cursor": gap.cursor.text,
            "thread_id": gap.thread_id,
            "correlation_id": None,
            "attempt": 0,
            "timestamp": at.astimezone(UTC),
            "requested": gap.requested.text,
            "oldest": gap.oldest.text if gap.oldest else None,
            "history_url": f"/api/threads/{gap.thread_id}/messages",
        }
    )


def followed_json(followed: Event | Gap | Ended, *, now: Callable[[], datetime]) -> bytes:
    """Return what a follower is told, as JSON.

    Args:
        followed: What; each of its followers asks.
        now: When it is told, which only a gap says: the time costs an eighth of a delivery.
    """
    match followed:
        case Event():
            return followed.json
        case Gap():
            return gap_json(followed, at=now())
        case Ended():
            return outcome_json(followed.cursor, followed.outcome)


def _tail(members: _Tail) -> bytes:
    return _encoder.encode(members)[1:]
