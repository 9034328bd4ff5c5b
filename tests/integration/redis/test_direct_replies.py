"""Replies that bypass the ledger, on a request's own channel: heard for as long as they may come."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta

import pytest

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.direct_replies import Settle
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import ChatError, NotAcceptedError, NotListeningError, OverloadedError
from cse_chat.domain.model.claims import Entry, Settlement
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from tests.builders import a_request, an_outcome
from tests.integration.redis.gateways import Gateway
from tests.integration.redis.stores import Stores, comes
from tests.waiting import until

SOON = timedelta(seconds=5)
NOW = timedelta(0)


class Counted:
    """Settles, and counts how often that was tried."""

    def __init__(self, settle: Settle) -> None:
        self._settle = settle
        self.tries = 0

    async def __call__(self, outcome: Outcome, *, request: ChatRequest | None) -> Settlement:
        self.tries += 1
        return await self._settle(outcome, request=request)


@pytest.fixture
async def gateway(database: str, stores: Stores) -> AsyncGenerator[Gateway]:
    """One that settles what agents of the original design say."""
    async with Gateway(database, settle=RecordHistory(ledger=stores.ledger)) as gateway:
        yield gateway


def _asked(gateway: Gateway, *, deadline: timedelta = timedelta(minutes=5)) -> ChatRequest:
    return a_request(asked_at=gateway.clock(), deadline=deadline)


def _is_heard(gateway: Gateway, request: ChatRequest) -> bool:
    return gateway.bus.direct is not None and request.correlation_id in gateway.bus.direct


async def _wait(gateway: Gateway, request: ChatRequest, wait: timedelta) -> None:
    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        await next_reply(wait)


async def _answer(gateway: Gateway, request: ChatRequest) -> int:
    """Reply as an agent of the original design does; return how many connections heard it."""
    message = encode_outcome(an_outcome(request))
    told: int = await gateway.raw.publish(names.response(request.correlation_id), message)
    return told


async def _comes_to_an_end(stores: Stores, request: ChatRequest) -> Entry:
    async def settled() -> Entry | None:
        entry = (await stores.ledger.find([request.correlation_id])).get(request.correlation_id)
        return entry if entry and entry.settlement else None

    return await comes(settled)


async def test_a_reply_after_the_wait_is_settled_and_then_no_longer_listened_for(
    gateway: Gateway, stores: Stores
) -> None:
    request = _asked(gateway)
    await stores.ledger.register(request, Durability.KAFKA)
    await _wait(gateway, request, NOW)

    await _answer(gateway, request)

    assert (await _comes_to_an_end(stores, request)).status is Status.ANSWERED
    await until(lambda: not _is_heard(gateway, request))
    page = await stores.history.page(request.thread_id, after=None, limit=9)
    assert [turn.role for turn in page.turns] == ["user", "agent"]


async def test_a_reply_to_somebody_who_hung_up_is_settled(gateway: Gateway, stores: Stores) -> None:
    """Before the request was made known, too: its turn comes with the answer's."""
    request = _asked(gateway)
    waiting = asyncio.create_task(_wait(gateway, request, SOON))
    await until(lambda: len(gateway.bus) == 1)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting

    await _answer(gateway, request)

    assert (await _comes_to_an_end(stores, request)).status is Status.ANSWERED
    page = await stores.history.page(request.thread_id, after=None, limit=9)
    assert [turn.role for turn in page.turns] == ["user", "agent"]


async def test_who_reads_at_another_gateway_hears_the_reply_there(
    gateway: Gateway, stores: Stores
) -> None:
    """The one that had accepted it is gone."""
    request = _asked(gateway)
    await stores.ledger.register(request, Durability.KAFKA)
    read_answer = ReadAnswer(
        ledger=stores.ledger,
        replies=gateway.bus,
        record_history=RecordHistory(ledger=stores.ledger),
        now=gateway.clock,
    )
    reading = asyncio.create_task(read_answer(request.correlation_id, request.user_id, wait=SOON))

    async def is_heard() -> bool:
        return bool(await _answer(gateway, request))

    await comes(is_heard)

    assert (await reading).status is Status.ANSWERED
    page = await stores.history.page(request.thread_id, after=None, limit=9)
    assert [turn.role for turn in page.turns] == ["user", "agent"]


async def test_past_its_deadline_nobody_listens(gateway: Gateway) -> None:
    request = _asked(gateway, deadline=timedelta(milliseconds=50))
    await _wait(gateway, request, NOW)

    async def is_unheard() -> bool:
        return await _answer(gateway, request) == 0

    await comes(is_unheard)


@pytest.mark.parametrize("error", [NotAcceptedError("away"), OverloadedError("full")])
async def test_what_was_not_accepted_is_not_listened_for(
    gateway: Gateway, error: ChatError
) -> None:
    request = _asked(gateway)
    with pytest.raises(type(error)):
        async with gateway.bus.listen(request.correlation_id, request=request):
            raise error

    assert not _is_heard(gateway, request)


async def test_what_was_found_settled_is_no_longer_listened_for(
    gateway: Gateway, stores: Stores
) -> None:
    """Its announcement and its reply were lost: the sweep found it."""
    request = _asked(gateway)
    async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
        await gateway.kill_subscriptions()
        await stores.ledger.settle(an_outcome(request))
        sweep = SweepReplies(ledger=stores.ledger, replies=gateway.bus, for_longer_than=NOW)
        assert await sweep() == 1
        assert await next_reply(NOW) is not None

    assert not _is_heard(gateway, request)


async def test_what_was_asked_while_nothing_could_be_heard_is_heard_when_that_is_over(
    own_server: RedisServer, own_stores: Stores
) -> None:
    settle = RecordHistory(ledger=own_stores.ledger)
    async with Gateway(own_server.url, settle=settle) as gateway:
        request = _asked(gateway)
        own_server.kill()
        await until(lambda: not gateway.bus.healthy, seconds=10)
        with pytest.raises(NotListeningError):
            await _wait(gateway, request, NOW)
        own_server.start()
        await until(lambda: gateway.bus.healthy, seconds=10)

        await _answer(gateway, request)

        assert (await _comes_to_an_end(own_stores, request)).status is Status.ANSWERED


async def test_a_reply_that_nobody_waits_for_is_settled_once_it_can_be(
    own_server: RedisServer, hasty: Stores
) -> None:
    """A server that takes no writes for a while still passes on what is published."""
    settle = Counted(RecordHistory(ledger=hasty.ledger))
    async with Gateway(own_server.url, settle=settle) as gateway:
        request = _asked(gateway)
        await _wait(gateway, request, NOW)
        await gateway.raw.config_set("min-replicas-to-write", 1)
        await _answer(gateway, request)
        await until(lambda: settle.tries > 1)
        await gateway.raw.config_set("min-replicas-to-write", 0)

        assert (await _comes_to_an_end(hasty, request)).status is Status.ANSWERED
