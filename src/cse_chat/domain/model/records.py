"""What a log holds: bytes, as they were written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cse_chat.domain.errors import MalformedRecordError


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a request log, kept as it came so that nothing of it can get lost.

    Attributes:
        log: Name of the log (the topic).
        partition: Part of the log with an order of its own.
        offset: Place in the partition; rises, with holes.
        timestamp: When the log took it, in the log's own time.
    """

    log: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that is set aside, with the reason.

    Attributes:
        reason: A slug, such as ``malformed-record``.
        message: For operators; holds no text of a user.
        attempts: How often an agent tried; 0 when none could.
        failed_at: When it was given up.
    """

    record: Record
    reason: str
    message: str
    attempts: int
    failed_at: datetime

    @classmethod
    def of_unread(cls, record: Record, error: MalformedRecordError, *, failed_at: datetime) -> Self:
        """Set aside a record of which *error* says why nobody can tell what it asks."""
        return cls(
            record=record,
            reason=error.slug,
            message=str(error),
            attempts=0,
            failed_at=failed_at,
        )
