"""`AuditLog` as a bounded list in this process."""

from cse_chat.adapters.memory.newest import Newest
from cse_chat.domain.model.audit import AuditRecord

_RECORD_WEIGHT = 1_000  # bytes, rough, beside what is said in it
_CHARACTER = 4


class InMemoryAuditLog:
    """Keeps the newest records, up to *cap* bytes; the oldest are dropped."""

    def __init__(self, *, cap: int = 4_000_000) -> None:
        self._records: Newest[AuditRecord] = Newest(cap=cap, weigh=_weight)

    async def append(self, record: AuditRecord) -> None:
        """See `AuditLog.append`."""
        self._records.append(record)

    def read(self) -> tuple[AuditRecord, ...]:
        """Return what is kept, oldest first."""
        return tuple(self._records)


def _weight(record: AuditRecord) -> int:
    return _RECORD_WEIGHT + _CHARACTER * sum(map(len, record.details.values()))
