"""A worker that answered early, and was thrown out of its group meanwhile."""

import asyncio

import pytest

from cse_chat.domain.model.outcomes import Status
from tests.faults.early import died, frozen, is_answered_early, outcome_of, reading
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.world import World
from tests.waiting import until


@pytest.mark.parametrize("told", ["answer", "refuse"])
@pytest.mark.parametrize("is_settled", [False, True], ids=["while-it-runs", "once-it-is-answered"])
def test_a_frozen_worker_that_answered_early_changes_nothing_when_it_goes_on(
    told: str, is_settled: bool
) -> None:
    """Its claim, which would have been the settlement, comes behind the claim of who took over."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie, request = await frozen(world, told)
        heir = await reading(world)
        behind = await world.ask("answer", thread="t")
        await until(lambda: bool(world.held))
        if is_settled:
            world.held[request.question.text].set_result("answer")
            await asyncio.sleep(1)
        # Before it hears that it has lost its partitions: they are told only as it makes the call.
        zombie.process.thaw()
        await quiet()
        if not is_settled:
            world.held[request.question.text].set_result("answer")
        await asyncio.sleep(1)
        await zombie.member.lose([0])
        await asyncio.sleep(1)
        await zombie.stop()
        await heir.stop()

        assert not await is_answered_early(world, request)
        assert (world.early_executions_of(request), world.executions_of(request)) == (1, 2)
        assert (await outcome_of(world, behind)).status is Status.ANSWERED
        assert await faults_of(world) == []

    run_virtual(scene())


def test_a_frozen_worker_that_answered_early_settles_what_nobody_has_claimed_yet() -> None:
    """Whoever takes over finds it settled, and asks nobody."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie, request = await frozen(world, "answer")
        zombie.process.thaw()
        await quiet()
        await zombie.member.lose([0])
        heir = await reading(world)
        await asyncio.sleep(1)
        await zombie.stop()
        await heir.stop()

        assert await is_answered_early(world, request)
        assert await faults_of(world) == []

    run_virtual(scene())


def test_an_early_answer_does_not_hold_where_an_attempt_crashed_meanwhile() -> None:
    """It would be the second, and what the first one costs is counted."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie, request = await frozen(world, "answer")
        heir = await reading(world)
        await until(lambda: bool(world.held))
        heir.process.kill()
        await died(heir)
        zombie.process.thaw()
        await until(lambda: bool(world.held))
        world.held[request.question.text].set_result("answer")
        await quiet()
        await zombie.member.lose([0])
        last = await reading(world)
        await asyncio.sleep(1)
        await zombie.stop()
        await last.stop()

        assert not await is_answered_early(world, request)
        assert (await outcome_of(world, request)).attempt == 2
        assert await faults_of(world, most_executions=2) == []

    run_virtual(scene())


def test_a_partition_that_moves_stops_an_early_answer_and_the_next_reader_claims() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await reading(world)
        request = await world.ask("hold", thread="t")
        await until(lambda: bool(world.held))
        began = world.loop.time()
        second = await reading(world)
        assert world.loop.time() - began < 0.1
        await until(lambda: bool(world.held))
        world.held[request.question.text].set_result("answer")
        await asyncio.sleep(1)
        await first.stop()
        await second.stop()

        assert not await is_answered_early(world, request)
        assert (world.early_executions_of(request), world.executions_of(request)) == (1, 2)
        assert (await outcome_of(world, request)).attempt == 1
        assert await faults_of(world) == []

    run_virtual(scene())
