"""The JSON of what users and operators did."""

from datetime import UTC
from typing import Final

import msgspec

from cse_chat.adapters.wire.responses import Instant
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.audit import AuditKind, AuditRecord
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId


class AuditWire(msgspec.Struct, frozen=True, kw_only=True):
    """One act: an Audit Record v1.

    Attributes:
        kind: What was done.
        user_id: Who did it.
        correlation_id: The request it is about; null for a whole thread.
        details: What else there is to say of it, by kind.
    """

    id: str
    kind: AuditKind
    thread_id: str
    user_id: str
    correlation_id: str | None
    timestamp: Instant
    details: dict[str, str]


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(AuditWire)


def encode_audit_record(record: AuditRecord) -> bytes:
    """Return *record* as JSON."""
    return _encoder.encode(
        AuditWire(
            id=record.id,
            kind=record.kind,
            thread_id=record.thread_id,
            user_id=record.user_id,
            correlation_id=record.correlation_id,
            timestamp=record.at.astimezone(UTC),
            details=dict(record.details),
        )
    )


def decode_audit_record(value: bytes) -> AuditRecord:
    """Return the record whose JSON *value* is.

    Raises:
        MalformedRecordError: It is none.
    """
    try:
        wire = _decoder.decode(value)
    # msgspec lets UnicodeDecodeError (a ValueError) and RecursionError out beside its own.
    except (ValueError, RecursionError) as error:
        raise MalformedRecordError(f"no audit record: {type(error).__name__}") from error
    return AuditRecord(
        id=wire.id,
        kind=wire.kind,
        thread_id=ThreadId(wire.thread_id),
        user_id=UserId(wire.user_id),
        correlation_id=CorrelationId(wire.correlation_id) if wire.correlation_id else None,
        at=wire.timestamp,
        details=wire.details,
    )
