"""What befalls a reply subscription: it is killed, frozen, paused, flooded and lied to."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import redis as blocking_redis

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names, subscription
from cse_chat.adapters.wire.outcomes import encode_announcement
from cse_chat.domain.errors import NotListeningError
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from tests.builders import a_request, an_outcome
from tests.integration.redis.gateways import SILENCE, Gateway
from tests.integration.redis.stores import Stores
from tests.waiting import until

SOON = timedelta(seconds=20)
NOW = timedelta(0)
MEGABYTE = 1_000_000


@pytest.fixture
async def gateway(own_server: RedisServer) -> AsyncGenerator[Gateway]:
    async with Gateway(own_server.url) as gateway:
        yield gateway


async def test_a_killed_subscription_is_made_anew_and_what_it_missed_is_looked_for(
    own_server: RedisServer, gateway: Gateway
) -> None:
    """F22: the outcome of every wait is heard or found, over twenty deaths."""
    requests = [a_request() for _ in range(20)]

    async with (
        Stores(own_server.url, gateway=gateway.gateway_id) as worker,
        AsyncExitStack() as waits,
    ):
        gateway.bus.on_gap = SweepReplies(
            ledger=worker.ledger, replies=gateway.bus, for_longer_than=NOW
        )
        waiting = [
            await waits.enter_async_context(
                gateway.bus.listen(request.correlation_id, request=request)
            )
            for request in requests
        ]
        for deaths, request in enumerate(requests, start=1):
            assert await gateway.connection.command("CLIENT", "KILL", "TYPE", "pubsub") == 1
            await worker.ledger.settle(an_outcome(request))
            await until(partial(_has_recovered, gateway, deaths))
        heard = [await next_reply(SOON) for next_reply in waiting]

    assert heard == [an_outcome(request) for request in requests]


def _has_recovered(gateway: Gateway, deaths: int) -> bool:
    return gateway.bus.gaps == deaths and gateway.bus.healthy


async def test_a_frozen_server_is_noticed_and_found_again(
    own_server: RedisServer, gateway: Gateway
) -> None:
    """Nobody begins to wait in vain meanwhile, and who waited is looked up afterwards."""
    request = a_request()

    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        own_server.freeze()
        try:
            await until(lambda: not gateway.bus.healthy, seconds=6)
            with pytest.raises(NotListeningError):
                async with gateway.bus.listen(a_request().correlation_id):
                    pass
        finally:
            own_server.thaw()
        await until(lambda: gateway.bus.healthy and gateway.bus.gaps > 0, seconds=10)
        await gateway.bus.announce(an_outcome(request))

        assert await next_reply(SOON) == an_outcome(request)


async def test_who_waits_is_let_go_when_the_server_stays_away(
    own_server: RedisServer, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be heard for a while: the answer comes, and is read later."""
    monkeypatch.setattr(subscription, "_GONE_AFTER", 0.1)
    async with gateway.bus.listen(a_request().correlation_id) as next_reply:
        waiting = asyncio.ensure_future(next_reply(timedelta(minutes=1)))
        await asyncio.sleep(0)
        own_server.kill()

        with pytest.raises(NotListeningError):
            await asyncio.wait_for(waiting, 10)
        with pytest.raises(NotListeningError):
            await next_reply(SOON)

        own_server.start()
        await until(lambda: gateway.bus.healthy, seconds=10)
        request = a_request()
        async with gateway.bus.listen(request.correlation_id) as next_one:
            await gateway.bus.announce(an_outcome(request))
            assert await next_one(SOON) == an_outcome(request)


async def test_whoever_listens_no_more_is_not_told_that_the_server_is_gone(
    own_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "_GONE_AFTER", 0.01)
    gone: list[bool] = []
    async with Gateway(own_server.url) as gateway:
        gateway.bus._subscription.on_gone = lambda: gone.append(True)

    await asyncio.sleep(0.1)  # ten times as long as it would take

    assert not gone


async def test_a_restarted_server_is_subscribed_to_again(
    own_server: RedisServer, gateway: Gateway
) -> None:
    request = a_request()

    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        own_server.restart()
        await until(lambda: gateway.bus.gaps > 0 and gateway.bus.healthy, seconds=10)
        await gateway.bus.announce(an_outcome(request))

        assert await next_reply(SOON) == an_outcome(request)


async def test_a_server_that_comes_late_is_listened_to(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)

    async with Gateway(server.url) as gateway:
        with pytest.raises(NotListeningError):
            async with gateway.bus.listen(a_request().correlation_id):
                pass
        with server:
            await until(lambda: gateway.bus.healthy, seconds=10)
            request = a_request()
            async with gateway.bus.listen(request.correlation_id) as next_reply:
                await gateway.bus.announce(an_outcome(request))

                assert await next_reply(SOON) == an_outcome(request)


async def test_listening_begins_only_when_a_slow_server_has_confirmed_it(
    own_server: RedisServer,
) -> None:
    """F23: subscribing only writes, so whoever asks at once after it would miss the answer."""
    request = a_request()
    gateway = Gateway(own_server.url)
    async with gateway.connection, gateway.raw:
        await gateway.connection.command("PING")
        await gateway.connection.command("CLIENT", "PAUSE", "500", "ALL")
        async with gateway.bus, gateway.bus.listen(request.correlation_id) as next_reply:
            told = await gateway.raw.publish(
                names.replies(gateway.gateway_id), encode_announcement(an_outcome(request))
            )

            assert told == 1
            assert await next_reply(SOON) == an_outcome(request)


async def test_a_subscriber_that_the_server_dropped_for_reading_too_slowly_recovers(
    own_server: RedisServer, gateway: Gateway
) -> None:
    """The flood is published without giving the reader its turn: beyond 32 MB it is cut off."""
    request = a_request()

    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        with blocking_redis.Redis(port=own_server.port) as flood:
            for _ in range(64):
                flood.publish(names.replies(gateway.gateway_id), b"x" * MEGABYTE)
            killed = flood.execute_command("CLIENT", "LIST", "TYPE", "pubsub")
        assert not killed
        await until(lambda: gateway.bus.gaps > 0 and gateway.bus.healthy, seconds=10)
        await gateway.bus.announce(an_outcome(request))

        assert await next_reply(SOON) == an_outcome(request)


@pytest.mark.parametrize("state", ["well", "frozen", "away"])
async def test_closing_leaves_no_task_behind(own_server: RedisServer, state: str) -> None:
    before = asyncio.all_tasks()
    async with Gateway(own_server.url):
        {"well": lambda: None, "frozen": own_server.freeze, "away": own_server.kill}[state]()
    own_server.thaw()

    assert asyncio.all_tasks() == before


async def test_the_clock_goes_on_without_the_server(own_server: RedisServer) -> None:
    async with Gateway(own_server.url) as gateway:
        own_server.kill()
        early, late = gateway.clock(), gateway.clock()

    assert abs(datetime.now(UTC) - early) < timedelta(minutes=1)
    assert early <= late


async def test_a_busy_loop_is_not_taken_for_a_silent_server(gateway: Gateway) -> None:
    """A turn of the loop longer than the silence that is allowed; what came meanwhile is heard."""
    request = a_request()

    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        await until(lambda: gateway.bus.healthy)
        told = asyncio.create_task(gateway.bus.announce(an_outcome(request)))
        await asyncio.sleep(0)
        time.sleep(2 * SILENCE.total_seconds())  # noqa: ASYNC251 - the long turn itself
        await told

        assert await next_reply(SOON) == an_outcome(request)
    assert gateway.bus.gaps == 0
