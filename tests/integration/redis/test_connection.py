"""The one connection of a process: batches, time limits, and callers that go away."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import pytest
import uvloop
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from brokers.redis import RedisServer
from cse_chat.adapters.redis.calls import Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.outcomes import Durability
from tests.builders import a_request
from tests.integration.redis.stores import Stores, answers, comes

KAFKA = Durability.KAFKA


@pytest.fixture
def stores(own_stores: Stores) -> Stores:
    return own_stores


async def test_a_paused_server_is_waited_for_no_longer_than_was_said(hasty: Stores) -> None:
    """Many who wait at once wait no longer than one."""
    await hasty.connection.command("PING")
    await hasty.raw.client_pause(50_000)

    async with asyncio.timeout(30):
        results = await asyncio.gather(
            *(hasty.ledger.claim(a_request(), KAFKA) for _ in range(3000)), return_exceptions=True
        )

    assert {type(result) for result in results} == {TransportError}


async def test_who_asks_while_another_tries_a_server_that_is_away_is_refused_at_once(
    own_server: RedisServer, hasty: Stores
) -> None:
    """The second one is answered first; and the one that tries finds the server again."""
    await hasty.connection.command("PING")
    own_server.freeze()
    try:
        await comes(lambda: _is_given_up(hasty))
        trying = asyncio.ensure_future(hasty.connection.command("PING"))
        for _ in range(2):  # asking, and sending what was asked in that turn
            await asyncio.sleep(0)

        with pytest.raises(TransportError):
            await hasty.connection.command("PING")

        assert not trying.done()
    finally:
        own_server.thaw()
    await asyncio.wait([trying])
    await comes(lambda: answers(hasty))
    assert hasty.connection.is_answering


async def test_who_has_waited_too_long_for_a_slow_server_is_not_sent(
    own_server: RedisServer,
) -> None:
    """Its answer would come too late. The connection stays: the server does answer."""
    answered_by = timedelta(seconds=2)
    async with RedisConnection(own_server.url, answered_by=answered_by) as one:
        before = await one.command("CLIENT", "ID")
        # The second ends 0.4 s after its time: a loop that stands still for as long hears of it in time.
        # So does the third, for what goes when the first has ended.
        slow = ("BLPOP", "nothing", "1.2")
        commands = [slow, slow, slow, *[("INCR", "done")] * 200]  # more than go at once

        replies = await asyncio.gather(
            *(one.command(*command) for command in commands), return_exceptions=True
        )

        assert replies[0] is None
        refused = [n for n, reply in enumerate(replies) if isinstance(reply, TransportError)]
        assert refused == [*range(1, len(commands))]
        assert await one.command("CLIENT", "ID") == before
        assert int(await one.command("GET", "done")) < 200


def test_a_turn_of_the_loop_that_takes_long_is_no_silence_of_the_server(
    own_server: RedisServer,
) -> None:
    """On the loop that gateways and workers have."""

    async def ask_and_be_busy() -> tuple[Reply, Reply]:
        answered_by = timedelta(seconds=0.5)
        async with RedisConnection(own_server.url, answered_by=answered_by) as one:
            before = await one.command("CLIENT", "ID")
            asked = one.command("CLIENT", "ID")
            time.sleep(2 * answered_by.total_seconds())  # noqa: ASYNC251 - the long turn itself
            return before, await asked

    before, after = uvloop.run(ask_and_be_busy())

    assert before == after


async def test_a_caller_that_is_cancelled_drops_no_connection(stores: Stores) -> None:
    """A client that drops them would come back with as many new ones, when it can least do so."""
    await stores.connection.command("PING")
    before = await stores.raw.info("stats")
    for _ in range(20):
        calls = [asyncio.ensure_future(stores.connection.command("PING")) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)

    await stores.connection.command("PING")

    after = await stores.raw.info("stats")
    made = after["total_connections_received"] - before["total_connections_received"]
    assert made < 8  # as many as there may be at once, less the one that was there


async def test_a_caller_that_is_cancelled_costs_the_others_nothing(stores: Stores) -> None:
    calls = [asyncio.ensure_future(stores.connection.command("PING")) for _ in range(3)]
    await asyncio.sleep(0)

    calls[0].cancel()

    async with asyncio.timeout(4):
        assert await asyncio.gather(*calls[1:]) == [b"PONG", b"PONG"]


async def test_what_is_asked_in_one_turn_is_sent_at_once(stores: Stores) -> None:
    """One connection for all of it, and each caller gets its own reply or error."""

    async def echo(*said: str) -> Reply:
        return await stores.connection.command("ECHO", *said)

    replies = await asyncio.gather(
        *(echo(str(n)) for n in range(100)),
        echo(),
        stores.ledger.claim(a_request(), KAFKA),
        return_exceptions=True,
    )

    assert replies[:100] == [str(n).encode() for n in range(100)]
    assert isinstance(replies[100], TransportError)
    assert isinstance(replies[101], Claim)
    clients = await stores.raw.client_list()
    assert len([c for c in clients if c["cmd"] != "client|list"]) == 1


async def test_a_connection_that_is_closed_refuses(own_server: RedisServer) -> None:
    async with Stores(own_server.url) as stores:
        await stores.connection.command("PING")

    with pytest.raises(TransportError) as caught:
        await stores.connection.command("PING")

    assert isinstance(caught.value.__cause__, RedisConnectionError)


async def test_what_was_sent_is_answered_before_it_is_closed(own_server: RedisServer) -> None:
    async with RedisConnection(own_server.url) as connection:
        call = asyncio.ensure_future(connection.command("PING"))
        for _ in range(2):  # asking, and sending what was asked in that turn
            await asyncio.sleep(0)

    assert await call == b"PONG"


async def test_what_cannot_be_sent_lets_nobody_wait(stores: Stores) -> None:
    """A lone surrogate has no bytes; whoever let it in has a fault."""
    with capture_logs() as logs:
        results = await asyncio.gather(
            stores.connection.command("ECHO", "\ud800"),
            stores.connection.command("PING"),
            return_exceptions=True,
        )

    assert isinstance(results[0], TransportError)
    assert results[1] == b"PONG"
    assert [line["event"] for line in logs] == ["redis_command_broke"]
    assert await answers(stores)


async def test_a_client_for_listening_has_no_limit_for_reading(stores: Stores) -> None:
    async with stores.connection.listening_client() as client:
        pool = client.connection_pool

        assert await client.ping()
        assert pool.connection_kwargs["socket_timeout"] is None


async def test_an_error_repeats_nothing_of_what_was_sent(stores: Stores) -> None:
    with pytest.raises(TransportError) as caught:
        await stores.connection.command("my-secret", "question")

    assert "secret" not in str(caught.value)
    assert "question" not in str(caught.value)


async def _is_given_up(stores: Stores) -> bool:
    with suppress(TransportError):
        await stores.connection.command("PING")
    return not stores.connection.is_answering


async def test_a_server_that_is_no_longer_written_to_is_connected_to_anew(
    own_stores: Stores,
) -> None:
    """After a failover the same address may be another server's; an old connection never is."""
    first = await own_stores.connection.command("CLIENT", "ID")
    await own_stores.raw.replicaof("127.0.0.1", "1")
    with pytest.raises(TransportError, match="ReadOnlyError"):
        await own_stores.connection.command("SET", "a", "b")
    await own_stores.raw.replicaof("NO", "ONE")

    assert await own_stores.connection.command("SET", "a", "b", "PX", 1) == b"OK"
    assert await own_stores.connection.command("CLIENT", "ID") > first
