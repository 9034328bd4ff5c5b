"""Which partitions of the response log this server is known to have, after it may have lost some."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.redis.times import milliseconds
from cse_chat.domain.model.applied import AppliedMark

_READ = script("applied", "rows")
_WRITE = script("apply", "clock", "rows")


class RedisAppliedMarks:
    """Marks for each partition that hold for one run of the server.

    Args:
        connection: Opened before this.
        ttl: How long one lives that nobody refreshes: no longer than what the ledger knows of a
            request, so that whoever finds a mark finds that, too.
    """

    def __init__(self, connection: RedisConnection, *, ttl: timedelta) -> None:
        self._connection = connection
        self._ttl = milliseconds(ttl)

    async def read(self, partitions: Collection[int]) -> Mapping[int, AppliedMark]:
        """See `AppliedMarks.read`."""
        marks = await asyncio.gather(*map(self._read, partitions))
        return dict(zip(partitions, marks, strict=True))

    async def complete(self, partitions: Collection[int], run_id: str) -> None:
        """See `AppliedMarks.complete`."""
        await asyncio.gather(*(self._write(partition, run_id) for partition in partitions))

    async def refresh(self, partitions: Collection[int]) -> Collection[int]:
        """See `AppliedMarks.refresh`."""
        kept = await asyncio.gather(*(self._write(partition, "") for partition in partitions))
        return [p for p, is_kept in zip(partitions, kept, strict=True) if not is_kept]

    async def _read(self, partition: int) -> AppliedMark:
        run_id, marked, at = await self._connection.run(_READ, [names.applied(partition)])
        return AppliedMark(
            run_id=run_id.decode(),
            is_complete=run_id == marked,
            until=datetime.fromtimestamp(int(at) / 1000, UTC) if at else None,
        )

    async def _write(self, partition: int, run_id: str) -> int:
        key = names.applied(partition)
        written: int = await self._connection.run(_WRITE, [key], self._ttl, run_id)
        return written
