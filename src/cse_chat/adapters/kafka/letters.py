"""A dead letter as a record: what came, as it came, and behind its headers why it is here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cse_chat.adapters.kafka.names import REPLAY_COUNT
from cse_chat.adapters.kafka.outgoing import Headers
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.records import DeadLetter, Record

_OURS: Final = ("kafka_dlt-", "dlq-")
_TOPIC: Final = "kafka_dlt-original-topic"
_PARTITION: Final = "kafka_dlt-original-partition"
_OFFSET: Final = "kafka_dlt-original-offset"
_TIMESTAMP: Final = "kafka_dlt-original-timestamp"
_GROUP: Final = "kafka_dlt-original-consumer-group"
_CLASS: Final = "kafka_dlt-exception-fqcn"
_MESSAGE: Final = "kafka_dlt-exception-message"
_REASON: Final = "dlq-reason"
_ATTEMPTS: Final = "dlq-attempts"
_FAILED_AT: Final = "dlq-first-failed"
_OMITTED: Final = "dlq-omitted"  # what of the record is not here as it was
_MESSAGE_CHARS: Final = 1_000


@dataclass(frozen=True, slots=True)
class EncodedLetter:
    """A letter as a topic takes it: a key or a value is there."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def encode_letter(letter: DeadLetter, *, group: str, value: bool = True) -> EncodedLetter:
    """Return *letter* as a record; numbers of its place are in the bytes of Spring's tools.

    Args:
        letter: Of a record that may itself be a replayed letter: its older reasons go.
        group: Who gave it up.
        value: Whether it holds the value; one that is too large is left where it came from.
    """
    record = letter.record
    headers = tuple(header for header in record.headers if not header[0].startswith(_OURS))
    omitted: tuple[tuple[str, bytes], ...] = ()
    kept = record.value
    if not value:
        kept, omitted = b"", ((_OMITTED, b"value"),)
    elif record.key is None and record.value is None:
        kept, omitted = b"", ((_OMITTED, b"null"),)  # such a record cannot be sent
    return EncodedLetter(
        record.key,
        kept,
        (*headers, *_reasons(letter, group), *omitted, *_replay_count(record)),
    )


def decode_letter(sent: Record) -> DeadLetter:
    """Return the letter in *sent*, whose own place does not matter.

    Raises:
        MalformedRecordError: It was not written by `encode_letter`.
    """
    names = [name for name, _ in sent.headers]
    if _TOPIC not in names:
        raise MalformedRecordError("no dead letter: it does not say where it is from")
    start = names.index(_TOPIC)
    why = dict(sent.headers[start:])
    value = None if why.get(_OMITTED) == b"null" else sent.value
    try:
        return DeadLetter(
            record=Record(
                log=why[_TOPIC].decode(),
                partition=_number(why[_PARTITION]),
                offset=_number(why[_OFFSET]),
                timestamp=_time(why[_TIMESTAMP]),
                key=sent.key,
                value=value,
                headers=sent.headers[:start],
            ),
            reason=why[_REASON].decode(),
            message=why[_MESSAGE].decode(),
            attempts=int(why[_ATTEMPTS]),
            failed_at=datetime.fromisoformat(why[_FAILED_AT].decode()),
        )
    except (KeyError, ValueError, OverflowError) as error:
        raise MalformedRecordError(f"no dead letter: {type(error).__name__}") from error


def _reasons(letter: DeadLetter, group: str) -> Headers:
    record = letter.record
    milliseconds = round(record.timestamp.timestamp() * 1000)
    return (
        (_TOPIC, record.log.encode()),
        (_PARTITION, record.partition.to_bytes(4)),
        (_OFFSET, record.offset.to_bytes(8)),
        (_TIMESTAMP, milliseconds.to_bytes(8)),
        (_GROUP, group.encode()),
        (_CLASS, letter.reason.encode()),
        (_MESSAGE, letter.message[:_MESSAGE_CHARS].encode()),
        (_REASON, letter.reason.encode()),
        (_ATTEMPTS, b"%d" % letter.attempts),
        (_FAILED_AT, letter.failed_at.astimezone(UTC).isoformat().encode()),
    )


def _replay_count(record: Record) -> Headers:
    return (
        () if any(name == REPLAY_COUNT for name, _ in record.headers) else ((REPLAY_COUNT, b"0"),)
    )


def _number(given: bytes) -> int:
    return int.from_bytes(given)


def _time(given: bytes) -> datetime:
    return datetime.fromtimestamp(_number(given) / 1000, UTC)
