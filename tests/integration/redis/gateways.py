"""A gateway's ear: its subscription and its heartbeat, beside what a worker has."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Self
from uuid import uuid4

from redis.asyncio import Redis

from cse_chat.adapters.redis.clock import ServerClock
from cse_chat.adapters.redis.connection import RedisConnection, retry
from cse_chat.adapters.redis.direct_replies import Settle
from cse_chat.adapters.redis.ledger import ReplyTo
from cse_chat.adapters.redis.replies import RedisReplyBus
from cse_chat.entrypoints.clock import steady_seconds

BEAT = timedelta(milliseconds=50)
SILENCE = timedelta(seconds=1)


class Seconds:
    """A steady clock that can be moved on."""

    def __init__(self) -> None:
        self._added = 0.0

    def __call__(self) -> float:
        return steady_seconds() + self._added

    def advance(self, duration: timedelta) -> None:
        self._added += duration.total_seconds()


class Gateway:
    """Entered, it listens; faster in everything than one in earnest."""

    def __init__(
        self,
        url: str,
        *,
        settle: Settle | None = None,
        reply_to: ReplyTo | None = None,
        silence: timedelta = SILENCE,
    ) -> None:
        self.gateway_id = uuid4().hex
        self.seconds = Seconds()
        self.connection = RedisConnection(url, answered_by=timedelta(milliseconds=500))
        self.clock = ServerClock(self.connection, wall=lambda: 0.0, steady=self.seconds)
        self.bus = RedisReplyBus(
            self.connection,
            gateway_id=self.gateway_id,
            monotonic=self.seconds,
            settle=settle,
            clock=self.clock,
            every=BEAT,
            silence=silence,
            reply_to=reply_to or (lambda _: self.gateway_id),
        )
        self.raw = Redis.from_url(url, decode_responses=True, retry=retry())
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        _ = await self._open.enter_async_context(self.raw)  # it can be awaited, too
        for part in (self.connection, self.bus):
            await self._open.enter_async_context(part)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def passes(self, duration: timedelta) -> None:
        self.seconds.advance(duration)

    async def connections(self) -> int:
        return len(await self.raw.client_list())

    async def kill_subscriptions(self) -> None:
        await self.connection.command("CLIENT", "KILL", "TYPE", "pubsub")


Passes = Callable[[timedelta], Awaitable[None]]
