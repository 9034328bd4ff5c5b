"""The reply bus in Redis, on a server that behaves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.adapters.wire.outcomes import encode_announcement
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.ports.replies import ReplyBus
from tests.builders import a_request, a_thread_id, an_outcome
from tests.contracts.replies import SOON, ReplyBusContract
from tests.integration.redis.gateways import Gateway, Passes
from tests.integration.redis.stores import Stores
from tests.waiting import until

MANY = 10_000


@pytest.fixture
async def gateway(database: str) -> AsyncGenerator[Gateway]:
    async with Gateway(database) as gateway:
        yield gateway


class TestRedisReplyBus(ReplyBusContract):
    @pytest.fixture
    def replies(self, gateway: Gateway) -> ReplyBus:
        return gateway.bus

    @pytest.fixture
    def passes(self, gateway: Gateway) -> Passes:
        return gateway.passes


class TestRedisReplyBusOfAnybody(TestRedisReplyBus):
    """Where nobody knows which gateway waits, all of them are told."""

    @pytest.fixture
    async def gateway(self, database: str) -> AsyncGenerator[Gateway]:
        async with Gateway(database, reply_to=lambda _: None) as gateway:
            yield gateway


async def test_what_is_settled_elsewhere_is_heard_here(database: str, gateway: Gateway) -> None:
    """And by nobody else: another gateway gets nothing to read."""
    request = a_request()

    async with (
        Gateway(database) as other,
        Stores(database, gateway=gateway.gateway_id) as worker,
        gateway.bus.listen(request.correlation_id, request=request) as next_reply,
    ):
        await worker.ledger.settle(an_outcome(request))
        heard = await next_reply(SOON)
        await worker.raw.publish(names.replies(other.gateway_id), b"the last")
        await until(lambda: bool(other.bus.dropped))

    assert heard == an_outcome(request)
    assert other.bus.dropped == {"malformed": 1}


@pytest.fixture
async def lonely(own_server: RedisServer) -> AsyncGenerator[Gateway]:
    """A gateway on a server that nobody else uses, so that everything there can be counted.

    It is patient with a loop that has a lot to do.
    """
    async with Gateway(own_server.url, silence=timedelta(seconds=30)) as gateway:
        yield gateway


@pytest.mark.timeout(180)
async def test_ten_thousand_who_wait_share_one_connection(lonely: Gateway) -> None:
    requests = [a_request() for _ in range(MANY)]
    await lonely.bus.announce(an_outcome(requests[0]))  # as many as telling takes
    before = await lonely.connections()

    async with AsyncExitStack() as stack:
        waits = [
            await stack.enter_async_context(lonely.bus.listen(r.correlation_id, request=r))
            for r in requests
        ]
        waiting = [asyncio.ensure_future(wait(timedelta(seconds=120))) for wait in waits]
        during = await lonely.connections()
        for start in range(0, MANY, 100):
            await asyncio.gather(
                *(lonely.bus.announce(an_outcome(r)) for r in requests[start : start + 100])
            )
        heard = await asyncio.gather(*waiting)

    assert [outcome and outcome.correlation_id for outcome in heard] == [
        request.correlation_id for request in requests
    ]
    assert during == before
    assert len(lonely.bus) == 0


async def test_waiting_sends_no_command(lonely: Gateway) -> None:
    """But heartbeats, and what counts the commands."""

    async def commands() -> dict[str, int]:
        stats = await lonely.raw.info("commandstats")
        beside = {"cmdstat_info", "cmdstat_evalsha", "cmdstat_time", "cmdstat_set"}
        return {
            name: stat["calls"]
            for name, stat in stats.items()
            if name not in beside | {"cmdstat_publish"}
        }

    await commands()
    before = await commands()
    for _ in range(100):
        request = a_request()
        async with lonely.bus.listen(request.correlation_id, request=request) as next_reply:
            lonely.bus.deliver(an_outcome(request))
            await next_reply(SOON)

    assert await commands() == before


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"rubbish",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b"{}",
        b'{"user_id": "ann", "durability": null, "attempt": 1, "outcome": 7}',
        b'{"user_id": 1, "durability": "paper", "attempt": "x", "outcome": {}}',
        b"x" * 1_000_000,
    ],
    ids=["empty", "text", "bytes", "null", "deep", "object", "number", "types", "large"],
)
@pytest.mark.parametrize("everybodys", [True, False])
async def test_rubbish_is_dropped_and_counted(
    gateway: Gateway, message: bytes, everybodys: bool
) -> None:
    request = a_request()
    own = names.replies(gateway.gateway_id)

    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        await gateway.raw.publish(names.EVERY_GATEWAY if everybodys else own, message)
        await gateway.bus.announce(an_outcome(request))
        heard = await next_reply(SOON)

    assert heard == an_outcome(request)
    assert gateway.bus.dropped == {"malformed": 1}
    assert gateway.bus.gaps == 0


async def test_a_forged_outcome_is_dropped_and_counted(gateway: Gateway) -> None:
    request = a_request()
    forged = an_outcome(request, text="forged")

    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        for outcome in (
            replace(forged, user_id=UserId("mallory")),
            replace(forged, thread_id=a_thread_id()),
            an_outcome(a_request()),
        ):
            await gateway.raw.publish(
                names.replies(gateway.gateway_id), encode_announcement(outcome)
            )
        await gateway.bus.announce(an_outcome(request))
        heard = await next_reply(SOON)

    assert heard == an_outcome(request)
    assert gateway.bus.dropped == {"foreign": 2, "unawaited": 1}


async def test_a_server_that_cannot_write_is_not_healthy_though_others_are_heard(
    own_server: RedisServer,
) -> None:
    """As one that has become a replica of another: it still passes on what is published."""
    async with Gateway(own_server.url) as gateway:
        await until(lambda: gateway.bus.healthy)
        await gateway.raw.config_set("min-replicas-to-write", 1)
        is_over = asyncio.Event()
        telling = asyncio.create_task(_publish_until(is_over, gateway))
        await until(lambda: not gateway.bus.healthy, seconds=10)
        gaps = gateway.bus.gaps
        await gateway.raw.config_set("min-replicas-to-write", 0)
        await until(lambda: gateway.bus.healthy, seconds=10)
        is_over.set()
        await telling

    assert gaps == 0


async def _publish_until(is_over: asyncio.Event, gateway: Gateway) -> None:
    while not is_over.is_set():
        await gateway.raw.publish(names.replies(gateway.gateway_id), b"")


async def test_who_is_let_go_does_not_wait_now_or_later(gateway: Gateway) -> None:
    request = a_request()

    async with gateway.bus.listen(request.correlation_id) as next_reply:
        waiting = asyncio.ensure_future(next_reply(timedelta(hours=1)))
        await asyncio.sleep(0)
        gateway.bus.let_go()
        assert await waiting is None
        async with gateway.bus.listen(a_request().correlation_id) as another:
            assert await another(timedelta(hours=1)) is None


async def test_telling_needs_no_subscription(database: str, gateway: Gateway) -> None:
    request = a_request()
    async with (
        Stores(database) as worker,
        gateway.bus.listen(request.correlation_id) as next_reply,
    ):
        bus = Gateway(database).bus
        with pytest.raises(TransportError):  # its connection is not open either
            await bus.announce(an_outcome(request))
        with pytest.raises(TransportError):
            async with bus.listen(request.correlation_id):
                pass
        await worker.ledger.settle(an_outcome(request))
        assert await next_reply(SOON) == an_outcome(request)


async def test_the_clock_is_the_servers(gateway: Gateway) -> None:
    """Its own machine's clock says 1970."""
    seconds, microseconds = await gateway.raw.time()

    ahead = gateway.clock().timestamp() - (seconds + microseconds / 1e6)

    assert gateway.clock.has_learnt
    assert 0 <= ahead < 1


async def test_the_heartbeat_is_a_key_that_ends(gateway: Gateway) -> None:
    life = await gateway.raw.pttl(names.heartbeat(gateway.gateway_id))

    assert 9_000 < life <= 10_000
    await until(lambda: gateway.bus.healthy)
