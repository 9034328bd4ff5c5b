"""A process dies at every step it makes, and another one takes over: nothing is lost or doubled."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.builders import a_question
from tests.faults.gateway import Gateway
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.workers import Worker
from tests.faults.world import DEADLINE, SESSION, World
from tests.waiting import until

EXECUTIONS = {"answer": 1, "refuse": 1, "hang": 1, "hiccup": 2, "break": 3, "bug": 3}
"""How often an agent runs for a question of each mode when nobody dies."""

ENOUGH = DEADLINE + timedelta(minutes=1)


async def _done(world: World, worker: Worker) -> None:
    """Let time pass until everything is committed, or *worker* is dead."""

    def is_over() -> bool:
        return not worker.process.alive or world.broker.is_done()

    await until(is_over, seconds=ENOUGH.total_seconds(), every=0.1)


async def _worked(
    world: World, *, kill_at: int | None = None, ask: Callable[[], Awaitable[None]] | None = None
) -> Worker:
    """Have one worker work until everything is done, or until it dies; return it, ended.

    What is asked of it while it reads already is new to it.
    """
    worker = Worker(world, kill_at=kill_at)
    await worker.start()
    await world.broker.spread([worker.member])
    if ask:
        await quiet()
        await ask()
    await _done(world, worker)
    await worker.stop()
    return worker


async def _lived_through(
    mode: str, *kills: int, behind: bool = True, is_early: bool = False
) -> list[list[str]]:
    """Ask, kill one worker after the other at the steps *kills*, and let the last one finish.

    Of an agent that may answer early everybody is asked something new: to begin with, and then
    behind what was asked of those who died.

    Returns:
        The steps that each of them made.
    """
    world = World(partitions=1, is_early=is_early)

    async def ask() -> None:
        await world.ask(mode, thread="t")
        if behind:
            await world.ask("answer", thread="t")
            await world.ask("answer", thread="u")

    async def ask_again() -> None:
        await world.ask("answer", thread="t")

    if not is_early:
        await ask()
    steps = []
    for number, kill_at in enumerate((*kills, None)):
        asked = (ask_again if number else ask) if is_early else None
        worker = await _worked(world, kill_at=kill_at, ask=asked)
        steps.append(worker.process.steps)
        await asyncio.sleep(SESSION.total_seconds())  # so long a broker waits for the dead

    assert await faults_of(world, most_executions=EXECUTIONS[mode] + len(kills)) == []
    return steps


@pytest.mark.parametrize("is_early", [False, True], ids=["claimed", "early"])
@pytest.mark.parametrize("mode", EXECUTIONS)
def test_a_worker_may_die_at_every_step(
    mode: str, is_early: bool, subtests: pytest.Subtests
) -> None:
    [steps] = run_virtual(_lived_through(mode, is_early=is_early))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_lived_through(mode, number, is_early=is_early))


@pytest.mark.parametrize(
    ("mode", "is_early"),
    [("answer", False), ("refuse", False), ("hiccup", False), ("answer", True), ("hiccup", True)],
)
def test_the_next_worker_may_die_at_every_step_as_well(
    mode: str, is_early: bool, subtests: pytest.Subtests
) -> None:
    lived_through = partial(_lived_through, mode, behind=False, is_early=is_early)
    [steps] = run_virtual(lived_through())

    for first, step in enumerate(steps):
        with subtests.test(step, number=first):
            _, again = run_virtual(lived_through(first))
            for second in range(len(again)):
                run_virtual(lived_through(first, second))


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
