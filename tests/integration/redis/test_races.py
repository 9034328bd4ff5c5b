"""Two processes that have the same server."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from cse_chat.adapters.redis import names
from cse_chat.domain.errors import ClaimLostError, MalformedRecordError, NotOwnerError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Busy, Claim
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ClaimToken, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request, a_thread_id, an_outcome, turns_of
from tests.contracts.recorded import utterances
from tests.integration.redis.stores import Stores, comes

KAFKA = Durability.KAFKA
SHORT = timedelta(milliseconds=50)


@pytest.fixture
async def two(database: str) -> AsyncGenerator[tuple[Stores, Stores]]:
    async with Stores(database) as one, Stores(database) as other:
        yield one, other


async def test_of_two_processes_that_claim_again_and_again_one_gets_it(
    two: tuple[Stores, Stores],
) -> None:
    for _ in range(50):
        request = a_request()

        verdicts = await asyncio.gather(*(s.ledger.claim(request, KAFKA) for s in two))

        assert sorted(type(verdict).__name__ for verdict in verdicts) == ["Busy", "Claim"]


async def test_of_two_requests_of_a_thread_one_is_claimed(two: tuple[Stores, Stores]) -> None:
    thread = a_thread_id()
    requests = [a_request(a_question(thread_id=thread)) for _ in two]

    verdicts = await asyncio.gather(
        *(s.ledger.claim(request, KAFKA) for s, request in zip(two, requests, strict=True))
    )

    assert sorted(type(verdict).__name__ for verdict in verdicts) == ["Busy", "Claim"]


async def test_of_two_processes_that_settle_one_wins_and_both_say_so(
    two: tuple[Stores, Stores],
) -> None:
    for _ in range(50):
        request = a_request()
        outcomes = [an_outcome(request, text="one"), an_outcome(request, Status.EXPIRED)]

        settled = await asyncio.gather(
            *(
                s.ledger.settle(outcome, asked=Turn.asking(request))
                for s, outcome in zip(two, outcomes, strict=True)
            )
        )

        assert settled[0].outcome == settled[1].outcome
        page = await two[0].history.page(request.thread_id, after=None, limit=10)
        assert page.turns == turns_of(request, settled[0].outcome)


async def test_of_two_users_who_want_a_thread_one_owns_it(two: tuple[Stores, Stores]) -> None:
    thread = a_thread_id()
    users = [UserId("ann"), UserId("bob")]

    results = await asyncio.gather(
        *(s.threads.own(thread, user) for s, user in zip(two, users, strict=True)),
        return_exceptions=True,
    )

    [loser] = [n for n, result in enumerate(results) if isinstance(result, NotOwnerError)]
    assert await two[0].threads.owner(thread) == users[1 - loser]


async def test_a_lease_runs_out_by_the_servers_clock(database: str) -> None:
    request = a_request()
    async with Stores(database, lease=SHORT) as silent, Stores(database, lease=SHORT) as next_one:
        old = await _claimed(silent, request)

        new = await comes(lambda: _claim(next_one, request))

        assert (new.attempt, new.spent) == (2, 1)
        with pytest.raises(ClaimLostError):
            await silent.ledger.settle(an_outcome(request), claim=old)
        assert await silent.ledger.renew([old]) == [old]


async def test_a_lease_that_ran_out_can_be_renewed_until_another_claims(database: str) -> None:
    request = a_request()
    async with Stores(database) as holder:
        claim = await _claimed(holder, request)
        await holder.leases_run_out()

        assert await holder.ledger.renew([claim]) == []

        assert await holder.ledger.claim(request, KAFKA) == Busy()


async def test_a_claim_that_lost_the_thread_does_not_get_it_back_by_being_repeated(
    database: str,
) -> None:
    """The same token means the same attempt, but only while nobody else has the thread."""
    thread = a_thread_id()
    first, second = (a_request(a_question(thread_id=thread)) for _ in range(2))
    tokens = iter(map(ClaimToken, ("one", "two", "one")))
    async with Stores(database, new_token=lambda: next(tokens)) as stores:
        await _claimed(stores, first)
        await stores.leases_run_out()
        await _claimed(stores, second)

        assert await stores.ledger.claim(first, KAFKA) == Busy()


async def test_a_claim_that_is_repeated_late_forgets_nothing_of_what_was_said(
    database: str,
) -> None:
    """A command that was sent twice may be done twice, the second time long after."""
    async with Stores(database, new_token=lambda: ClaimToken("one")) as stores:
        request = a_request()
        claim = await _claimed(stores, request)
        said = utterances(Delta("a"), Delta("b"))
        await stores.ledger.record(claim, said)

        await _claimed(stores, request)
        await stores.ledger.record(claim, said)

        assert await stores.raw.xlen(names.events(request.thread_id)) == 4  # accepted, started


async def test_who_gives_up_a_claim_that_is_lost_leaves_the_new_one_alone(stores: Stores) -> None:
    request = a_request()
    old = await _claimed(stores, request)
    await stores.leases_run_out()
    new = await _claimed(stores, request)

    await stores.ledger.release(old, spent=True)

    assert (await stores.ledger.settle(an_outcome(request), claim=new)).outcome.attempt == 1


async def test_registering_and_settling_at_once_leaves_each_turn_once(
    two: tuple[Stores, Stores],
) -> None:
    gateway, worker = two
    for _ in range(30):
        request = a_request()
        outcome = an_outcome(request)

        await asyncio.gather(
            gateway.ledger.register(request, KAFKA),
            worker.ledger.settle(outcome, asked=Turn.asking(request)),
        )

        page = await gateway.history.page(request.thread_id, after=None, limit=10)
        assert page.turns == turns_of(request, outcome)


async def _claimed(stores: Stores, request: ChatRequest) -> Claim:
    verdict = await stores.ledger.claim(request, KAFKA)
    assert isinstance(verdict, Claim)
    return verdict


async def _claim(stores: Stores, request: ChatRequest) -> Claim | None:
    verdict = await stores.ledger.claim(request, KAFKA)
    return verdict if isinstance(verdict, Claim) else None


async def test_a_claim_whose_caller_is_stopped_keeps_nobody_waiting(
    two: tuple[Stores, Stores],
) -> None:
    """The server claims all the same: it is given back, and counts no attempt."""
    one, other = two
    for _ in range(50):
        request = a_request()
        claiming = asyncio.create_task(one.ledger.claim(request, KAFKA))
        await asyncio.sleep(0)
        claiming.cancel()
        await asyncio.wait({claiming})

        async def claimed(request: ChatRequest = request) -> Claim | None:
            verdict = await other.ledger.claim(request, KAFKA)
            return verdict if isinstance(verdict, Claim) else None

        claim = await comes(claimed, seconds=1)
        assert claim.spent == 0


async def test_closing_waits_for_the_claims_that_were_left(database: str) -> None:
    request = a_request()
    async with Stores(database) as other:
        async with Stores(database) as one:
            claiming = asyncio.create_task(one.ledger.claim(request, KAFKA))
            await asyncio.sleep(0)
            claiming.cancel()
            await asyncio.wait({claiming})

        assert isinstance(await other.ledger.claim(request, KAFKA), Claim)


async def test_a_claim_whose_history_cannot_be_read_is_given_back(stores: Stores) -> None:
    """Else request and thread would wait for its lease to run out."""
    request = a_request()
    await stores.raw.rpush(names.messages(request.thread_id), "no turn")

    with pytest.raises(MalformedRecordError):
        await stores.ledger.claim(request, KAFKA, remembered=3)
    await stores.raw.delete(names.messages(request.thread_id))

    claim = await comes(lambda: _claim(stores, request))
    assert (claim.attempt, claim.spent) == (2, 0)
