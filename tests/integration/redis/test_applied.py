"""Marks of what a server is known to have."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from brokers.redis import RedisServer
from cse_chat.adapters.redis.applied import AppliedMark, RedisAppliedMarks
from cse_chat.adapters.redis.connection import RedisConnection


@pytest.fixture
async def connection(own_server: RedisServer) -> AsyncGenerator[RedisConnection]:
    async with RedisConnection(own_server.url) as connection:
        yield connection


@pytest.fixture
def marks(connection: RedisConnection) -> RedisAppliedMarks:
    return RedisAppliedMarks(connection)


async def test_without_a_mark_nobody_knows(marks: RedisAppliedMarks) -> None:
    mark = await marks.read(3)

    assert (mark.is_complete, mark.until) == (False, None)
    assert await marks.refresh([3]) == [3]
    assert await marks.read(3) == mark


async def test_what_is_complete_is_so_until_the_server_is_another(
    own_server: RedisServer, marks: RedisAppliedMarks
) -> None:
    first = await marks.read(3)
    assert await marks.complete(3, first.run_id)
    assert (await marks.read(3)).is_complete
    assert await marks.refresh([3, 4]) == [4]

    own_server.restart()
    later = await marks.read(3)

    assert not later.is_complete
    assert later.until is not None
    assert abs(later.until - datetime.now(UTC)) < timedelta(minutes=1)
    assert await marks.refresh([3]) == [3]


async def test_a_server_that_restarts_while_all_is_applied_is_not_complete(
    own_server: RedisServer, marks: RedisAppliedMarks
) -> None:
    before = await marks.read(3)
    own_server.restart()

    assert not await marks.complete(3, before.run_id)

    assert not (await marks.read(3)).is_complete


async def test_a_mark_does_not_live_for_ever(
    connection: RedisConnection, marks: RedisAppliedMarks
) -> None:
    mark: AppliedMark = await marks.read(3)
    await marks.complete(3, mark.run_id)

    assert (
        0 < await connection.command("TTL", "chat.applied:3") <= timedelta(days=1).total_seconds()
    )
