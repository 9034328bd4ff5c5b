import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import structlog

from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.wire.requests import EncodedRequest
from cse_chat.domain.errors import NotAcceptedError, TransportError
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.records import DeadLetter
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.periodic import repeated
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.worker import engine, service
from cse_chat.entrypoints.worker.ahead import Ahead
from cse_chat.entrypoints.worker.embedded import EmbeddedService
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.lanes import Lanes
from cse_chat.entrypoints.worker.pace import Pace
from cse_chat.entrypoints.worker.reply_addresses import ReplyAddresses
from cse_chat.entrypoints.worker.service import WorkerService
from cse_chat.entrypoints.worker.stopping import StopCancelled
from tests.builders import a_question
from tests.memory import Memory, ScriptedAgent
from tests.waiting import until

SOON = timedelta(seconds=5)


HINTS = HeardHints()


async def not_asked(_: Hint) -> None:
    """Nobody hints at anything."""


def a_service(memory: Memory, agent: Agent, readiness: Readiness | None = None) -> EmbeddedService:
    abandon = memory.abandon_request()
    engine = WorkerEngine(
        source=memory.log,
        lanes=Lanes(),
        process=memory.process_request(agent),
        abandon=abandon,
        hurry=memory.responses.hurry,
        window_records=100,
        window_bytes=1_000_000,
        pause=memory.pause,
    )
    worker = WorkerService(
        engine=engine,
        keep_claims=memory.keep_claims,
        apply_responses=memory.apply_responses(),
        ahead=Ahead(heard=HINTS, answer=not_asked, addresses=ReplyAddresses(""), pace=Pace()),
        stop_cancelled=StopCancelled(
            cancellations=memory.ledger.cancellations, keep_claims=memory.keep_claims
        ),
        readiness=readiness or Readiness(dict),
    )
    return EmbeddedService(log=memory.log, worker=worker, abandon=abandon)


async def test_a_question_is_answered_while_the_service_is_open() -> None:
    memory = Memory()

    async with a_service(memory, ScriptedAgent("JKH rose")):
        receipt = await memory.send_chat()(a_question(), wait=SOON)

    assert receipt.outcome is not None
    assert receipt.outcome.status is Status.ANSWERED


async def test_draining_answers_what_it_can_and_refuses_what_is_new() -> None:
    memory = Memory()
    go_on = asyncio.Event()
    agent = ScriptedAgent(go_on)

    async with a_service(memory, agent) as service:
        sending = asyncio.create_task(memory.send_chat()(a_question(), wait=SOON))
        await agent.started.wait()
        draining = asyncio.create_task(service.drain(SOON))
        await asyncio.sleep(0)
        with pytest.raises(NotAcceptedError):
            await memory.send_chat()(a_question(), wait=SOON)
        go_on.set()
        await draining

    outcome = (await sending).outcome
    assert outcome is not None
    assert outcome.status is Status.ANSWERED


async def test_draining_hears_of_nothing_more_that_is_on_its_way() -> None:
    memory = Memory()

    async with a_service(memory, ScriptedAgent()) as service:
        HINTS.on_hint = lambda *_: None
        await service.drain(timedelta(0))

    assert HINTS.on_hint is None


async def test_what_the_budget_does_not_finish_is_settled_failed_and_told() -> None:
    """What runs, and what waits behind it in its thread."""
    memory = Memory()
    agent = ScriptedAgent(asyncio.Event())
    outcomes: list[Outcome | None] = []

    async def ask() -> None:
        receipt = await memory.send_chat()(a_question(thread_id="t"), wait=SOON)
        outcomes.append(receipt.outcome)

    async with a_service(memory, agent) as service, asyncio.TaskGroup() as clients:
        for _ in range(2):
            clients.create_task(ask())
        await agent.started.wait()
        await service.drain(timedelta(milliseconds=10))

    problems = [outcome.problem for outcome in outcomes if outcome]
    assert [problem.slug for problem in problems if problem] == ["shutting-down"] * 2


async def test_an_agent_that_will_not_stop_does_not_keep_anybody_from_being_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither its own client, nor those of the other requests."""
    monkeypatch.setattr(engine, "STOPPING", timedelta(milliseconds=10))
    memory = Memory()
    started, gate = asyncio.Event(), asyncio.Event()

    class Stubborn:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                await gate.wait()
            yield Delta("never")

    async with a_service(memory, Stubborn()) as service:
        asking = [
            asyncio.create_task(memory.send_chat()(a_question(), wait=SOON)) for _ in range(2)
        ]
        await started.wait()
        await service.drain(timedelta(milliseconds=10))
        receipts = await asyncio.gather(*asking)
        gate.set()
        await asyncio.sleep(0.01)

    problems = [receipt.outcome.problem for receipt in receipts if receipt.outcome]
    assert [problem.slug for problem in problems if problem] == ["shutting-down"] * 2


async def test_a_reader_that_breaks_is_told_by_readiness_and_begins_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "READ_AGAIN", timedelta(milliseconds=30))
    memory = Memory()
    put, failures = memory.dead_letters.put, [OSError("disk")]

    async def failing_put(letter: DeadLetter) -> None:
        if failures:
            raise failures.pop()
        await put(letter)

    monkeypatch.setattr(memory.dead_letters, "put", failing_put)
    readiness = Readiness(dict)
    async with a_service(memory, ScriptedAgent("JKH rose"), readiness):
        readiness.started = True
        memory.log.append_record(EncodedRequest(b"t", b"rubbish", ()))
        await until(lambda: not readiness.ready)
        assert readiness.details()["status"] == "not reading"
        await until(lambda: readiness.ready)
        receipt = await memory.send_chat()(a_question(), wait=SOON)

    assert receipt.outcome is not None
    assert len(await memory.dead_letters.newest(9)) == 1


async def test_draining_a_service_that_never_opened_only_refuses() -> None:
    memory = Memory()

    await a_service(memory, ScriptedAgent()).drain(SOON)

    with pytest.raises(NotAcceptedError):
        await memory.send_chat()(a_question(), wait=SOON)


def test_readiness_tells_where_the_process_is() -> None:
    readiness = Readiness(lambda: {"agent": "echo"})
    seen = [(readiness.ready, readiness.details())]
    readiness.started = True
    seen.append((readiness.ready, readiness.details()))
    readiness.draining = True
    seen.append((readiness.ready, readiness.details()))

    assert seen == [
        (False, {"status": "starting", "agent": "echo"}),
        (True, {"status": "ready", "agent": "echo"}),
        (False, {"status": "draining", "agent": "echo"}),
    ]


async def test_a_pass_that_fails_is_logged_and_made_again() -> None:
    passes: list[int] = []

    async def pass_() -> None:
        passes.append(len(passes))
        if len(passes) == 1:
            raise TransportError("gone")
        if len(passes) == 2:
            raise RuntimeError("a bug")

    with structlog.testing.capture_logs() as logs:
        async with repeated(pass_, every=timedelta(milliseconds=1)):
            await until(lambda: len(passes) >= 3)

    assert [line["event"] for line in logs] == ["pass_interrupted", "pass_failed"]
