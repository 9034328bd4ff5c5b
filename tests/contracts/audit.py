"""What every `AuditLog` must do."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from cse_chat.domain.model.audit import AuditKind, AuditRecord
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.ports.audit import AuditLog
from tests.builders import NOON, a_correlation_id, a_thread_id

ReadAuditBack = Callable[[], Awaitable[list[AuditRecord]]]


def an_audit_record(**changes: Any) -> AuditRecord:  # noqa: ANN401 -- whatever a field takes
    record = AuditRecord(
        id=a_correlation_id(),
        kind=AuditKind.FEEDBACK,
        thread_id=a_thread_id(),
        user_id=UserId("ann"),
        at=NOON,
        correlation_id=a_correlation_id(),
        details={"rating": "down", "comment": "Wrong day.\n\u0d9a?"},
    )
    return replace(record, **changes)


class AuditLogContract:
    """Subclass in ``test_*.py`` and give ``audit`` and ``read_back``."""

    async def test_what_was_done_in_a_thread_is_kept_in_its_order(
        self, audit: AuditLog, read_back: ReadAuditBack
    ) -> None:
        rated = an_audit_record()
        deleted = an_audit_record(
            kind=AuditKind.DELETED, thread_id=rated.thread_id, correlation_id=None, details={}
        )

        for record in (rated, deleted):
            await audit.append(record)

        assert await read_back() == [rated, deleted]

    async def test_repeating_is_allowed(self, audit: AuditLog, read_back: ReadAuditBack) -> None:
        record = an_audit_record()

        for _ in range(2):
            await audit.append(record)

        assert {found.id for found in await read_back()} == {record.id}
