"""What of the tails of requests is done, written for many of them at once."""

import asyncio
from collections import deque
from datetime import timedelta

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.redis.times import milliseconds
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.claims import Tail
from cse_chat.domain.model.ids import CorrelationId

_MARK = script("mark", "clock")
_AT_ONCE = 100  # the server does nothing else meanwhile
_MOST = 10_000

_Mark = tuple[CorrelationId, Tail]


class TailMarks:
    """Writes marks a moment after they are made, all of that moment in one script.

    A mark may get lost, with the process or while the server is away for long: what it tells of is
    done again, then. So nobody has to wait for one; each by itself took a worker as much time as
    settling.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        life: timedelta,
        every: timedelta = timedelta(milliseconds=100),
    ) -> None:
        """Store the arguments.

        Args:
            connection: Opened before the first mark.
            life: How long a request is known after it was marked.
            every: How long a mark waits for others.
        """
        self._connection = connection
        self._life = milliseconds(life)
        self._every = every.total_seconds()
        self._waiting: deque[_Mark] = deque(maxlen=_MOST)
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def add(self, correlation_id: CorrelationId, tail: Tail) -> None:
        """Have *tail* marked within a moment."""
        self._waiting.append((correlation_id, tail))
        self._begin_later()

    async def written(self) -> None:
        """Write what waits now; give up what cannot be."""
        if self._writing:
            await asyncio.wait({self._writing})
        if self._timer:
            self._timer.cancel()
            self._timer = None
        await self._write()
        self._waiting.clear()

    def _begin_later(self) -> None:
        if self._timer is None and self._writing is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._every, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._writing = asyncio.create_task(self._write())
        self._writing.add_done_callback(self._ended)

    def _ended(self, writing: asyncio.Task[None]) -> None:
        self._writing = None
        if self._waiting and not writing.cancelled():
            self._begin_later()

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            keys = [key for cid, _ in batch for key in (names.request(cid), names.response(cid))]
            try:
                await self._connection.run(_MARK, keys, self._life, *(tail for _, tail in batch))
            except TransportError:
                if self._connection.is_failing:  # else the server will never take them
                    self._waiting.extendleft(reversed(batch))
                    return
