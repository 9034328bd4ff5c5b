"""What a consumer of the library hands out, as records of the domain."""

from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from cse_chat.domain.model.records import Record


def record_of(taken: ConsumerRecord) -> Record:
    """Return *taken*; a header without a value has an empty one."""
    return Record(
        log=taken.topic,
        partition=taken.partition,
        offset=taken.offset,
        timestamp=_time(taken.timestamp),
        key=taken.key,
        value=taken.value,
        headers=tuple([(name, value or b"") for name, value in taken.headers]),
    )


def _time(milliseconds: int) -> datetime:
    """Return when a record was written, by whose clock the topic says; 1970 for no such time."""
    try:
        return datetime.fromtimestamp(max(milliseconds, 0) / 1000, UTC)
    # Where a topic takes the writer's time, it may be microseconds: the year 55,000.
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def weight_of(taken: ConsumerRecord) -> int:
    """Return about how many bytes *taken* holds."""
    weight = len(taken.value or b"") + len(taken.key or b"")
    for name, value in taken.headers:
        weight += len(name) + len(value or b"")
    return weight
