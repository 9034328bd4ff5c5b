"""Rows of the fault model, at the level of the ports: what a user sees, and how often an agent ran."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.adapters.wire.requests import EncodedRequest
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_question
from tests.faults.gateway import Gateway
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.workers import Worker
from tests.faults.world import DEADLINE, SESSION, World
from tests.waiting import until

SOON = timedelta(seconds=2)


async def _outcome_of(world: World, request: ChatRequest) -> Outcome:
    entry = (await world.ledger.find([request.correlation_id]))[request.correlation_id]
    assert entry.settlement is not None
    return entry.settlement.outcome


async def _killed_at(world: World, step: str) -> None:
    """Let a worker work until it dies at *step*, and the broker notice."""
    steps = await _steps_of_a_like(world)
    worker = await _started(world, kill_at=steps.index(step))
    await until(lambda: not worker.process.alive, seconds=60, every=0.05)
    await worker.bury()
    await asyncio.sleep(SESSION.total_seconds())


async def _steps_of_a_like(world: World) -> list[str]:
    """Return the steps a worker makes for the same questions in a world of their own."""
    twin = World(partitions=len(world.broker.records))
    for request in world.accepted:
        mode, number = request.question.text.split()
        await twin.ask(mode, thread=request.thread_id, number=int(number))
    worker = await _started(twin)
    await asyncio.sleep(5)
    await worker.stop()
    return worker.process.steps


async def _started(world: World, *, kill_at: int | None = None) -> Worker:
    worker = Worker(world, kill_at=kill_at)
    await worker.start()
    await world.broker.spread([worker.member])
    return worker


async def _taken_over(world: World) -> None:
    worker = await _started(world)
    await asyncio.sleep(SOON.total_seconds())
    await worker.stop()


def test_f1_a_worker_that_dies_while_it_answers_costs_an_attempt_and_no_answer() -> None:
    async def scene() -> None:
        world = World(partitions=1)
        request = await world.ask("slow", number=1)
        await _killed_at(world, "in the agent")
        await _taken_over(world)

        outcome = await _outcome_of(world, request)
        assert (outcome.status, outcome.attempt) == (Status.ANSWERED, 2)
        assert world.executions_of(request) == 2
        assert await faults_of(world, most_executions=2) == []

    run_virtual(scene())


@pytest.mark.parametrize(
    "step",
    [
        "after InMemoryLedger.settle",
        "before InMemoryResponseLog.append",
        "after InMemoryResponseLog.append",
        "before InMemoryLedger.mark",
        "after InMemoryLedger.mark",
        "before Member.acknowledge",
        "after Member.acknowledge",
    ],
)
def test_f2_a_worker_that_dies_after_it_settled_costs_no_second_execution(step: str) -> None:
    async def scene() -> None:
        world = World(partitions=1)
        request = await world.ask("answer", number=1)
        await _killed_at(world, step)
        settled = await _outcome_of(world, request)
        await _taken_over(world)

        assert await _outcome_of(world, request) == settled
        assert await faults_of(world, most_executions=1) == []

    run_virtual(scene())


def test_f2_the_next_worker_tells_again_what_nobody_may_have_heard() -> None:
    async def scene() -> None:
        world = World(partitions=1)
        request = await world.ask("answer", number=1)
        await _killed_at(world, "after InMemoryLedger.settle")
        async with world.replies.listen(request.correlation_id) as next_reply:
            await _taken_over(world)
            heard = await next_reply(timedelta(seconds=1))

        assert heard == await _outcome_of(world, request)

    run_virtual(scene())


@pytest.mark.parametrize(
    ("step", "letters"),
    [("before InMemoryDeadLetters.put", 1), ("after InMemoryDeadLetters.put", 2)],
)
def test_f3_a_worker_that_dies_over_a_dead_letter_loses_none(step: str, letters: int) -> None:
    """A second record of the same request is allowed: who replays joins them by id."""

    async def scene() -> None:
        world = World(partitions=1)
        await world.ask("refuse", number=1)
        await _killed_at(world, step)
        await _taken_over(world)

        assert len(await world.dead_letters.newest(10)) == letters
        assert await faults_of(world, most_executions=1) == []

    run_virtual(scene())


def test_f4_a_frozen_worker_that_goes_on_later_changes_nothing() -> None:
    """Its reply is fenced off by the claim of who took over, and its commit is refused."""

    async def scene() -> None:
        world = World(partitions=1)
        request = await world.ask("hold", number=1)
        zombie = await _started(world)
        await until(lambda: bool(world.held))
        zombie.freeze()
        held = world.held.pop(request.question.text)
        await asyncio.sleep(SESSION.total_seconds())

        heir = await _started(world)
        await until(lambda: bool(world.held))
        world.held[request.question.text].set_result("answer")
        await asyncio.sleep(1)
        settled = await _outcome_of(world, request)
        committed = dict(world.broker.committed)
        held.set_result("answer")
        await zombie.thaw()
        await asyncio.sleep(60)

        assert await _outcome_of(world, request) == settled
        assert (settled.attempt, world.broker.committed) == (2, committed)
        assert await faults_of(world, most_executions=2) == []
        await zombie.stop()
        await heir.stop()

    run_virtual(scene())


RUBBISH = {
    "bad JSON": b'{"correlation_id": ',
    "wrong type": b'{"correlation_id": 7, "thread_id": [], "message": {}}',
    "no bytes": b"",
    "null": None,
    "JSON null": b"null",
    "deep": b"[" * 60_000,
    "1 MB": b"x" * 1_000_000,
    "not UTF-8": b'{"message": "\xff\xfe"}',
    "another schema": b'{"specversion": "1.0", "data": {}}',
}


@pytest.mark.parametrize("value", RUBBISH.values(), ids=RUBBISH)
def test_f7_a_poison_record_is_set_aside_as_it_came_and_the_next_is_taken(
    value: bytes | None,
) -> None:
    """Records in are requests done plus dead letters, and nobody waits."""

    async def scene() -> None:
        world = World(partitions=1)
        await world.ask("answer", thread="t")
        world.broker.append_record(EncodedRequest(b"t", value, ()))
        await world.ask("answer", thread="t")
        began = world.loop.time()
        worker = await _started(world)
        await until(world.broker.is_done, every=0.01)
        took = world.loop.time() - began
        await worker.stop()

        assert took <= 1
        [letter] = await world.dead_letters.newest(10)
        assert (letter.record.value, letter.reason) == (value, "malformed-record")
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize(
    ("mode", "executions", "status"),
    [
        ("break", 3, Status.FAILED),
        ("bug", 3, Status.FAILED),
        ("refuse", 1, Status.FAILED),
        ("hang", 1, Status.EXPIRED),
    ],
)
def test_f8_an_agent_that_fails_for_one_thread_costs_the_others_nothing(
    mode: str, executions: int, status: Status
) -> None:
    """With one slot: a thread that backs off does not hold it. One that hangs needs another."""

    async def scene() -> None:
        world = World(partitions=1)
        bad = await world.ask(mode, thread="bad")
        behind = await world.ask("answer", thread="bad")
        good = [await world.ask("answer", thread=f"good-{n}") for n in range(20)]
        worker = Worker(world, slots=2 if mode == "hang" else 1)
        await worker.start()
        await world.broker.spread([worker.member])
        await quiet()

        for request in good:
            assert (await _outcome_of(world, request)).status is Status.ANSWERED
        await asyncio.sleep(5)
        await worker.stop()
        assert (await _outcome_of(world, bad)).status is status
        assert (await _outcome_of(world, behind)).status is Status.ANSWERED
        assert world.executions_of(bad) == executions
        assert await faults_of(world, most_executions=3) == []

    run_virtual(scene())


def test_f11_a_thousand_clients_that_leave_change_nothing_about_their_answers() -> None:
    async def scene() -> None:
        world = World(partitions=2)
        worker = Worker(world, slots=100, window_records=10_000)
        await worker.start()
        await world.broker.spread([worker.member])
        gateway = Gateway(world)
        waits = [
            asyncio.create_task(
                gateway.ask(
                    a_question(f"slow {n}", thread_id=f"thread-{n}"),
                    wait=timedelta(seconds=30),
                )
            )
            for n in range(1_000)
        ]
        for n, wait in enumerate(waits):
            wait.cancel()  # some before they asked, some while they wait
            if n % 50 == 0:
                await asyncio.sleep(0.02)
        await asyncio.wait(waits)
        assert len(world.replies) == 0
        await asyncio.sleep(30)
        await worker.stop()

        world.accepted = await world.broker.requests()
        read_answer = ReadAnswer(
            ledger=world.ledger,
            replies=world.replies,
            record_history=RecordHistory(ledger=world.ledger),
            now=world.now,
        )
        for request in world.accepted:
            entry = await read_answer(request.correlation_id, request.user_id)
            assert entry.status is Status.ANSWERED
        assert len(world.accepted) > 900
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)], ids=["on", "back"])
def test_f31_a_step_of_the_hosts_clock_expires_nothing_and_revives_nothing(
    step: timedelta,
) -> None:
    async def scene() -> None:
        world = World(partitions=1)
        running = await world.ask("slow", thread="t")
        waiting = await world.ask("answer", thread="t")
        worker = await _started(world)
        await asyncio.sleep(0.5)

        world.wall += step.total_seconds()
        later = await world.ask("answer", thread="u")
        await asyncio.sleep(1)
        await worker.stop()

        for request in (running, waiting, later):
            outcome = await _outcome_of(world, request)
            assert outcome.status is Status.ANSWERED
            assert timedelta(0) <= outcome.queue_time < DEADLINE
        assert await faults_of(world) == []

    run_virtual(scene())
