"""The server's time, by which deadlines and leases go."""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Self

from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.domain.errors import TransportError

_MICRO: Final = 1_000_000
_AGAIN_SECONDS: Final = 1.0


class ServerClock:
    """Tells the server's time in UTC; it goes on by itself while the server is away.

    Before the server was asked it is this machine's own. While entered it asks again and again; a
    gateway need not enter it, since its heartbeats tell the time.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        wall: Callable[[], float],
        steady: Callable[[], float],
    ) -> None:
        """Store the arguments.

        Args:
            connection: Opened before `adjust` is called.
            wall: This machine's clock, in seconds since 1970; read once, now.
            steady: What carries the time on, in seconds from any origin.
        """
        self._connection = connection
        self.steady = steady
        self._origin = wall() - steady()
        self._error = math.inf
        self._asking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Ask once, then from time to time."""
        await self._try_to_adjust()
        self._asking = asyncio.create_task(self._ask())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ask no more; it goes on."""
        if self._asking:
            self._asking.cancel()
            await asyncio.wait({self._asking})

    def __call__(self) -> datetime:
        """Return the time now."""
        return datetime.fromtimestamp(self._origin + self.steady(), UTC)

    @property
    def has_learnt(self) -> bool:
        """Whether it is the server's time; else it is this machine's own."""
        return self._error < math.inf

    async def adjust(self) -> None:
        """Ask the server.

        Raises:
            TransportError: It cannot be asked now.
        """
        asked = self.steady()
        self.learn(await self._connection.command("TIME"), asked=asked)

    def learn(self, time: Sequence[bytes], *, asked: float) -> None:
        """Take over what the server's TIME said, unless what is known is as near.

        It was read at some moment since it was asked for: how long that took is how wrong it may
        be. So a slow reply does not shake the clock, and one that contradicts it (one of the two
        machines runs fast, or was set) corrects it.

        Args:
            time: Seconds and microseconds.
            asked: When it was asked for, by *steady*.
        """
        seconds, micros = (int(part) for part in time)
        answered = self.steady()
        origin = seconds + micros / _MICRO - (asked + answered) / 2
        error = (answered - asked) / 2
        if error < self._error or abs(origin - self._origin) > error + self._error:
            self._origin, self._error = origin, error

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN_SECONDS)
            await self._try_to_adjust()

    async def _try_to_adjust(self) -> None:
        with suppress(TransportError):  # it goes on with what it knows
            await self.adjust()
