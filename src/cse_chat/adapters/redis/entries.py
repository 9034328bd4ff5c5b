"""What the ledger knows of requests, read many at once."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.rows import entry_of
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.ids import CorrelationId

_FIND = script("find", "rows")
_AT_ONCE = 100  # answers are some kilobytes each, and the server does nothing else meanwhile


async def find_entries(
    connection: RedisConnection, ids: Collection[CorrelationId], *, settled_only: bool
) -> Mapping[CorrelationId, Entry]:
    """See `Ledger.find`.

    Raises:
        TransportError: It cannot be read now.
        MalformedRecordError: Of a single id: its outcome cannot be read. Among several it is left
            out, so that it does not hide the others.
    """
    wanted = list(ids)

    def read(part: Sequence[CorrelationId]) -> asyncio.Future[Reply]:
        keys = [key for cid in part for key in (names.request(cid), names.response(cid))]
        return connection.run(_FIND, keys, int(settled_only))

    starts = range(0, len(wanted), _AT_ONCE)
    replies = await asyncio.gather(*(read(wanted[start : start + _AT_ONCE]) for start in starts))
    found: dict[CorrelationId, Entry] = {}
    for correlation_id, fields in zip(wanted, (f for r in replies for f in r), strict=True):
        if fields:
            try:
                found[correlation_id] = entry_of(correlation_id, fields)
            except MalformedRecordError:
                if len(wanted) == 1:
                    raise
    return found
