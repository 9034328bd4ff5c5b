"""A worker that was hinted at, and was thrown out of its group before it went on."""

import asyncio

import pytest

from cse_chat.domain.model.outcomes import Status
from tests.faults.early import died, is_answered_early, reading
from tests.faults.hinting import Asking, found_settled
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.world import SESSION, World
from tests.waiting import until

ACCEPTED = {"at-once": 0.1, "lately": 5.8, "later": 20.0}
"""When the append ends: forgotten, still known, or yet to come when who froze goes on."""


@pytest.mark.parametrize("told", ["answer", "refuse"])
@pytest.mark.parametrize("kept_after", [0.3, 8.0], ids=["old-to-the-heir", "new-to-the-heir"])
@pytest.mark.parametrize("ends_after", ACCEPTED.values(), ids=ACCEPTED)
@pytest.mark.parametrize("is_settled", [False, True], ids=["while-it-runs", "once-it-is-answered"])
def test_a_worker_that_froze_over_a_hint_changes_nothing_when_it_goes_on(
    told: str, kept_after: float, ends_after: float, *, is_settled: bool
) -> None:
    """Its offer comes then: it holds where nobody has claimed the question, or settled it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie = await reading(world)
        asking = Asking(world, "hold", kept_after=kept_after, ends_after=ends_after)
        await until(lambda: bool(world.held))
        zombie.freeze()
        world.held.pop("hold 1").set_result(told)
        await asyncio.sleep(SESSION.total_seconds())
        heir = await reading(world)
        await until(lambda: bool(world.held))
        if is_settled:
            world.held["hold 1"].set_result("answer")
            await asyncio.sleep(0.1)
        zombie.process.thaw()
        await asyncio.sleep(0.1)
        if not is_settled:
            world.held["hold 1"].set_result("answer")
        await zombie.member.lose([0])
        receipt = await asking.receipt()
        await asyncio.sleep(15)
        await zombie.stop()
        await heir.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert receipt.outcome is not None
        assert receipt.outcome.status is Status.ANSWERED
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 2
        assert await faults_of(world, most_early=2) == []
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [5.0, 5.8, 6.5], ids=["registered", "accepted", "under-way"])
def test_an_offer_of_one_that_was_frozen_holds_where_nobody_reads_yet(ends_after: float) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie = await reading(world)
        asking = Asking(world, "hold", kept_after=8.0, ends_after=ends_after)
        await until(lambda: bool(world.held))
        zombie.freeze()
        world.held.pop("hold 1").set_result("answer")
        await asyncio.sleep(SESSION.total_seconds())
        assert await asking.answers() == []
        await zombie.thaw()
        receipt = await asking.receipt()
        assert world.loop.time() == pytest.approx(max(ends_after, 6.0), abs=0.1)
        heir = await reading(world)
        await asyncio.sleep(5)
        await zombie.stop()
        await heir.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert found_settled(heir) == 1
        world.accepted = await world.broker.requests()
        assert await is_answered_early(world, asking.request)
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())


@pytest.mark.parametrize("is_accepted_first", [False, True])
def test_an_offer_does_not_hold_where_an_attempt_crashed_meanwhile(
    *, is_accepted_first: bool
) -> None:
    """Nothing is claimed for it, and it costs no attempt."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie = await reading(world)
        asking = Asking(world, "hold", kept_after=0.3, ends_after=60)
        await until(lambda: bool(world.held))
        zombie.freeze()
        world.held.pop("hold 1").set_result("answer")
        await asyncio.sleep(SESSION.total_seconds())
        heir = await reading(world)
        await until(lambda: bool(world.held))
        heir.process.kill()
        await died(heir)
        if is_accepted_first:
            asking.log.hurry.set()
            await quiet()
        zombie.process.thaw()
        await quiet()
        assert "after SlowOffers.offer" in zombie.process.steps
        asking.log.hurry.set()
        await quiet()
        assert "after SlowOffers.accept" in asking.gateway.process.steps
        row = world.ledger._rows.open[asking.request.correlation_id]
        assert (row.attempt, row.spent) == (1, 0)
        await zombie.member.lose([0])
        last = await reading(world)
        await until(lambda: bool(world.held))
        assert (row.attempt, row.spent) == (2, 1)
        world.held["hold 1"].set_result("answer")
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await zombie.stop()
        await last.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert not await is_answered_early(world, asking.request)
        world.accepted = await world.broker.requests()
        assert await faults_of(world, most_executions=2) == []

    run_virtual(scene())


def test_a_worker_that_froze_with_its_answer_claims_nothing_that_is_another_s() -> None:
    """It goes on with a delivery, and the answer that it has for it, once the heir has settled it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie = await reading(world)
        asking = Asking(world, "hold", kept_after=0.3, ends_after=0.1)
        await asyncio.sleep(0.5)
        zombie.freeze()
        world.held.pop("hold 1").set_result("answer")
        await asyncio.sleep(SESSION.total_seconds())
        heir = await reading(world)
        await until(lambda: bool(world.held))
        world.held["hold 1"].set_result("answer")
        receipt = await asking.receipt()
        await asyncio.sleep(0.5)
        await zombie.thaw()
        await asyncio.sleep(15)
        await zombie.stop()
        await heir.stop()

        assert {receipt.outcome} == {*asking.logged()} == {await asking.settled()}
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 2
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [0.1, 5.8, 8.0])
def test_a_hint_that_waited_for_a_frozen_worker_is_answered_for_nothing(
    ends_after: float,
) -> None:
    """Or holds, where it is read before the heir is given the record."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie = await reading(world)
        zombie.process.freeze()
        asking = Asking(world, kept_after=8, ends_after=ends_after)
        await asyncio.sleep(SESSION.total_seconds())
        zombie.freeze()
        heir = await reading(world)
        await asyncio.sleep(0.5)
        await zombie.thaw()
        receipt = await asking.receipt()
        await asyncio.sleep(15)
        await zombie.stop()
        await heir.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 2
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())


@pytest.mark.parametrize("seconds", [0.5, 2.0, 12.0])
@pytest.mark.parametrize("ends_after", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("froze_after", [0.0, 0.05, 0.15, 0.25])
def test_a_worker_that_freezes_and_is_not_missed_goes_on_where_it_was(
    froze_after: float, ends_after: float, seconds: float
) -> None:
    """Its group has not noticed: its records are still its own, and what it has answered holds."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, kept_after=0.2, ends_after=ends_after)
        await asyncio.sleep(froze_after)
        worker.process.freeze()
        await asyncio.sleep(seconds)
        worker.process.thaw()
        receipt = await asking.receipt()
        await asyncio.sleep(15)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())
