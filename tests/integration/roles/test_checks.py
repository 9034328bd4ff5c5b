"""What a process says of its servers while it runs: why they cannot be used, and when they can."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs
from typing_extensions import override

from brokers.redis import RedisServer
from cse_chat.adapters.redis.connection import Argument, RedisConnection, Reply
from cse_chat.entrypoints.kafka_check import KafkaCheck
from cse_chat.entrypoints.readiness import Trouble
from cse_chat.entrypoints.redis_check import RedisCheck
from tests.integration.roles.conftest import Servers
from tests.waiting import until


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
async def admin(own_redis: RedisServer) -> AsyncGenerator[Redis]:
    async with Redis.from_url(own_redis.url) as client:
        yield client


class Watched(RedisConnection):
    """Counts how often the server was looked at, and says when another is met.

    Attributes:
        met: What whoever wants to know of another server gave.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.looks = 0
        self.met: Callable[[], None] = lambda: None

    @override
    def on_new_server(self, told: Callable[[], None]) -> None:
        self.met = told

    @override
    async def command(self, *arguments: Argument) -> Reply:
        self.looks += arguments == ("TIME",)
        return await super().command(*arguments)


def _reasons(check: Callable[[], Sequence[Trouble]]) -> list[str]:
    return [trouble.reason for trouble in check()]


async def test_a_redis_that_cannot_be_used_is_told_until_it_can(own_redis: RedisServer) -> None:
    own_redis.kill()
    with capture_logs() as logs:
        async with RedisConnection(own_redis.url) as redis, RedisCheck(redis) as check:
            await until(lambda: _reasons(check) == ["connection-refused"])
            own_redis.start()
            await until(lambda: not _reasons(check), seconds=10)

    told = [line for line in logs if line["event"] == "redis_unfit"]
    assert [line["reason"] for line in told] == ["connection-refused"]
    assert told[0]["setting"] == "CSE_CHAT__REDIS__URL"


async def test_a_redis_that_was_well_and_goes_away_is_told(own_redis: RedisServer) -> None:
    async with RedisConnection(own_redis.url) as redis, RedisCheck(redis) as check:
        await until(lambda: redis.run_id is not None)
        assert _reasons(check) == []
        own_redis.kill()

        async def use() -> None:
            while True:  # a process uses it all the time
                await asyncio.gather(redis.command("PING"), return_exceptions=True)
                await asyncio.sleep(0.01)

        using = asyncio.create_task(use())
        await until(lambda: _reasons(check) == ["connection-refused"], seconds=10)
        using.cancel()
        await asyncio.wait([using])


async def test_another_redis_is_looked_at_anew(own_redis: RedisServer, admin: Redis) -> None:
    """The setting that was changed by hand is lost with the restart, and so is the finding."""
    await admin.config_set("maxmemory-policy", "allkeys-lru")
    with capture_logs() as logs:
        async with RedisConnection(own_redis.url) as redis, RedisCheck(redis) as check:
            await until(lambda: _reasons(check) == ["wrong-eviction-policy"])
            own_redis.kill()
            own_redis.start()
            await until(lambda: not redis.is_failing)
            await redis.command("PING")
            await until(lambda: not _reasons(check), seconds=10)

    assert [line["reason"] for line in logs if line["event"] == "redis_unfit"][:1] == [
        "wrong-eviction-policy"
    ]


async def test_a_server_that_changed_while_it_was_looked_at_is_looked_at_again(
    own_redis: RedisServer,
) -> None:
    """It may have been another that answered."""
    async with Watched(own_redis.url) as redis:
        own_redis.freeze()
        try:
            async with RedisCheck(redis):
                await until(lambda: redis.looks == 1)
                redis.met()
                own_redis.thaw()
                await until(lambda: redis.looks == 2, seconds=10)
        finally:
            own_redis.thaw()


async def test_a_check_of_redis_that_ends_while_it_looks_ends_quietly(
    own_redis: RedisServer,
) -> None:
    own_redis.freeze()
    try:
        with capture_logs() as logs:
            async with RedisConnection(own_redis.url) as redis, RedisCheck(redis):
                await asyncio.sleep(0)
    finally:
        own_redis.thaw()

    assert not [line for line in logs if line["event"] == "redis_unfit"]


async def test_kafka_is_looked_at_only_while_it_cannot_be_used(servers: Servers) -> None:
    is_well = False
    with capture_logs() as logs:
        async with KafkaCheck("127.0.0.1:1", is_well=lambda: is_well) as check:
            await until(lambda: _reasons(check) == ["connection-refused"])
            is_well = True
            assert _reasons(check) == []
        async with KafkaCheck(servers.kafka.address, is_well=lambda: False) as check:
            await asyncio.sleep(0)
            assert _reasons(check) == []

    (told,) = [line for line in logs if line["event"] == "kafka_unfit"]
    assert told["setting"] == "CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS"
