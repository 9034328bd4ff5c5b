"""The attempts of `ProcessRequest`: failed, waiting, fenced off, stopped."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.domain.errors import AgentRefusedError, AgentUnavailableError, TransportError
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.memory import LEASE, Memory, ScriptedAgent


async def test_a_failed_attempt_is_followed_by_another_after_a_pause_without_a_slot() -> None:
    memory = Memory()
    request = a_request()
    process = memory.process_request(ScriptedAgent(AgentUnavailableError("busy"), "now"))
    free: list[bool] = []

    async def pause(duration: timedelta) -> None:
        free.append(not process.slots.locked())
        await memory.pause(duration)

    await replace(process, pause=pause)(await memory.delivered(request), Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt, free) == (Status.ANSWERED, 2, [True])
    assert memory.pauses == [timedelta(milliseconds=125)]


async def test_attempts_are_bounded_then_dead_lettered_with_an_outcome() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent(*[AgentUnavailableError("busy")] * 3)
    delivery = await memory.delivered(request)

    await memory.process_request(agent)(delivery, Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt, len(agent.asked)) == (Status.FAILED, 3, 3)
    [letter] = await memory.dead_letters.newest(9)
    assert (letter.record, letter.reason, letter.attempts) == (delivery.record, "agent-failed", 3)
    assert memory.pauses == [timedelta(milliseconds=125), timedelta(milliseconds=250)]


async def test_a_refusal_is_not_tried_again_and_its_reason_is_told() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent(AgentRefusedError("I do not give advice."))

    await memory.process_request(agent)(await memory.delivered(request), Progress())

    outcome = await memory.outcome_of(request)
    assert outcome.problem is not None
    assert (outcome.problem.slug, outcome.problem.detail) == (
        "agent-failed",
        "I do not give advice.",
    )


async def test_a_pause_does_not_outlast_the_deadline() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(milliseconds=100))
    agent = ScriptedAgent(AgentUnavailableError("busy"))

    await memory.process_request(agent)(await memory.delivered(request), Progress())

    assert memory.pauses == [timedelta(milliseconds=100)]
    assert (await memory.outcome_of(request)).status is Status.EXPIRED


async def test_a_request_whose_workers_keep_dying_is_given_up() -> None:
    """Each attempt started, and nothing more was heard of it."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    for _ in range(3):
        claim = await memory.ledger.claim(request, Durability.MEMORY)
        assert isinstance(claim, Claim)
        memory.clock.advance(LEASE)

    await memory.process_request(ScriptedAgent())(delivery, Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt) == (Status.FAILED, 4)


async def test_a_request_waits_for_the_one_that_runs_in_its_thread() -> None:
    memory = Memory()
    thread = a_thread_id()
    first, second = (a_request(a_question(str(n), thread_id=thread)) for n in range(2))
    go_on = asyncio.Event()
    agent = ScriptedAgent(go_on, "second")
    process = memory.process_request(agent, slots=2)
    running = asyncio.create_task(process(await memory.delivered(first), Progress()))
    await agent.started.wait()

    waiting = asyncio.create_task(process(await memory.delivered(second), Progress()))
    while not memory.pauses:
        await asyncio.sleep(0)
        await memory.keep_claims()
    asked_meanwhile = len(agent.asked)
    go_on.set()
    await asyncio.gather(running, waiting)

    assert asked_meanwhile == 1
    assert [text for text, _ in agent.asked] == ["0", "1"]


async def test_a_fenced_attempt_stops_its_agent_and_takes_the_winners_outcome() -> None:
    """The process was frozen: its lease ran out, another claimed, answered and settled."""
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent(asyncio.Event())
    process = memory.process_request(agent)
    running = asyncio.create_task(process(await memory.delivered(request), Progress()))
    await agent.started.wait()
    memory.clock.advance(LEASE)
    other = await memory.ledger.claim(request, Durability.MEMORY)
    assert isinstance(other, Claim)
    winner = an_outcome(request, text="other", attempt=2)
    await memory.ledger.settle(winner, claim=other)

    await memory.keep_claims()
    await running

    assert [outcome for outcome, _ in memory.responses.read()] == [winner]


async def test_an_agent_whose_request_was_settled_elsewhere_is_stopped_and_the_thread_freed() -> (
    None
):
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent(asyncio.Event(), "next")
    process = memory.process_request(agent)
    running = asyncio.create_task(process(await memory.delivered(request), Progress()))
    await agent.started.wait()
    await memory.ledger.settle(an_outcome(request, Status.CANCELLED))

    await memory.keep_claims()
    await running

    following = a_request(a_question(thread_id=request.thread_id))
    await process(await memory.delivered(following), Progress())
    assert (await memory.outcome_of(request)).status is Status.CANCELLED
    assert memory.pauses == []


async def test_cancelled_it_gives_its_claim_free_and_the_attempt_does_not_count() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent(asyncio.Event())
    running = asyncio.create_task(
        memory.process_request(agent)(await memory.delivered(request), Progress())
    )
    await agent.started.wait()

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    claim = await memory.ledger.claim(request, Durability.MEMORY)
    assert isinstance(claim, Claim)
    assert (claim.attempt, claim.spent) == (2, 0)


class FlakyLedger:
    """Refuses so many settlements before it takes one."""

    def __init__(self, memory: Memory, refusals: int) -> None:
        self._ledger = memory.ledger
        self._refusals = refusals

    async def settle(
        self,
        outcome: Outcome,
        *,
        asked: Turn | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        if self._refusals:
            self._refusals -= 1
            raise TransportError("gone")
        return await self._ledger.settle(outcome, asked=asked, claim=claim, said=said)


async def test_an_answer_is_not_thrown_away_because_the_store_is_gone_for_a_moment() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent("once")
    record = RecordHistory(ledger=FlakyLedger(memory, refusals=2))  # type: ignore[arg-type] # one call is used
    process = replace(memory.process_request(agent), record_history=record)

    await process(await memory.delivered(request), Progress())

    assert (len(agent.asked), memory.pauses) == (1, [timedelta(milliseconds=500)] * 2)
    assert (await memory.outcome_of(request)).attempt == 1


async def test_an_attempt_that_a_store_broke_off_is_no_longer_answering() -> None:
    """Else who gives its partition free would wait for an agent that does not run."""
    memory = Memory()

    async def broken(*_: object, **__: object) -> None:
        raise TransportError("gone")

    process = replace(memory.process_request(ScriptedAgent()), run_agent=broken)  # type: ignore[arg-type] # it is called
    progress = Progress()

    with pytest.raises(TransportError):
        await process(await memory.delivered(a_request()), progress)

    assert not progress.answering


async def test_a_claim_that_cannot_be_released_is_left_to_its_lease() -> None:
    memory = Memory()
    request = a_request()

    class Unreleasable:
        claim, renew = memory.ledger.claim, memory.ledger.renew

        async def release(self, claim: Claim, *, spent: bool) -> None:
            raise TransportError("gone")

    agent = ScriptedAgent(AgentUnavailableError("busy"), "now")
    process = replace(memory.process_request(agent), claims=Unreleasable())

    await process(await memory.delivered(request), Progress())

    assert (await memory.outcome_of(request)).attempt == 2
