"""A cancellation comes at every step, also where a process dies; once told, it holds."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest, IfBusy
from tests.builders import a_question
from tests.faults.gateway import Gateway
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.workers import Worker
from tests.faults.world import DEADLINE, SESSION, World
from tests.waiting import until

ENOUGH = DEADLINE + timedelta(minutes=1)
SECOND = timedelta(seconds=1)
RUNS = {"answer": 1, "hiccup": 2, "break": 3, "hang": 1}
"""How often an agent runs for a question of each mode when nobody cancels or dies."""


class Scene:
    """A question, one behind it, and somebody who cancels the first at a step of the worker."""

    def __init__(self, *, at: int | None, is_early: bool = False) -> None:
        self.world = World(partitions=1, is_early=is_early)
        self.told: Outcome | None = None
        self.told_at = 0.0
        self.at = at

    async def ask(self, mode: str) -> None:
        self.request = await self.world.ask(mode, thread="t")
        await self.world.ledger.register(self.request, Durability.KAFKA)
        if self.world.is_early:
            await quiet()  # else it is no longer alone in its thread, and no early answer holds
        self.behind = await self.world.ask("answer", thread="t")
        await self.world.ledger.register(self.behind, Durability.KAFKA)

    async def asked_and_worked(self, mode: str, *, kill_at: int | None = None) -> list[str]:
        """Ask, and have a worker work; where it may answer early, it reads before that is asked."""
        if self.world.is_early:
            return await self.work(kill_at=kill_at, asked=mode)
        await self.ask(mode)
        return await self.work(kill_at=kill_at)

    async def work(self, *, kill_at: int | None = None, asked: str | None = None) -> list[str]:
        """Have a worker work until all is done, or it dies; return the steps it made."""
        worker = Worker(self.world, kill_at=kill_at)
        worker.process.meanwhile = self._cancel
        await worker.start()
        await self.world.broker.spread([worker.member])
        if asked:
            await quiet()
            await self.ask(asked)
        await until(
            lambda: not worker.process.alive or self.world.broker.is_done(),
            seconds=ENOUGH.total_seconds(),
            every=0.01,
        )
        await worker.stop()
        return worker.process.steps

    async def _cancel(self, steps: int) -> None:
        if self.told is None and steps == self.at:
            cancel = Gateway(self.world).cancel_chat
            request = self.request
            self.told = await cancel(request.correlation_id, request.user_id)
            self.told_at = self.world.loop.time()

    async def outcome_of(self, request: ChatRequest) -> Outcome:
        [entry] = (await self.world.ledger.find([request.correlation_id])).values()
        assert entry.settlement is not None
        return entry.settlement.outcome


async def _cancelled(mode: str, at: int | None, *, is_early: bool) -> list[str]:
    scene = Scene(at=at, is_early=is_early)
    steps = await scene.asked_and_worked(mode)

    assert await faults_of(scene.world, most_executions=RUNS[mode]) == []
    if scene.told:
        assert await scene.outcome_of(scene.request) == scene.told
        # The agent was stopped, the thread given free and the next one answered.
        assert scene.world.loop.time() - scene.told_at < SECOND.total_seconds()
    assert (await scene.outcome_of(scene.behind)).status is Status.ANSWERED
    return steps


@pytest.mark.parametrize("is_early", [False, True], ids=["claimed", "early"])
@pytest.mark.parametrize("mode", RUNS)
def test_a_question_may_be_cancelled_at_every_step_of_a_worker(
    mode: str, is_early: bool, subtests: pytest.Subtests
) -> None:
    """Nobody hears of it: the worker learns of it where it asks the ledger."""
    steps = run_virtual(_cancelled(mode, None, is_early=is_early))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_cancelled(mode, number, is_early=is_early))


async def _cancelled_and_killed(mode: str, at: int, *, is_early: bool) -> None:
    scene = Scene(at=at, is_early=is_early)
    await scene.asked_and_worked(mode, kill_at=at)
    scene.at = None
    await asyncio.sleep(SESSION.total_seconds())
    await scene.work()

    assert await faults_of(scene.world, most_executions=RUNS[mode] + 1) == []
    if scene.told:
        early = scene.world.early_executions_of(scene.request)
        assert scene.world.executions_of(scene.request) <= RUNS[mode] + early
        assert await scene.outcome_of(scene.request) == scene.told


@pytest.mark.parametrize("is_early", [False, True], ids=["claimed", "early"])
@pytest.mark.parametrize("mode", ["answer", "hang"])
def test_a_worker_may_die_in_the_moment_in_which_its_question_is_cancelled(
    mode: str, is_early: bool, subtests: pytest.Subtests
) -> None:
    """Whoever takes over runs no agent for it, once that is told."""
    steps = run_virtual(_cancelled(mode, None, is_early=is_early))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_cancelled_and_killed(mode, number, is_early=is_early))


async def _cancelling_gateway_dies(kill_at: int | None) -> list[str]:
    scene = Scene(at=None)
    await scene.ask("answer")
    gateway = Gateway(scene.world, kill_at=kill_at)
    await asyncio.gather(
        gateway.cancel_chat(scene.request.correlation_id, scene.request.user_id),
        return_exceptions=True,
    )
    [entry] = (await scene.world.ledger.find([scene.request.correlation_id])).values()
    settled = entry.settlement
    await scene.work()

    assert await faults_of(scene.world) == []
    ended = await scene.outcome_of(scene.request)
    assert ended.status is (Status.CANCELLED if settled else Status.ANSWERED)
    assert scene.world.executions_of(scene.request) == (0 if settled else 1)
    return gateway.process.steps


def test_a_gateway_that_dies_over_a_cancellation_has_cancelled_or_has_not(
    subtests: pytest.Subtests,
) -> None:
    steps = run_virtual(_cancelling_gateway_dies(None))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_cancelling_gateway_dies(number))


async def _asking_gateway_dies(if_busy: IfBusy, kill_at: int | None) -> list[str]:
    world = World(partitions=1)
    question = a_question("hang 1", thread_id="t", user_id="ann")
    if if_busy is IfBusy.INTERRUPT:
        assert await Gateway(world).ask(question, wait=timedelta(0))
    gateway = Gateway(world, kill_at=kill_at)
    asked = a_question("answer 2", thread_id="t", user_id="ann")
    await gateway.ask(asked, wait=timedelta(0), if_busy=if_busy)
    worker = Worker(world)
    await worker.start()
    await world.broker.spread([worker.member])
    await asyncio.sleep(ENOUGH.total_seconds())
    await worker.stop()

    world.accepted = await world.broker.requests()
    assert await faults_of(world) == []
    last = a_question("answer 3", thread_id="t", user_id="ann")
    receipt = await Gateway(world).ask(last, wait=timedelta(0), if_busy=IfBusy.REJECT)
    assert receipt, "the thread is busy although everything has ended"
    return gateway.process.steps


@pytest.mark.parametrize("if_busy", [IfBusy.REJECT, IfBusy.INTERRUPT])
def test_a_gateway_that_dies_over_a_place_leaves_the_thread_free(
    if_busy: IfBusy, subtests: pytest.Subtests
) -> None:
    steps = run_virtual(_asking_gateway_dies(if_busy, None))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_asking_gateway_dies(if_busy, number))
