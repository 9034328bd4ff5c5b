"""The lasting record of what users and operators did."""

from typing import Protocol

from cse_chat.domain.model.audit import AuditRecord


class AuditLog(Protocol):
    """Deletions, feedback and the like, in their order for each thread.

    Contract: ``tests/contracts/audit.py``.
    """

    async def append(self, record: AuditRecord) -> None:
        """Return once *record* is kept. It may come twice: readers join by its id.

        Raises:
            TransportError: It may not be kept; repeating is right.
        """
        ...
