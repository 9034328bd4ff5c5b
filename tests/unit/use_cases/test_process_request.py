import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.domain.errors import AgentRefusedError, AgentUnavailableError, TransportError
from cse_chat.domain.model.answers import Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.claims import Claim, Settlement, Tail
from cse_chat.domain.model.history import Exchange, Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.records import DeadLetter
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import Clock, a_question, a_request, a_thread_id, an_outcome
from tests.memory import LEASE, Memory, ScriptedAgent


async def test_a_request_is_answered_settled_and_told() -> None:
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    memory.clock.advance(timedelta(seconds=3))

    async with memory.replies.listen(request.correlation_id) as next_reply:
        await memory.process_request(ScriptedAgent("JKH rose"))(delivery, Progress())
        heard = await next_reply()

    assert heard == await memory.outcome_of(request)
    assert heard.answer is not None
    assert (heard.answer.text, heard.attempt, heard.status) == ("JKH rose", 1, Status.ANSWERED)
    assert heard.queue_time == timedelta(seconds=3)
    assert [outcome for outcome, _ in memory.responses.read()] == [heard]
    assert await memory.dead_letters.newest(1) == ()


async def test_everything_the_agent_says_is_kept_with_the_answer() -> None:
    memory = Memory()
    request = a_request()
    table = Table(title="T", columns=(Column(name="a", label="A"),), rows=(("x",),))
    step = Step(name="look", label="Looking", status=StepStatus.DONE)

    class Talker:
        async def answer(self, *_: object) -> object:
            for event in (step, table):
                yield event

    await memory.process_request(Talker())(await memory.delivered(request), Progress())  # type: ignore[arg-type] # loosely typed on purpose

    answer = (await memory.outcome_of(request)).answer
    assert answer is not None
    assert (answer.steps, answer.artifacts, answer.text) == ((step,), (table,), "")
    assert answer.basis.model_used == "unknown"


async def test_the_agent_gets_the_answered_exchanges_before_it() -> None:
    """Neither failed ones nor the question itself."""
    memory = Memory()
    thread = a_thread_id()
    earlier = a_request(a_question("Price of JKH?", thread_id=thread))
    failed = a_request(a_question("And?", thread_id=thread))
    await memory.ledger.settle(an_outcome(earlier, text="19.6"), asked=Turn.asking(earlier))
    await memory.ledger.settle(an_outcome(failed, Status.FAILED), asked=Turn.asking(failed))
    agent = ScriptedAgent("Banks")

    request = a_request(a_question("Its sector?", thread_id=thread))
    await memory.process_request(agent)(await memory.delivered(request), Progress())

    assert agent.asked == [("Its sector?", (Exchange("Price of JKH?", "19.6"),))]


async def test_a_settled_request_is_announced_again_and_its_tail_finished_without_the_agent() -> (
    None
):
    """Whoever settled it died before the response was logged."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    outcome = an_outcome(request)
    await memory.ledger.settle(outcome)

    async with memory.replies.listen(request.correlation_id) as next_reply:
        await memory.process_request(ScriptedAgent())(delivery, Progress())
        assert await next_reply() == outcome

    assert [kept for kept, _ in memory.responses.read()] == [outcome]


async def test_a_finished_tail_is_not_done_again() -> None:
    memory = Memory()
    delivery = await memory.delivered(a_request())
    process = memory.process_request(ScriptedAgent(AgentRefusedError("No.")))
    await process(delivery, Progress())

    await process(delivery, Progress())

    assert len(memory.responses.read()) == len(await memory.dead_letters.newest(9)) == 1


async def test_a_history_that_is_not_marked_is_completed() -> None:
    """As by a ledger that settled while its history could not be written."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    outcome = an_outcome(request)
    finish = memory.process_request(ScriptedAgent()).finish_tail

    await finish(delivery, Settlement(outcome=outcome, done=frozenset({Tail.RESPONSE})))

    turns = await memory.history.recent(request.thread_id, 2)
    assert turns == (Turn.asking(request), Turn.answering(outcome))


async def test_past_the_deadline_no_agent_runs() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(seconds=1))
    delivery = await memory.delivered(request)
    memory.clock.advance(timedelta(seconds=1))

    await memory.process_request(ScriptedAgent())(delivery, Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt) == (Status.EXPIRED, 0)
    assert [turn.role for turn in await memory.history.recent(request.thread_id, 9)] == [
        "user",
        "agent",
    ]


async def test_an_agent_that_outlives_the_deadline_is_stopped() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(milliseconds=20))
    delivery = await memory.delivered(request)

    async with asyncio.timeout(2):
        await memory.process_request(ScriptedAgent(asyncio.Event()))(delivery, Progress())

    assert (await memory.outcome_of(request)).status is Status.EXPIRED


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
        await memory.ledger.start(claim)
        memory.clock.advance(LEASE)

    await memory.process_request(ScriptedAgent())(delivery, Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt) == (Status.FAILED, 4)


