"""A server that is killed, emptied or stands still."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.domain.errors import ClaimLostError, TransportError
from cse_chat.domain.model.claims import Claim, Tail
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request, a_thread_id, an_outcome, turns_of
from tests.integration.redis.stores import Stores, answers, comes
from tests.waiting import until

KAFKA = Durability.KAFKA
Call = Callable[[], Awaitable[object]]


@pytest.fixture
def stores(own_stores: Stores) -> Stores:
    return own_stores


async def test_what_was_settled_outlives_the_server(
    own_server: RedisServer, stores: Stores
) -> None:
    """And settling it again after the restart changes nothing."""
    request = a_request()
    outcome = an_outcome(request)
    await stores.ledger.settle(outcome, asked=Turn.asking(request))
    await stores.ledger.mark(request.correlation_id, Tail.RESPONSE)
    await stores.ledger.marks.written()
    await stores.written()

    own_server.restart()
    later = await stores.ledger.settle(an_outcome(request, Status.EXPIRED))

    assert later.outcome == outcome
    assert later.done == {Tail.HISTORY, Tail.RESPONSE}
    page = await stores.history.page(request.thread_id, after=None, limit=10)
    assert page.turns == turns_of(request, outcome)


async def test_a_claim_outlives_the_server(own_server: RedisServer, stores: Stores) -> None:
    request = a_request()
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)
    await stores.written()

    own_server.restart()

    assert await stores.ledger.renew([claim]) == []
    settlement = await stores.ledger.settle(an_outcome(request), claim=claim)
    assert settlement.outcome == an_outcome(request)


async def test_a_restart_begins_a_new_epoch_once(own_server: RedisServer, stores: Stores) -> None:
    thread = a_thread_id()

    async def epoch() -> tuple[str, str]:
        await stores.ledger.register(a_request(a_question(thread_id=thread)), KAFKA)
        meta = await stores.raw.hgetall(names.meta(thread))
        return str(meta["epoch"]), str(meta["run_id"])

    before = await epoch()
    own_server.restart()
    after, again = await epoch(), await epoch()

    assert before[0] != after[0]
    assert before[1] != after[1] == stores.connection.run_id
    assert after == again


async def test_every_connection_learns_of_the_new_server(
    own_server: RedisServer, stores: Stores
) -> None:
    """Those that were opened before the restart as well as later ones."""
    requests = [a_request() for _ in range(600)]  # more than one connection takes at once
    await asyncio.gather(*(stores.ledger.register(request, KAFKA) for request in requests))
    own_server.restart()

    await asyncio.gather(*(stores.ledger.claim(request, KAFKA) for request in requests))

    run_ids = {
        await stores.raw.hget(names.meta(request.thread_id), "run_id") for request in requests
    }
    assert run_ids == {stores.connection.run_id}


async def test_an_emptied_server_knows_the_scripts_again_and_nothing_else(stores: Stores) -> None:
    request = a_request()
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)

    await stores.raw.flushall()
    await stores.raw.script_flush()

    assert await stores.ledger.renew([claim]) == [claim]
    with pytest.raises(ClaimLostError):
        await stores.ledger.settle(an_outcome(request), claim=claim)
    assert isinstance(await stores.ledger.claim(request, KAFKA), Claim)


async def test_scripts_that_were_forgotten_are_loaded_for_all_who_call_them_at_once(
    stores: Stores,
) -> None:
    requests = [a_request() for _ in range(50)]
    await stores.ledger.settle(an_outcome(requests[0]))
    await stores.raw.script_flush()

    claims, settlements = await asyncio.gather(
        asyncio.gather(*(stores.ledger.claim(a_request(), KAFKA) for _ in range(50))),
        asyncio.gather(*(stores.ledger.settle(an_outcome(r)) for r in requests)),
    )

    assert all(isinstance(claim, Claim) for claim in claims)
    assert [s.outcome.correlation_id for s in settlements] == [r.correlation_id for r in requests]


async def test_a_server_that_is_away_is_said_at_once_by_all_but_registering_and_owning(
    own_server: RedisServer, stores: Stores
) -> None:
    """A gateway goes on accepting: whoever claims the request makes it known and checks again."""
    request = a_request()
    own_server.kill()

    for call in _calls(stores, request):
        with pytest.raises(TransportError):
            await call()
    await stores.threads.own(request.thread_id, request.user_id)
    await stores.ledger.register(request, KAFKA)

    own_server.start()
    await comes(lambda: stores.ledger.find([request.correlation_id]))
    await until(lambda: not len(stores.ledger.registrations))


async def test_an_outage_is_logged_once_with_its_end_and_no_address(
    own_server: RedisServer, stores: Stores
) -> None:
    await stores.connection.command("PING")
    with capture_logs() as logs:
        own_server.kill()
        for _ in range(3):
            assert not await answers(stores)
        own_server.start()
        await comes(lambda: answers(stores))

    assert [line["event"] for line in logs] == [
        "redis_does_not_answer",
        "redis_is_another_server",
        "redis_answers_again",
    ]
    assert "redis://" not in str(logs)


async def test_a_server_that_stands_still_stops_nobody(
    own_server: RedisServer, hasty: Stores
) -> None:
    request = a_request()
    await hasty.ledger.claim(request, KAFKA)
    own_server.freeze()

    try:
        async with asyncio.timeout(10):
            for call in _calls(hasty, request):
                with pytest.raises(TransportError):
                    await call()
            await hasty.ledger.register(request, KAFKA)
    finally:
        own_server.thaw()

    await comes(lambda: answers(hasty))


async def test_while_the_server_is_known_to_be_away_registering_waits_for_nothing(
    own_server: RedisServer, hasty: Stores
) -> None:
    await hasty.connection.command("PING")
    own_server.freeze()
    try:
        await hasty.ledger.register(a_request(), KAFKA)  # it waits, and so it is known

        registering = asyncio.create_task(hasty.ledger.register(a_request(), KAFKA))
        await asyncio.sleep(0)
        assert registering.done()
    finally:
        own_server.thaw()

    await until(lambda: not len(hasty.ledger.registrations), seconds=20)


async def test_what_a_restarted_server_forgot_is_registered_again(tmp_path: Path) -> None:
    """Its last second was not on its disk: here nothing was."""
    request = a_request()
    with RedisServer(tmp_path, keeps=False) as server:
        async with Stores(server.url) as stores:
            await stores.ledger.register(request, KAFKA)

            server.restart()

            await comes(lambda: answers(stores))  # asking is how it is noticed
            await comes(lambda: stores.ledger.find([request.correlation_id]))


async def test_one_that_can_never_be_registered_holds_up_no_other(stores: Stores) -> None:
    """A key of its thread holds something else."""
    bad, good = a_request(), a_request()
    await stores.raw.set(f"chat:{bad.thread_id}:messages", "not a list", ex=60)
    await stores.ledger.register(bad, KAFKA)
    assert len(stores.ledger.registrations) == 1

    await stores.ledger.register(good, KAFKA)

    assert set(await stores.ledger.find([good.correlation_id])) == {good.correlation_id}


async def test_a_lost_claim_is_told_although_others_cannot_be_renewed(stores: Stores) -> None:
    requests = [a_request(), a_request()]
    claims = [await stores.ledger.claim(request, KAFKA) for request in requests]
    lost, unsure = (claim for claim in claims if isinstance(claim, Claim))
    await stores.ledger.settle(an_outcome(requests[0]))
    await stores.raw.set(f"chat:{unsure.thread_id}:messages", "not a list", ex=60)

    assert list(await stores.ledger.renew([unsure, lost])) == [lost]
    with pytest.raises(TransportError):
        await stores.ledger.renew([unsure])


def _calls(stores: Stores, request: ChatRequest) -> list[Call]:
    return [
        lambda: stores.ledger.claim(request, KAFKA),
        lambda: stores.ledger.find([request.correlation_id]),
        lambda: stores.ledger.settle(an_outcome(request)),
        lambda: stores.history.page(request.thread_id, after=None, limit=3),
        lambda: stores.threads.owner(request.thread_id),
    ]


async def test_a_claim_whose_reply_got_lost_is_the_same_attempt_when_it_is_repeated(
    own_server: RedisServer, hasty: Stores
) -> None:
    """Else a slow server would use up all attempts without a single run of the agent."""
    request = a_request()
    own_server.freeze()
    with pytest.raises(TransportError):
        await hasty.ledger.claim(request, KAFKA)
    own_server.thaw()  # it does what it was told meanwhile

    async def claimed() -> Claim | None:
        try:
            verdict = await hasty.ledger.claim(request, KAFKA)
        except TransportError:
            return None
        return verdict if isinstance(verdict, Claim) else None

    claim = await comes(claimed)
    assert (claim.attempt, claim.spent) == (1, 0)
