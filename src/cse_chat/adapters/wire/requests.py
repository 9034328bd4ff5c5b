"""Chat Request v1: what a record of a request log holds, kept apart from the model."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from cse_chat.adapters.wire.times import utc
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.model.records import Record

REQUEST_TYPE = "lk.cse.chat.request.v1"
SOURCE = "/cse-chat/gateway"
_SAME_FOR_ALL = (
    ("ce_type", REQUEST_TYPE.encode()),
    ("ce_source", SOURCE.encode()),
    ("ce_specversion", b"1.0"),
    ("content-type", b"application/json"),
)


class RequestWire(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a record; readers ignore what they do not know."""

    correlation_id: str
    thread_id: str
    user_id: str
    message: str
    timestamp: datetime
    metadata: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class EncodedRequest:
    """A request as a log takes it: everything about transport is in the headers."""

    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(RequestWire)


def encode_request(request: ChatRequest) -> EncodedRequest:
    """Return *request* as schema v1, with CloudEvents 1.0 headers in binary mode."""
    value = _encoder.encode(wire_of(request))
    return EncodedRequest(request.thread_id.encode(), value, _headers(request))


def wire_of(request: ChatRequest) -> RequestWire:
    """Return what is written of *request* but its deadline."""
    question = request.question
    return RequestWire(
        correlation_id=request.correlation_id,
        thread_id=question.thread_id,
        user_id=question.user_id,
        message=question.text,
        timestamp=request.asked_at,
        metadata=dict(question.metadata),
    )


def decode_request(record: Record, *, default_deadline: timedelta) -> ChatRequest:
    """Return the request in *record*; headers that are missing have defaults.

    Args:
        record: Written by us, or by anybody who knows only the schema.
        default_deadline: Counted from the record's own timestamp.

    Raises:
        MalformedRecordError: It is not a request, or one of another version of the schema.
    """
    kind = dict(record.headers).get("ce_type", b"")
    if kind not in {b"", REQUEST_TYPE.encode()}:
        raise MalformedRecordError("no request: of a type or version that is not known here")
    try:
        wire = _decoder.decode(record.value or b"")
        return request_of(wire, deadline=_deadline(record) or record.timestamp + default_deadline)
    # Whatever a stranger's bytes raise (times alone: ValueError, OverflowError, OSError): the record
    # is no request, and must not stop the line.
    except Exception as error:
        raise MalformedRecordError(f"no request: {type(error).__name__}") from error


def request_of(wire: RequestWire, *, deadline: datetime) -> ChatRequest:
    """Return the request that *wire* was written of.

    Raises:
        Exception: It is none.
    """
    return ChatRequest(
        correlation_id=CorrelationId(wire.correlation_id),
        question=Question(
            thread_id=ThreadId(wire.thread_id),
            user_id=UserId(wire.user_id),
            text=wire.message,
            metadata=wire.metadata,
        ),
        asked_at=utc(wire.timestamp),
        deadline=deadline,
    )


def deadline_ms(request: ChatRequest) -> int:
    """Return the deadline of *request* as it is written, in milliseconds since 1970."""
    return round(request.deadline.timestamp() * 1000)


def deadline_of(milliseconds: int) -> datetime:
    """Return the deadline that is written so."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _headers(request: ChatRequest) -> tuple[tuple[str, bytes], ...]:
    correlation_id = request.correlation_id.encode()
    return (
        ("ce_id", correlation_id),
        *_SAME_FOR_ALL,
        ("ce_time", _encoder.encode(request.asked_at).strip(b'"')),
        ("ce_correlationid", correlation_id),
        ("ce_deadline", b"%d" % deadline_ms(request)),
    )


def _deadline(record: Record) -> datetime | None:
    given = dict(record.headers).get("ce_deadline")
    return deadline_of(int(given)) if given else None
