"""What a process says of its servers while it runs: why they cannot be used, and when they can."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs
from typing_extensions import override

from brokers.redis import RedisServer
from cse_chat.adapters.redis.calls import Argument, Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.entrypoints.kafka_check import KafkaCheck
from cse_chat.entrypoints.readiness import Trouble
from cse_chat.entrypoints.redis_check import RedisCheck
from tests.integration.roles.conftest import Servers
from tests.waiting import until

SOON = timedelta(milliseconds=50)


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
    def command(self, *arguments: Argument) -> asyncio.Future[Reply]:
        self.looks += arguments == ("TIME",)
        return super().command(*arguments)


def _reasons(check: Callable[[], Sequence[Trouble]]) -> list[str]:
    return [trouble.reason for trouble in check()]


async def test_a_redis_that_cannot_be_used_is_told_until_it_can(own_redis: RedisServer) -> None:
    own_redis.kill()
    with capture_logs() as logs:
        async with RedisConnection(own_redis.url) as redis, RedisCheck(redis, every=SOON) as check:
            await until(lambda: _reasons(check) == ["connection-refused"])
            own_redis.start()
            await until(lambda: not _reasons(check), seconds=10)

    told = [line for line in logs if line["event"] in {"redis_unfit", "redis_fit"}]
    assert [(line["event"], line.get("reason")) for line in told] == [
        ("redis_unfit", "connection-refused"),
        ("redis_fit", None),
    ]
    assert {line["setting"] for line in told} == {"CSE_CHAT__REDIS__URL"}


async def test_a_redis_that_was_well_and_goes_away_is_told(own_redis: RedisServer) -> None:
    async with RedisConnection(own_redis.url) as redis, RedisCheck(redis, every=SOON) as check:
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


async def test_a_redis_that_stays_as_it_is_is_told_once(own_redis: RedisServer) -> None:
    own_redis.kill()
    with capture_logs() as logs:
        async with Watched(own_redis.url) as redis, RedisCheck(redis, every=SOON):
            await until(lambda: redis.looks == 4)

    assert [line["event"] for line in logs].count("redis_unfit") == 1


async def test_a_redis_that_is_well_is_not_looked_at_again_and_again(
    own_redis: RedisServer,
) -> None:
    """Ten times as long as until the next look at one that is not."""
    async with Watched(own_redis.url) as redis, RedisCheck(redis, every=SOON / 10) as check:
        await until(lambda: redis.looks == 1)
        async with KafkaCheck("127.0.0.1:1", is_well=lambda: False, every=SOON) as marker:
            await until(lambda: bool(marker()))

        assert (redis.looks, _reasons(check)) == (1, [])


async def test_what_is_changed_by_hand_on_a_redis_that_is_well_is_found(
    own_redis: RedisServer, admin: Redis
) -> None:
    async with (
        RedisConnection(own_redis.url) as redis,
        RedisCheck(redis, every=SOON, regularly=SOON) as check,
    ):
        await until(lambda: redis.run_id is not None)
        await admin.config_set("maxmemory-policy", "allkeys-lru")
        await until(lambda: _reasons(check) == ["wrong-eviction-policy"])
        await admin.config_set("maxmemory-policy", "noeviction")
        await until(lambda: not _reasons(check))


async def test_another_redis_is_looked_at_anew(own_redis: RedisServer, admin: Redis) -> None:
    """The setting that was changed by hand is lost with the restart, and so is the finding."""
    await admin.config_set("maxmemory-policy", "allkeys-lru")
    with capture_logs() as logs:
        async with RedisConnection(own_redis.url) as redis, RedisCheck(redis, every=SOON) as check:
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
            async with RedisCheck(redis, every=SOON):
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
            async with RedisConnection(own_redis.url) as redis, RedisCheck(redis, every=SOON):
                await asyncio.sleep(0)
    finally:
        own_redis.thaw()

    assert not [line for line in logs if line["event"] == "redis_unfit"]


async def test_kafka_is_looked_at_only_while_it_cannot_be_used(servers: Servers) -> None:
    is_well = False
    looks = 0

    def looked_at() -> bool:
        nonlocal looks
        looks += 1
        return is_well

    with capture_logs() as logs:
        async with KafkaCheck("127.0.0.1:1", is_well=looked_at, every=SOON) as check:
            await until(lambda: _reasons(check) == ["connection-refused"])
            is_well = True
            assert _reasons(check) == []
            before = looks
            await until(lambda: looks > before + 2)  # of those that find it well
        is_well = False
        async with KafkaCheck(servers.kafka.address, is_well=looked_at, every=SOON) as check:
            before = looks
            await until(lambda: looks > before + 2, seconds=10)
            assert _reasons(check) == []

    told = [line for line in logs if line["event"] in {"kafka_unfit", "kafka_fit"}]
    assert [line["event"] for line in told] == ["kafka_unfit", "kafka_fit"]
    assert {line["setting"] for line in told} == {"CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS"}


def test_a_kafka_that_nothing_is_wrong_with_is_fit_when_it_is_used() -> None:
    is_well = False
    check = KafkaCheck("127.0.0.1:1", is_well=lambda: is_well)

    with capture_logs() as logs:
        check._tell(Trouble(reason="connection-refused", remedy="start it", setting="S"))
        check._tell(None)
        assert [line["event"] for line in logs] == ["kafka_unfit"]
        is_well = True
        check._tell(None)
        check._tell(None)

    assert [line["event"] for line in logs] == ["kafka_unfit", "kafka_fit"]


async def test_a_look_that_goes_wrong_is_not_the_last() -> None:
    """Whatever it is: an error of ours is logged, and ends nothing."""
    errors = iter([ValueError("of ours")])

    def looked_at() -> bool:
        for error in errors:
            raise error
        return False

    with capture_logs() as logs:
        async with KafkaCheck("127.0.0.1:1", is_well=looked_at, every=SOON):
            await until(lambda: logs[-1:] != [] and logs[-1]["event"] == "kafka_unfit")

    assert [line["event"] for line in logs] == ["kafka_check_failed", "kafka_unfit"]


async def test_a_redis_that_says_strange_things_of_itself_ends_no_looking() -> None:
    """What speaks its language and lacks what we ask for."""

    class Strange(Watched):
        @override
        def command(self, *arguments: Argument) -> asyncio.Future[Reply]:
            self.looks += arguments == ("TIME",)
            said: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            said.set_result(b"" if arguments[0] == "INFO" else [b"1", b"2"])
            return said

    redis = Strange("redis://127.0.0.1:1")
    with capture_logs() as logs:
        async with RedisCheck(redis, every=SOON) as check:
            await until(lambda: bool(logs))
            redis.met()
            await until(lambda: redis.looks == 2)
            assert _reasons(check) == []

    assert {line["event"] for line in logs} == {"redis_check_failed"}
