"""`AuditLog` on a topic, ``chat.audit`` in production."""

from datetime import UTC
from typing import Final

from cse_chat.adapters.kafka.names import AUDIT, CORRELATION_ID, USER_ID
from cse_chat.adapters.kafka.outgoing import Headers
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.wire.audit import encode_audit_record
from cse_chat.domain.model.audit import AuditRecord

AUDIT_TYPE: Final = "lk.cse.chat.audit.v1"
SOURCE: Final = "/cse-chat/gateway"
_SAME_FOR_ALL: Final = (
    ("ce_type", AUDIT_TYPE.encode()),
    ("ce_source", SOURCE.encode()),
    ("ce_specversion", b"1.0"),
    ("content-type", b"application/json"),
)


class KafkaAuditLog:
    """Keyed by thread, so that what was done to one is in its order."""

    def __init__(self, producer: SupervisedProducer, *, topic: str = AUDIT) -> None:
        """Store the arguments; whoever made *producer* opens and closes it."""
        self._producer = producer
        self._topic = topic

    async def append(self, record: AuditRecord) -> None:
        """See `AuditLog.append`."""
        await self._producer.send_repeatable(
            self._topic,
            key=record.thread_id.encode(),
            value=encode_audit_record(record),
            headers=audit_headers(record),
        )


def audit_headers(record: AuditRecord) -> Headers:
    """Return what a record on the topic says beside its value."""
    about: Headers = ()
    if record.correlation_id:
        about = ((CORRELATION_ID, record.correlation_id.encode()),)
    at = record.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return (
        ("ce_id", record.id.encode()),
        *_SAME_FOR_ALL,
        ("ce_time", at.encode()),
        (USER_ID, record.user_id.encode()),
        *about,
    )
