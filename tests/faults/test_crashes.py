"""A process dies at every step it makes, and another one takes over: nothing is lost or doubled."""

import asyncio
from datetime import timedelta

import pytest

from tests.builders import a_question
from tests.faults.gateway import Gateway
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import DEADLINE, SESSION, Worker, World
from tests.waiting import until

EXECUTIONS = {"answer": 1, "refuse": 1, "hang": 1, "hiccup": 2, "break": 3, "bug": 3}
"""How often an agent runs for a question of each mode when nobody dies."""

ENOUGH = DEADLINE + timedelta(minutes=1)


async def _done(world: World, worker: Worker) -> None:
    """Let time pass until everything is committed, or *worker* is dead."""

    def is_over() -> bool:
        return not worker.process.alive or world.broker.is_done()

    await until(is_over, seconds=ENOUGH.total_seconds(), every=0.1)


async def _worked(world: World, *, kill_at: int | None = None) -> Worker:
    """Have one worker work until everything is done, or until it dies; return it, ended."""
    worker = Worker(world, kill_at=kill_at)
    await worker.start()
    await world.broker.spread([worker.member])
    await _done(world, worker)
    await worker.stop()
    return worker


async def _lived_through(mode: str, *kills: int, behind: bool = True) -> list[list[str]]:
    """Ask, kill one worker after the other at the steps *kills*, and let the last one finish.

    Returns:
        The steps that each of them made.
    """
    world = World(partitions=1)
    await world.ask(mode, thread="t")
    if behind:
        await world.ask("answer", thread="t")
        await world.ask("answer", thread="u")
    steps = []
    for kill_at in kills:
        worker = await _worked(world, kill_at=kill_at)
        steps.append(worker.process.steps)
        await asyncio.sleep(SESSION.total_seconds())  # so long a broker waits for the dead
    steps.append((await _worked(world)).process.steps)

    assert await faults_of(world, most_executions=EXECUTIONS[mode] + len(kills)) == []
    return steps


@pytest.mark.parametrize("mode", EXECUTIONS)
def test_a_worker_may_die_at_every_step(mode: str, subtests: pytest.Subtests) -> None:
    [steps] = run_virtual(_lived_through(mode))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_lived_through(mode, number))


@pytest.mark.parametrize("mode", ["answer", "refuse", "hiccup"])
def test_the_next_worker_may_die_at_every_step_as_well(
    mode: str, subtests: pytest.Subtests
) -> None:
    [steps] = run_virtual(_lived_through(mode, behind=False))

    for first, step in enumerate(steps):
        with subtests.test(step, number=first):
            _, again = run_virtual(_lived_through(mode, first, behind=False))
            for second in range(len(again)):
                run_virtual(_lived_through(mode, first, second, behind=False))


async def _gateway_dies(mode: str, kill_at: int | None) -> list[str]:
    world = World(partitions=1)
    gateway = Gateway(world, kill_at=kill_at)
    working = asyncio.create_task(_works_beside(world))
    question = a_question(f"{mode} 1", thread_id="t")
    await gateway.ask(question, wait=timedelta(seconds=10))
    await working

    world.accepted = await world.broker.requests()
    assert await faults_of(world) == []
    assert len(world.replies) == 0
    if not world.accepted:
        page = await world.history.page(question.thread_id, after=None, limit=1)
        assert (page.turns, len(world.ledger)) == ((), 0), "something of it was kept"
    return gateway.process.steps


async def _works_beside(world: World) -> None:
    worker = Worker(world)
    await worker.start()
    await world.broker.spread([worker.member])
    await asyncio.sleep(ENOUGH.total_seconds())
    await worker.stop()


@pytest.mark.parametrize("mode", ["answer", "slow", "refuse"])
def test_a_gateway_may_die_at_every_step(mode: str, subtests: pytest.Subtests) -> None:
    """What it appended is answered all the same; of what it did not, nothing is kept."""
    steps = run_virtual(_gateway_dies(mode, None))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_gateway_dies(mode, number))
