"""`AppliedMarks` of a ledger in this process."""

from collections.abc import Collection, Mapping
from typing import Final

from cse_chat.domain.model.applied import AppliedMark

_RUN: Final = "memory"


class InMemoryAppliedMarks:
    """Marks that live as long as their ledger: it begins empty, and loses nothing after that."""

    def __init__(self) -> None:
        self._complete: set[int] = set()

    def __contains__(self, partition: int) -> bool:
        """Return whether the ledger has what was answered in *partition*."""
        return partition in self._complete

    async def read(self, partitions: Collection[int]) -> Mapping[int, AppliedMark]:
        """See `AppliedMarks.read`."""
        return {
            partition: AppliedMark(run_id=_RUN, is_complete=partition in self, until=None)
            for partition in partitions
        }

    async def complete(self, partitions: Collection[int], run_id: str) -> None:
        """See `AppliedMarks.complete`."""
        if run_id == _RUN:
            self._complete.update(partitions)

    async def refresh(self, partitions: Collection[int]) -> Collection[int]:
        """See `AppliedMarks.refresh`."""
        return [partition for partition in partitions if partition not in self]
