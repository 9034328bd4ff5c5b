"""An agent is asked before its request is claimed: what that may cost, and what it may never change."""

import asyncio

import pytest

from cse_chat.domain.model.outcomes import Status
from tests.faults.early import CRASHES, died, is_answered_early, outcome_of, reading
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.workers import Worker
from tests.faults.world import LEASE, SESSION, World
from tests.waiting import until


def test_what_begins_a_thread_is_answered_early_and_costs_one_execution() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        first, second = [await world.ask("answer", thread="t") for _ in range(2)]
        await asyncio.sleep(1)
        await worker.stop()

        assert await is_answered_early(world, first)
        assert not await is_answered_early(world, second)
        assert len(world.executions) == 2
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("mode", ["refuse", "hiccup", "bug"])
def test_an_agent_that_fails_early_is_asked_again_at_once(mode: str) -> None:
    """Only what fails under a claim is waited for, and counts."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        request = await world.ask(mode, thread="t")
        await quiet()
        assert (world.early_executions_of(request), world.executions_of(request)) == (1, 2)
        await asyncio.sleep(5)
        await worker.stop()

        assert await faults_of(world, most_executions=CRASHES) == []

    run_virtual(scene())


def test_what_was_there_before_the_worker_is_never_answered_early() -> None:
    """The one before it may have died of it, at work on it or not."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        await world.ask("answer", thread="t")
        worker = await reading(world)
        await asyncio.sleep(1)
        worker.read_again()
        await world.ask("answer", thread="u")
        worker.read_again()
        await asyncio.sleep(1)
        await worker.stop()

        assert not any(run.is_early for run in world.executions)
        assert await faults_of(world) == []

    run_virtual(scene())


def test_a_thread_that_began_elsewhere_has_no_early_answer() -> None:
    """Who has not seen the thread asks for nothing, and then again, knowing what was said."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        before = await reading(world)
        first = await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await before.stop()
        worker = await reading(world)
        second = await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await worker.stop()

        assert await is_answered_early(world, first)
        assert not await is_answered_early(world, second)
        assert (world.early_executions_of(second), world.executions_of(second)) == (1, 2)
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("is_early", [False, True], ids=["claimed", "early"])
def test_a_question_that_always_crashes_its_worker_is_set_aside(is_early: bool) -> None:
    """The early attempt is not counted, and there is one at most: nobody else finds it new."""

    async def scene() -> None:
        world = World(partitions=1, is_early=is_early)
        crashes = 0
        worker = await reading(world)
        poison = await world.ask("poison", thread="t")
        behind = await world.ask("answer", thread="t")
        other = await world.ask("answer", thread="u")
        for _ in range(10):
            await until(
                lambda: not worker.process.alive or world.broker.is_done(),  # noqa: B023 -- awaited here
                seconds=60,
                every=0.1,
            )
            if worker.process.alive:
                break
            crashes += 1
            await died(worker)
            worker = await reading(world)
        await worker.stop()

        assert crashes == world.executions_of(poison) == CRASHES + is_early
        assert (await outcome_of(world, poison)).status is Status.FAILED
        for request in (behind, other):
            assert (await outcome_of(world, request)).status is Status.ANSWERED
        assert len(await world.dead_letters.newest(10)) == 1
        assert await faults_of(world, most_executions=CRASHES) == []

    run_virtual(scene())


def test_a_ledger_that_was_lost_takes_no_early_answer_before_it_has_what_was_answered() -> None:
    """Else a thread looks as if nothing had been said in it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        before = await reading(world)
        await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await before.stop()
        worker = await reading(world)
        world.lose_ledger()
        request = await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await worker.stop()

        assert not await is_answered_early(world, request)
        assert (world.early_executions_of(request), world.executions_of(request)) == (1, 2)
        assert world.broker.is_done()

    run_virtual(scene())


async def _ledger_lost(at: int | None, kill_at: int | None = None) -> list[str]:
    world = World(partitions=1, is_early=True)
    worker = Worker(world, kill_at=kill_at)
    lost = 0

    async def lose(steps: int) -> None:
        nonlocal lost
        if steps == at and not lost:
            lost += 1
            world.lose_ledger()

    worker.process.meanwhile = lose
    await worker.start()
    await world.broker.spread([worker.member])
    await quiet()
    asked = [await world.ask("answer", thread=thread) for thread in ("t", "t", "u")]
    await asyncio.sleep(2)
    await worker.stop()
    await asyncio.sleep(max(SESSION, LEASE).total_seconds())
    heir = await reading(world)
    later = await world.ask("answer", thread="t")
    await asyncio.sleep(2)
    await heir.stop()

    assert world.broker.is_done()
    assert not await is_answered_early(world, later)
    for request in (*asked, later):
        told = {o for o, _ in world.responses.read() if o.correlation_id == request.correlation_id}
        assert len(told) == 1, f"{request.question.text}: {len(told)} outcomes"
        assert await outcome_of(world, request) in told
        assert world.early_executions_of(request) <= 1
        assert world.executions_of(request) - world.early_executions_of(request) <= 2
    return worker.process.steps


def test_the_ledger_may_be_lost_at_every_step_of_a_worker(subtests: pytest.Subtests) -> None:
    """What was answered before is what holds, also if its worker dies in the same moment."""
    steps = run_virtual(_ledger_lost(None))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_ledger_lost(number))
            run_virtual(_ledger_lost(number, kill_at=number))
