"""The ports in Redis, over one connection, as a process has them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from redis.asyncio import Redis

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.applied import RedisAppliedMarks
from cse_chat.adapters.redis.cancellations import RedisCancellations
from cse_chat.adapters.redis.clock import ServerClock
from cse_chat.adapters.redis.connection import RedisConnection, retry
from cse_chat.adapters.redis.conversations import RedisConversations
from cse_chat.adapters.redis.events import RedisEventLog
from cse_chat.adapters.redis.feedback import RedisFeedbackBox
from cse_chat.adapters.redis.heartbeats import Heartbeat
from cse_chat.adapters.redis.history import RedisHistory
from cse_chat.adapters.redis.ledger import RedisLedger
from cse_chat.adapters.redis.lineup import RedisLineup
from cse_chat.adapters.redis.threads import RedisThreads
from cse_chat.adapters.wire.outcomes import decode_announcement
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.ids import ClaimToken, CorrelationId
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.ports.replies import NextReply
from tests.waiting import until_it

Found = TypeVar("Found")
DAY = timedelta(days=1)
LEASE = timedelta(seconds=5)


def at_database(url: str, number: int) -> str:
    """Return *url* with another logical database."""
    return urlsplit(url)._replace(path=f"/{number}").geturl()


async def comes(read: Callable[[], Awaitable[Found | None]], *, seconds: float = 10) -> Found:
    """Return what *read* returns once that is true; fail after *seconds*."""
    async with asyncio.timeout(seconds):
        while True:
            found = await read()
            if found:
                return found
            await asyncio.sleep(0.005)


async def answers(stores: "Stores") -> bool:
    """Say whether the server does, for this process."""
    with suppress(TransportError):
        return bool(await stores.connection.command("PING"))
    return False


class Stores:
    """One process's view of a server. Entered, it is connected."""

    def __init__(
        self,
        url: str,
        *,
        lease: timedelta = LEASE,
        answer_ttl: timedelta = DAY,
        history_ttl: timedelta = DAY,
        answered_by: timedelta = timedelta(seconds=5),
        gateway: str | None = None,
        new_token: Callable[[], ClaimToken] = lambda: ClaimToken(uuid4().hex),
    ) -> None:
        self.connection = RedisConnection(url, answered_by=answered_by)
        self.threads = RedisThreads(self.connection)
        self.history = RedisHistory(self.connection)
        self.conversations = RedisConversations(self.connection, on_deleted=self.threads.forget)
        self.feedback = RedisFeedbackBox(self.connection)
        self.ledger = RedisLedger(
            self.connection,
            new_token=new_token,
            lease=lease,
            answer_ttl=answer_ttl,
            history_ttl=history_ttl,
            reply_to=lambda _: gateway,
        )
        self.lineup = RedisLineup(self.connection, answer_ttl=answer_ttl, history_ttl=history_ttl)
        self.marks = RedisAppliedMarks(self.connection, ttl=answer_ttl)
        self.raw = Redis.from_url(url, decode_responses=True, retry=retry())
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        _ = await self._open.enter_async_context(self.raw)  # it can be awaited, too
        await self._open.enter_async_context(self.connection)
        await self._open.enter_async_context(self.ledger)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._open.aclose()

    async def written(self) -> None:
        """Return once the server has written everything to its file, so that a kill loses nothing.

        While it syncs what it wrote before, it puts the next writing off: that is its last second.
        """

        async def nothing_waits() -> bool:
            return int((await self.raw.info("persistence"))["aof_buffer_length"]) == 0

        await until_it(nothing_waits)

    async def leases_run_out(self) -> None:
        """As if every lease that was not renewed had ended."""
        await self._over("lease")

    async def places_run_out(self) -> None:
        """As if every place that nobody took were free."""
        await self._over("reserved_until")

    async def _over(self, field: str) -> None:
        async for key in self.raw.scan_iter("chat:*:meta"):
            if await self.raw.hexists(key, field):
                await self.raw.hset(key, field, "0")

    async def snapshot(self) -> dict[str, Any]:
        """Return everything the database holds."""
        found: dict[str, Any] = {}
        async for key in self.raw.scan_iter():
            match await self.raw.type(key):
                case "string":
                    found[key] = await self.raw.get(key)
                case "hash":
                    found[key] = await self.raw.hgetall(key)
                case "list":
                    found[key] = await self.raw.lrange(key, 0, -1)
                case "stream":
                    found[key] = await self.raw.xrange(key)
                case _:
                    found[key] = await self.raw.zrange(key, 0, -1)
        return found


def beating(stores: Stores, gateway: str) -> Heartbeat:
    """The heart of a gateway, which beats fast."""
    clock = ServerClock(stores.connection, wall=time.time, steady=time.monotonic)
    beat = timedelta(milliseconds=50)
    return Heartbeat(stores.connection, name=gateway, clock=clock, every=beat)


@asynccontextmanager
async def event_log(stores: Stores) -> AsyncGenerator[RedisEventLog]:
    """The events of the threads there, as a gateway hears them."""
    gateway = uuid4().hex
    async with (
        beating(stores, gateway),
        RedisEventLog(
            stores.connection, gateway_id=gateway, silence=timedelta(seconds=1)
        ) as events,
    ):
        yield events


@asynccontextmanager
async def hearing(
    stores: Stores, *, silence: timedelta = timedelta(seconds=1)
) -> AsyncGenerator[RedisCancellations]:
    """What a worker hears of cancellations: with a heart that beats."""
    clock = ServerClock(stores.connection, wall=time.time, steady=time.monotonic)
    worker = uuid4().hex
    beat = timedelta(milliseconds=50)
    async with (
        Heartbeat(stores.connection, name=worker, clock=clock, every=beat),
        RedisCancellations(stores.connection, process_id=worker, silence=silence) as cancellations,
    ):
        yield cancellations


class Overheard:
    """Hears on one channel what the ledger tells the gateways."""

    def __init__(self, raw: Redis, channel: str = names.EVERY_GATEWAY) -> None:
        self._raw = raw
        self._channel = channel

    @asynccontextmanager
    async def listen(self, correlation_id: CorrelationId) -> AsyncGenerator[NextReply]:
        async with self._raw.pubsub() as pubsub:
            await pubsub.subscribe(self._channel)
            assert (await pubsub.get_message(timeout=5))["type"] == "subscribe"

            async def next_reply(wait: timedelta) -> Outcome | None:
                async with asyncio.timeout(wait.total_seconds()):
                    while True:
                        message = await pubsub.get_message(timeout=1)
                        if message:
                            outcome = decode_announcement(message["data"].encode())
                            if outcome.correlation_id == correlation_id:
                                return outcome

            yield next_reply