async def test_anothers_live_claim_is_waited_for_without_a_slot() -> None:
    """Its holder is gone, so the lease runs out while it is looked at every quarter second."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    await memory.ledger.claim(request, Durability.MEMORY)

    await memory.process_request(ScriptedAgent("taken over"))(delivery, Progress())

    assert memory.pauses == [timedelta(milliseconds=250)] * 20
    assert (await memory.outcome_of(request)).attempt == 2


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


async def test_no_more_agents_run_than_there_are_slots() -> None:
    memory = Memory()
    go_on = asyncio.Event()
    agent = ScriptedAgent(go_on, go_on)
    process = memory.process_request(agent, slots=1)
    running = [
        asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
        for _ in range(2)
    ]
    await agent.started.wait()
    await asyncio.sleep(0)

    asked_at_once = len(agent.asked)
    go_on.set()
    await asyncio.gather(*running)

    assert (asked_at_once, len(agent.asked)) == (1, 2)


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


async def test_a_claim_lost_before_the_slot_was_free_runs_no_agent() -> None:
    memory = Memory()
    go_on = asyncio.Event()
    agent = ScriptedAgent(go_on, "second")
    process = memory.process_request(agent, slots=1)
    running = asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
    await agent.started.wait()
    request = a_request()
    waiting = asyncio.create_task(process(await memory.delivered(request), Progress()))
    await asyncio.sleep(0)
    await memory.ledger.settle(an_outcome(request, Status.CANCELLED))

    go_on.set()
    await asyncio.gather(running, waiting)

    assert len(agent.asked) == 1


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
        self, outcome: Outcome, *, asked: Turn | None = None, claim: Claim | None = None
    ) -> Settlement:
        if self._refusals:
            self._refusals -= 1
            raise TransportError("gone")
        return await self._ledger.settle(outcome, asked=asked, claim=claim)


async def test_an_answer_is_not_thrown_away_because_the_store_is_gone_for_a_moment() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent("once")
    record = RecordHistory(ledger=FlakyLedger(memory, refusals=2))  # type: ignore[arg-type] # one call is used
    process = replace(memory.process_request(agent), record_history=record)

    await process(await memory.delivered(request), Progress())

    assert (len(agent.asked), memory.pauses) == (1, [timedelta(milliseconds=500)] * 2)
    assert (await memory.outcome_of(request)).attempt == 1


async def test_a_claim_that_cannot_be_released_is_left_to_its_lease() -> None:
    memory = Memory()
    request = a_request()

    class Unreleasable:
        claim, start, renew = memory.ledger.claim, memory.ledger.start, memory.ledger.renew

        async def release(self, claim: Claim, *, spent: bool) -> None:
            raise TransportError("gone")

    agent = ScriptedAgent(AgentUnavailableError("busy"), "now")
    process = replace(memory.process_request(agent), claims=Unreleasable())

    await process(await memory.delivered(request), Progress())

    assert (await memory.outcome_of(request)).attempt == 2


async def test_an_id_of_anothers_request_is_set_aside_and_the_other_is_untouched() -> None:
    memory = Memory()
    request = a_request(a_question(user_id="ann"))
    await memory.ledger.settle(an_outcome(request))
    forged = a_request(a_question(user_id="bob"), correlation_id=request.correlation_id)

    await memory.process_request(ScriptedAgent())(await memory.delivered(forged), Progress())

    assert [letter.reason for letter in await memory.dead_letters.newest(9)] == ["id-conflict"]
    assert await memory.outcome_of(request) == an_outcome(request)


async def test_a_request_for_anothers_thread_fails_without_a_trace_in_it() -> None:
    memory = Memory()
    thread = a_thread_id()
    await memory.threads.own(thread, UserId("ann"))
    foreign = a_request(a_question(user_id="bob", thread_id=thread))

    await memory.process_request(ScriptedAgent())(await memory.delivered(foreign), Progress())

    assert (await memory.outcome_of(foreign)).status is Status.FAILED
    assert await memory.history.recent(thread, 9) == ()
    assert [letter.reason for letter in await memory.dead_letters.newest(9)] == ["not-owner"]


class ProcessDiedError(Exception):
    """The process dies here."""


class DyingAt:
    """Stands where the process dies: once, before or after a step of the tail."""

    def __init__(self, memory: Memory, *, after: bool) -> None:
        self._memory = memory
        self._after = after
        self._died = False

    async def put(self, letter: DeadLetter) -> None:
        if self._after or self._died:
            await self._memory.dead_letters.put(letter)
        if not self._died:
            self._died = True
            raise ProcessDiedError

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        return await self._memory.dead_letters.newest(limit)


@pytest.mark.parametrize("after", [True, False])
async def test_a_crash_in_the_tail_leaves_one_outcome_and_a_complete_tail(*, after: bool) -> None:
    """A second dead letter of the same id is allowed; a second run of the agent is not."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    agent = ScriptedAgent(AgentRefusedError("No."))
    process = memory.process_request(agent)
    dying = replace(process.finish_tail, dead_letters=DyingAt(memory, after=after))
    crashing = replace(process, finish_tail=dying)
    with pytest.raises(ProcessDiedError):
        await crashing(delivery, Progress())

    await crashing(delivery, Progress())

    assert len(agent.asked) == 1
    letters = await memory.dead_letters.newest(9)
    assert {letter.record for letter in letters} == {delivery.record}
    assert len(memory.responses.read()) == 1
    verdict = await memory.ledger.claim(request, Durability.MEMORY)
    assert isinstance(verdict, Settlement)
    assert verdict.done == set(Tail)


async def test_a_step_of_the_hosts_clock_is_only_seen_by_the_deadline() -> None:
    """The agent's own time is monotonic; a queue time is never negative."""
    memory = Memory()
    request = a_request(asked_at=Clock()() + timedelta(hours=1))

    await memory.process_request(ScriptedAgent("x"))(await memory.delivered(request), Progress())

    assert (await memory.outcome_of(request)).queue_time == timedelta(0)
