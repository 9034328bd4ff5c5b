"""What an operator is told of a server."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from brokers.redis import RedisServer
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.inspection import ServerReport, explained, inspect
from cse_chat.domain.errors import TransportError
from tests.integration.redis.stores import at_database
from tests.integration.strangers import answering
from tests.waiting import until


def _now() -> datetime:
    return datetime.now(UTC)


async def _report(url: str, now: Callable[[], datetime] = _now) -> ServerReport:
    async with RedisConnection(url, answered_by=timedelta(milliseconds=500)) as connection:
        return await inspect(connection, now=now)


async def _trouble(url: str) -> str:
    with pytest.raises(TransportError) as caught:
        await _report(url)
    finding = explained(caught.value)
    assert finding.is_fatal
    assert "pass-word" not in finding.detail
    return finding.slug


@pytest.fixture
async def admin(own_server: RedisServer) -> AsyncGenerator[Redis]:
    async with Redis.from_url(own_server.url) as client:
        yield client


async def test_a_fit_server_has_no_findings(own_server: RedisServer) -> None:
    report = await _report(own_server.url)

    assert report.findings == ()
    assert report.is_append_only
    assert report.eviction_policy == "noeviction"
    assert len(report.run_id) == 40


async def test_a_server_that_evicts_or_forgets_is_told(
    own_server: RedisServer, admin: Redis
) -> None:
    await admin.config_set("maxmemory-policy", "allkeys-lru")
    await admin.config_set("appendonly", "no")

    report = await _report(own_server.url)

    found = {finding.slug: finding for finding in report.findings}
    assert set(found) == {"wrong-eviction-policy", "no-append-only-file"}
    assert "allkeys-lru" in found["wrong-eviction-policy"].detail
    assert found["wrong-eviction-policy"].is_fatal
    assert not found["no-append-only-file"].is_fatal


@pytest.mark.parametrize(
    ("share", "slug", "is_fatal"), [(0.9, "memory-nearly-full", False), (1.1, "memory-full", True)]
)
async def test_a_server_that_is_full_or_soon_will_be_is_told(
    own_server: RedisServer, admin: Redis, share: float, slug: str, *, is_fatal: bool
) -> None:
    # Made by the server: what a client sends is counted, too, until its buffer is given back.
    await admin.setrange("filling", 20_000_000, "x")
    used = (await admin.info("memory"))["used_memory"]
    await admin.config_set("maxmemory", int(used / share))

    [finding] = (await _report(own_server.url)).findings

    assert (finding.slug, finding.is_fatal) == (slug, is_fatal)
    assert "maxmemory" in finding.detail


async def test_a_replica_is_told(own_server: RedisServer, admin: Redis) -> None:
    await admin.replicaof("127.0.0.1", "1")

    assert [finding.slug for finding in (await _report(own_server.url)).findings] == ["is-replica"]


@pytest.mark.parametrize("by", [timedelta(minutes=1), timedelta(minutes=-1)])
async def test_a_clock_that_differs_is_told(own_server: RedisServer, by: timedelta) -> None:
    report = await _report(own_server.url, lambda: datetime.now(UTC) - by)

    assert [finding.slug for finding in report.findings] == ["clocks-differ"]
    assert abs(report.clock_ahead - by) < timedelta(seconds=1)


async def test_a_wrong_password_is_told(own_server: RedisServer, admin: Redis) -> None:
    await admin.config_set("requirepass", "right")

    wrong = own_server.url.replace("//", "//:pass-word@")
    assert [await _trouble(wrong), await _trouble(own_server.url)] == ["access-denied"] * 2


async def test_a_user_without_rights_is_told(own_server: RedisServer, admin: Redis) -> None:
    await admin.acl_setuser(
        "ann", enabled=True, passwords=["+pass-word"], commands=["+ping", "+hello", "+select"]
    )

    assert await _trouble(own_server.url.replace("//", "//ann:pass-word@")) == "access-denied"


async def test_a_wrong_database_is_told(own_server: RedisServer) -> None:
    assert await _trouble(at_database(own_server.url, 99)) == "refused"


async def test_a_server_that_is_not_there_is_told(own_server: RedisServer) -> None:
    own_server.kill()

    assert await _trouble(own_server.url) == "connection-refused"
    assert await _trouble("redis://no-such-host.invalid:6379") == "unknown-host"


@pytest.mark.parametrize(
    ("reply", "slug"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-redis"), (b"", "connection-closed")],
)
async def test_something_else_on_that_port_is_told(reply: bytes, slug: str) -> None:
    async with answering(reply) as port:
        assert await _trouble(f"redis://:pass-word@127.0.0.1:{port}") == slug


async def test_a_server_without_tls_is_told_to_who_wants_it(own_server: RedisServer) -> None:
    """It waits for the rest of what it takes for a command."""
    secure = own_server.url.replace("redis://", "rediss://:pass-word@")

    assert await _trouble(secure) in {"no-answer", "no-tls", "connection-closed"}


async def test_the_reason_is_told_also_to_whom_it_is_not_tried_for(own_server: RedisServer) -> None:
    """While a server is away one call at a time is tried, and the others are refused at once."""
    own_server.kill()
    patience = timedelta(milliseconds=500)
    async with RedisConnection(own_server.url, answered_by=patience) as connection:
        with suppress(TransportError):
            await connection.command("PING")
        await until(lambda: not connection.is_answering)
        tried = asyncio.create_task(inspect(connection, now=_now))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        refused = asyncio.create_task(inspect(connection, now=_now))
        for looking in (refused, tried):
            with pytest.raises(TransportError) as caught:
                await looking
            assert explained(caught.value).slug == "connection-refused"


async def test_a_server_that_stands_still_is_told(own_server: RedisServer) -> None:
    own_server.freeze()

    try:
        assert await _trouble(own_server.url) == "no-answer"
    finally:
        own_server.thaw()
