"""`ResponseLog` on a topic, ``chat.responses`` in production."""

import re
from datetime import UTC
from typing import Final

from cse_chat.adapters.kafka.names import (
    ATTEMPT,
    CORRELATION_ID,
    DURABILITY,
    REPLAY_COUNT,
    REQUEST_OFFSET,
    RESPONSES,
    SETTLED,
    USER_ID,
)
from cse_chat.adapters.kafka.outgoing import Headers
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.wire.outcomes import decode_outcome
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Outcome
from cse_chat.domain.model.records import Record

RESPONSE_TYPE: Final = "lk.cse.chat.response.v1"
SOURCE: Final = "/cse-chat/worker"
_SAME_FOR_ALL: Final = (
    ("ce_type", RESPONSE_TYPE.encode()),
    ("ce_source", SOURCE.encode()),
    ("ce_specversion", b"1.0"),
    ("content-type", b"application/json"),
    (SETTLED, b"ledger"),
)
_ATTEMPT: Final = re.compile(rb"\d{1,9}")
_DURABILITIES: Final = frozenset(each.encode() for each in Durability)


class KafkaResponseLog:
    """Keyed by thread: with as many partitions as the requests have, in the one of its request."""

    def __init__(self, producer: SupervisedProducer, *, topic: str = RESPONSES) -> None:
        """Store the arguments; whoever made *producer* opens and closes it."""
        self._producer = producer
        self._topic = topic

    async def append(self, outcome: Outcome, *, request: Record, is_urgent: bool = True) -> None:
        """See `ResponseLog.append`."""
        await self._producer.send_repeatable(
            self._topic,
            key=outcome.thread_id.encode(),
            value=encode_outcome(outcome),
            headers=response_headers(outcome, request),
            is_urgent=is_urgent,
        )

    def hurry(self) -> None:
        """See `ResponseLog.hurry`."""
        self._producer.hurry()


def outcome_of(record: Record) -> Outcome:
    """Return the outcome in a record that `KafkaResponseLog.append` wrote.

    Raises:
        MalformedRecordError: There is none.
    """
    said = dict(record.headers)
    durability, attempt = said.get(DURABILITY, b""), said.get(ATTEMPT, b"")
    return decode_outcome(
        record.value or b"",
        user_id=UserId(said.get(USER_ID, b"").decode(errors="replace")),
        durability=Durability(durability.decode()) if durability in _DURABILITIES else None,
        attempt=int(attempt) if _ATTEMPT.fullmatch(attempt) else 0,
    )


def response_headers(outcome: Outcome, request: Record) -> Headers:
    """Return what a record of *outcome* says beside its value; *request* is what was answered."""
    correlation_id = outcome.correlation_id.encode()
    settled_at = outcome.settled_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return (
        ("ce_id", correlation_id),
        *_SAME_FOR_ALL,
        ("ce_time", settled_at.encode()),
        (CORRELATION_ID, correlation_id),
        (USER_ID, outcome.user_id.encode()),
        (REPLAY_COUNT, dict(request.headers).get(REPLAY_COUNT, b"0")),
        (REQUEST_OFFSET, b"%d-%d" % (request.partition, request.offset)),
        # The value says these of answers only.
        (DURABILITY, (outcome.durability or "").encode()),
        (ATTEMPT, b"%d" % outcome.attempt),
    )
