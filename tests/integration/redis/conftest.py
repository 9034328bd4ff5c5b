"""A logical database of its own for every test, in which nothing may live for ever."""

from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from brokers.redis import RedisServer
from tests.integration.redis.stores import Stores, at_database


@pytest.fixture
def own_server(tmp_path: Path) -> Generator[RedisServer]:
    """A server that a test may kill, freeze, fill and empty."""
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
async def database(redis_url: str) -> AsyncGenerator[str]:
    """The URL of a logical database that was empty; a key without a time to live fails the test."""
    for number in range(1, 16):
        url = at_database(redis_url, number)
        client = Redis.from_url(url)
        if not await client.dbsize():
            break
        await client.aclose()
    else:
        pytest.fail(f"no logical database of {redis_url} is empty: empty one for the tests")
    async with client:
        yield url
        for_ever = [key async for key in client.scan_iter() if await client.pttl(key) == -1]
        await client.flushdb()
    assert not for_ever, f"without a time to live: {for_ever}"


@pytest.fixture
async def stores(database: str) -> AsyncGenerator[Stores]:
    async with Stores(database) as stores:
        yield stores


@pytest.fixture
async def own_stores(own_server: RedisServer) -> AsyncGenerator[Stores]:
    """On a server that a test may kill, freeze, fill and empty."""
    async with Stores(own_server.url) as stores:
        yield stores


@pytest.fixture
async def hasty(own_server: RedisServer) -> AsyncGenerator[Stores]:
    """One that does not wait long for an answer."""
    async with Stores(own_server.url, answered_by=timedelta(milliseconds=500)) as stores:
        yield stores
