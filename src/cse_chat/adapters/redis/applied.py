"""Which partitions of the response log this server is known to have, after it may have lost some."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script

_READ = script("applied")
_WRITE = script("apply")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedMark:
    """How far a partition's responses are in the server.

    Attributes:
        run_id: The run of the server that was asked; for `RedisAppliedMarks.complete`.
        is_complete: Whether that run has all of them: nothing is to be applied again.
        until: In the server's time, up to when an earlier run had them; ``None`` when nobody knows.
    """

    run_id: str
    is_complete: bool
    until: datetime | None


class RedisAppliedMarks:
    """Marks for each partition that hold for one run of the server, and for *ttl*.

    Whoever holds a partition reads its mark before the first claim in it, applies what may be
    missing, calls `complete`, and then `refresh` for as long as it holds it.
    """

    def __init__(self, connection: RedisConnection, *, ttl: timedelta = timedelta(days=1)) -> None:
        self._connection = connection
        self._ttl = round(ttl.total_seconds() * 1000)

    async def read(self, partition: int) -> AppliedMark:
        """Return the mark of *partition*.

        Raises:
            TransportError: It cannot be read now.
        """
        run_id, marked, at = await self._connection.run(_READ, [names.applied(partition)])
        return AppliedMark(
            run_id=run_id.decode(),
            is_complete=run_id == marked,
            until=datetime.fromtimestamp(int(at) / 1000, UTC) if at else None,
        )

    async def complete(self, partition: int, run_id: str) -> bool:
        """Note that the server has all of *partition*.

        Args:
            partition: The partition.
            run_id: `AppliedMark.run_id` of the reading after which all was applied.

        Returns:
            Whether the server is still that one; else it must be applied again.

        Raises:
            TransportError: It may or may not be noted.
        """
        return bool(await self._write(partition, run_id))

    async def refresh(self, partitions: Collection[int]) -> Collection[int]:
        """Prolong the marks of this run of the server.

        Returns:
            The partitions that have none: they must be applied again.

        Raises:
            TransportError: Some may or may not be prolonged.
        """
        kept = await asyncio.gather(*(self._write(partition, "") for partition in partitions))
        return [p for p, is_kept in zip(partitions, kept, strict=True) if not is_kept]

    async def _write(self, partition: int, run_id: str) -> int:
        key = names.applied(partition)
        written: int = await self._connection.run(_WRITE, [key], self._ttl, run_id)
        return written
