import asyncio
from collections.abc import Collection

import pytest

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from tests.builders import a_request, an_outcome
from tests.memory import LEASE, Memory


async def _claimed(memory: Memory) -> Claim:
    claim = await memory.ledger.claim(a_request(), Durability.MEMORY)
    assert isinstance(claim, Claim)
    return claim


async def test_what_is_held_is_renewed_and_what_is_not_runs_out() -> None:
    memory = Memory()
    held, dropped = await _claimed(memory), await _claimed(memory)
    keep_claims = memory.keep_claims
    with keep_claims.holding(dropped):
        pass

    with keep_claims.holding(held) as mine:
        memory.clock.advance(LEASE / 2)
        await keep_claims()
        memory.clock.advance(LEASE / 2)

        assert not mine.lost
        assert await memory.ledger.renew([held]) == []


async def test_without_claims_the_ledger_is_not_asked() -> None:
    class Unasked:
        """Has no calls at all."""

    await KeepClaims(claims=Unasked())()  # type: ignore[arg-type] # that is the point


async def test_losing_the_claim_ends_what_runs_under_it() -> None:
    memory = Memory()
    claim = await _claimed(memory)

    with memory.keep_claims.holding(claim) as held, pytest.raises(TimeoutError):
        async with asyncio.timeout(5) as limit:
            held.stops(limit)
            held.lose()
            held.lose()
            await asyncio.Event().wait()

    assert held.lost


async def test_losing_the_claim_after_the_work_stops_nothing_any_more() -> None:
    """While its result is being settled, say."""
    memory = Memory()
    claim = await _claimed(memory)

    with memory.keep_claims.holding(claim) as held:
        async with asyncio.timeout(5) as limit:
            held.stops(limit)
            await asyncio.sleep(0)
            held.stops(None)
        held.lose()

    assert (held.lost, limit.expired()) == (True, False)


async def test_a_claim_that_was_lost_before_stops_what_is_begun_after() -> None:
    memory = Memory()
    claim = await _claimed(memory)

    with memory.keep_claims.holding(claim) as held:
        held.lose()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5) as limit:
                held.stops(limit)
                await asyncio.Event().wait()


async def test_a_loss_told_after_the_attempt_ended_is_nobodys() -> None:
    """It was given up while the ledger was being asked."""
    memory = Memory()
    claim = await _claimed(memory)
    asked, go_on = asyncio.Event(), asyncio.Event()

    class Slow:
        async def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
            asked.set()
            await go_on.wait()
            return claims

    keep_claims = KeepClaims(claims=Slow())  # type: ignore[arg-type] # one call is used
    with keep_claims.holding(claim) as held:
        renewing = asyncio.create_task(keep_claims())
        await asked.wait()
    go_on.set()
    await renewing

    assert not held.lost


async def test_a_settlement_by_another_is_seen_as_a_loss() -> None:
    memory = Memory()
    request = a_request()
    claim = await memory.ledger.claim(request, Durability.MEMORY)
    assert isinstance(claim, Claim)

    with memory.keep_claims.holding(claim) as held:
        await memory.ledger.settle(an_outcome(request, Status.CANCELLED))
        await memory.keep_claims()

        assert held.lost
