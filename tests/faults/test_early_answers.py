"""An agent is asked before its request is claimed: what that may cost, and what it may never change."""

import asyncio

import pytest

from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.world import EARLY, LEASE, SESSION, Worker, World
from tests.waiting import until

CRASHES = 3
"""After so many attempts that crash nobody tries again."""


async def _reading(world: World, *, kill_at: int | None = None, slots: int = 2) -> Worker:
    """Have a worker read all there is: what is asked from now on is new."""
    worker = Worker(world, kill_at=kill_at, slots=slots)
    await worker.start()
    await world.broker.spread([worker.member])
    await quiet()
    return worker


async def _frozen(world: World, told: str) -> tuple[Worker, ChatRequest]:
    """Return a worker that froze as its agent answered early, and was thrown out since."""
    worker = await _reading(world)
    request = await world.ask("hold", thread="t")
    await until(lambda: bool(world.held))
    worker.freeze()
    world.held.pop(request.question.text).set_result(told)
    await asyncio.sleep(SESSION.total_seconds())
    return worker, request


async def _outcome_of(world: World, request: ChatRequest) -> Outcome:
    entry = (await world.ledger.find([request.correlation_id]))[request.correlation_id]
    assert entry.settlement is not None
    return entry.settlement.outcome


async def _is_early(world: World, request: ChatRequest) -> bool:
    answer = (await _outcome_of(world, request)).answer
    return answer is not None and answer.basis == EARLY


async def _died(worker: Worker) -> None:
    await worker.bury()
    await asyncio.sleep(max(SESSION, LEASE).total_seconds())


def test_what_begins_a_thread_is_answered_early_and_costs_one_execution() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await _reading(world)
        first, second = [await world.ask("answer", thread="t") for _ in range(2)]
        await asyncio.sleep(1)
        await worker.stop()

        assert await _is_early(world, first)
        assert not await _is_early(world, second)
        assert len(world.executions) == 2
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("mode", ["refuse", "hiccup", "bug"])
def test_an_agent_that_fails_early_is_asked_again_at_once(mode: str) -> None:
    """Only what fails under a claim is waited for, and counts."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await _reading(world)
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
        worker = await _reading(world)
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
        before = await _reading(world)
        first = await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await before.stop()
        worker = await _reading(world)
        second = await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await worker.stop()

        assert await _is_early(world, first)
        assert not await _is_early(world, second)
        assert (world.early_executions_of(second), world.executions_of(second)) == (1, 2)
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("is_early", [False, True], ids=["claimed", "early"])
def test_a_question_that_always_crashes_its_worker_is_set_aside(is_early: bool) -> None:
    """The early attempt is not counted, and there is one at most: nobody else finds it new."""

    async def scene() -> None:
        world = World(partitions=1, is_early=is_early)
        crashes = 0
        worker = await _reading(world)
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
            await _died(worker)
            worker = await _reading(world)
        await worker.stop()

        assert crashes == world.executions_of(poison) == CRASHES + is_early
        assert (await _outcome_of(world, poison)).status is Status.FAILED
        for request in (behind, other):
            assert (await _outcome_of(world, request)).status is Status.ANSWERED
        assert len(await world.dead_letters.newest(10)) == 1
        assert await faults_of(world, most_executions=CRASHES) == []

    run_virtual(scene())


@pytest.mark.parametrize("told", ["answer", "refuse"])
@pytest.mark.parametrize("is_settled", [False, True], ids=["while-it-runs", "once-it-is-answered"])
def test_a_frozen_worker_that_answered_early_changes_nothing_when_it_goes_on(
    told: str, is_settled: bool
) -> None:
    """Its claim, which would have been the settlement, comes behind the claim of who took over."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie, request = await _frozen(world, told)
        heir = await _reading(world)
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

        assert not await _is_early(world, request)
        assert (world.early_executions_of(request), world.executions_of(request)) == (1, 2)
        assert (await _outcome_of(world, behind)).status is Status.ANSWERED
        assert await faults_of(world) == []

    run_virtual(scene())


def test_a_frozen_worker_that_answered_early_settles_what_nobody_has_claimed_yet() -> None:
    """Whoever takes over finds it settled, and asks nobody."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie, request = await _frozen(world, "answer")
        zombie.process.thaw()
        await quiet()
        await zombie.member.lose([0])
        heir = await _reading(world)
        await asyncio.sleep(1)
        await zombie.stop()
        await heir.stop()

        assert await _is_early(world, request)
        assert await faults_of(world) == []

    run_virtual(scene())


def test_an_early_answer_does_not_hold_where_an_attempt_crashed_meanwhile() -> None:
    """It would be the second, and what the first one costs is counted."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        zombie, request = await _frozen(world, "answer")
        heir = await _reading(world)
        await until(lambda: bool(world.held))
        heir.process.kill()
        await _died(heir)
        zombie.process.thaw()
        await until(lambda: bool(world.held))
        world.held[request.question.text].set_result("answer")
        await quiet()
        await zombie.member.lose([0])
        last = await _reading(world)
        await asyncio.sleep(1)
        await zombie.stop()
        await last.stop()

        assert not await _is_early(world, request)
        assert (await _outcome_of(world, request)).attempt == 2
        assert await faults_of(world, most_executions=2) == []

    run_virtual(scene())


def test_a_partition_that_moves_stops_an_early_answer_and_the_next_reader_claims() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await _reading(world)
        request = await world.ask("hold", thread="t")
        await until(lambda: bool(world.held))
        began = world.loop.time()
        second = await _reading(world)
        assert world.loop.time() - began < 0.1
        await until(lambda: bool(world.held))
        world.held[request.question.text].set_result("answer")
        await asyncio.sleep(1)
        await first.stop()
        await second.stop()

        assert not await _is_early(world, request)
        assert (world.early_executions_of(request), world.executions_of(request)) == (1, 2)
        assert (await _outcome_of(world, request)).attempt == 1
        assert await faults_of(world) == []

    run_virtual(scene())


def test_a_ledger_that_was_lost_takes_no_early_answer_before_it_has_what_was_answered() -> None:
    """Else a thread looks as if nothing had been said in it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        before = await _reading(world)
        await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await before.stop()
        worker = await _reading(world)
        world.lose_ledger()
        request = await world.ask("answer", thread="t")
        await asyncio.sleep(1)
        await worker.stop()

        assert not await _is_early(world, request)
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
    heir = await _reading(world)
    later = await world.ask("answer", thread="t")
    await asyncio.sleep(2)
    await heir.stop()

    assert world.broker.is_done()
    assert not await _is_early(world, later)
    for request in (*asked, later):
        told = {o for o, _ in world.responses.read() if o.correlation_id == request.correlation_id}
        assert len(told) == 1, f"{request.question.text}: {len(told)} outcomes"
        assert await _outcome_of(world, request) in told
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
