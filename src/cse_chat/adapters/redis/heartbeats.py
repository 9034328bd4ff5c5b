"""The sign of life that a process sends through the server to itself."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Self

from cse_chat.adapters.durations import UP_TO_A_TIMEOUT, Durations
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.clock import ServerClock
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.errors import TransportError

_BEAT = script("heartbeat")
_LIFE = 10_000  # milliseconds


class Heartbeat:
    """Each second, while it is entered: writes, publishes, and learns the server's time.

    A subscription that hears none is dead or its server is, whatever the sockets say.

    Args:
        connection: Opened before this, and not the one that hears the beats.
        name: The process; what it publishes is heard on the channel of this name.
        clock: Learns the time.
        every: How often.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        name: str,
        clock: ServerClock,
        every: timedelta = timedelta(seconds=1),
    ) -> None:
        self._connection = connection
        self._key = names.heartbeat(name)
        self._clock = clock
        self._every = every.total_seconds()
        self._beating: asyncio.Task[None] | None = None
        self._unheard: float | None = None
        self.round_trips = Durations(UP_TO_A_TIMEOUT)
        """From a beat until it was heard."""

    async def __aenter__(self) -> Self:
        """Begin; the first one is waited for, no longer than a command may take."""
        await self._beat()
        self._beating = asyncio.create_task(self._keep_beating())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; the key ends by itself."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    def heard(self) -> None:
        """Note that a beat was heard."""
        if self._unheard is not None:
            self.round_trips.observe(self._clock.steady() - self._unheard)
            self._unheard = None

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self._beat()

    async def _beat(self) -> None:
        asked = self._clock.steady()
        if self._unheard is None:  # else the one before is still on its way
            self._unheard = asked
        with suppress(TransportError):  # silence says it all
            self._clock.learn(await self._connection.run(_BEAT, [self._key], _LIFE), asked=asked)
