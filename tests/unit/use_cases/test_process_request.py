import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.domain.errors import AgentRefusedError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.claims import Settlement, Tail
from cse_chat.domain.model.history import Exchange, Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.records import DeadLetter, Record
from cse_chat.domain.use_cases.process_request import Progress
from tests.builders import Clock, a_question, a_request, a_thread_id, an_outcome
from tests.memory import Memory, ScriptedAgent


async def test_a_request_is_answered_settled_and_told() -> None:
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    memory.clock.advance(timedelta(seconds=3))

    async with memory.replies.listen(request.correlation_id) as next_reply:
        await memory.process_request(ScriptedAgent("JKH rose"))(delivery, Progress())
        heard = await next_reply(timedelta(seconds=2))

    assert heard == await memory.outcome_of(request)
    assert heard.answer is not None
    assert (heard.answer.text, heard.attempt, heard.status) == ("JKH rose", 1, Status.ANSWERED)
    assert heard.queue_time == timedelta(seconds=3)
    assert [outcome for outcome, _ in memory.responses.read()] == [heard]
    assert await memory.dead_letters.newest(1) == ()


async def test_everything_the_agent_says_is_kept_with_the_answer_in_its_order() -> None:
    """So that what somebody who followed it has seen can be told again."""
    memory = Memory()
    request = a_request()
    table = Table(title="T", columns=(Column(name="a", label="A"),), rows=(("x",),))
    step = Step(name="look", label="Looking", status=StepStatus.STARTED)
    said = (step, Delta("It "), table, Delta("rose"), replace(step, status=StepStatus.DONE))

    class Talker:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            for event in said:
                yield event

    await memory.process_request(Talker())(await memory.delivered(request), Progress())

    answer = (await memory.outcome_of(request)).answer
    assert answer is not None
    assert answer.said == said
    assert (answer.artifacts, answer.text) == ((table,), "It rose")
    assert answer.basis.model_used == "unknown"


async def test_of_several_bases_the_last_holds() -> None:
    memory = Memory()
    request = a_request()

    class Undecided:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            yield Basis(model_used="small")
            yield Delta("It rose")
            yield Basis(model_used="large")

    await memory.process_request(Undecided())(await memory.delivered(request), Progress())

    answer = (await memory.outcome_of(request)).answer
    assert answer is not None
    assert (answer.basis.model_used, answer.said) == ("large", (Delta("It rose"),))


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
        assert await next_reply(timedelta(seconds=2)) == outcome

    assert [kept for kept, _ in memory.responses.read()] == [outcome]


class Told(InMemoryResponseLog):
    """Tells whether the last response was urgent."""

    urgent: bool | None = None

    @override
    async def append(self, outcome: Outcome, *, request: Record, is_urgent: bool = True) -> None:
        self.urgent = is_urgent
        await super().append(outcome, request=request, is_urgent=is_urgent)


@pytest.mark.parametrize("is_awaited", [True, False])
async def test_a_response_is_urgent_when_the_next_request_waits_for_it(*, is_awaited: bool) -> None:
    memory, progress = Memory(), Progress()
    memory.responses = told = Told()
    progress.is_awaited = is_awaited
    process = memory.process_request(ScriptedAgent("JKH rose"))

    await process(await memory.delivered(a_request()), progress)

    assert told.urgent is is_awaited
    assert progress.is_finishing


async def test_a_response_is_urgent_for_whoever_came_while_its_dead_letter_was_written() -> None:
    memory, progress = Memory(), Progress()

    class Slow(InMemoryDeadLetters):
        @override
        async def put(self, letter: DeadLetter) -> None:
            assert progress.is_finishing
            progress.is_awaited = True
            await super().put(letter)

    memory.dead_letters, memory.responses = Slow(), (told := Told())
    process = memory.process_request(ScriptedAgent(AgentRefusedError("No.")))

    await process(await memory.delivered(a_request()), progress)

    assert told.urgent


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

    page = await memory.history.page(request.thread_id, after=None, limit=3)
    assert page.turns == (Turn.asking(request), Turn.answering(outcome))


async def test_past_the_deadline_no_agent_runs() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(seconds=1))
    delivery = await memory.delivered(request)
    memory.clock.advance(timedelta(seconds=1))

    await memory.process_request(ScriptedAgent())(delivery, Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt) == (Status.EXPIRED, 0)
    page = await memory.history.page(request.thread_id, after=None, limit=9)
    assert [turn.role for turn in page.turns] == ["user", "agent"]


async def test_an_agent_that_outlives_the_deadline_is_stopped() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(milliseconds=20))
    delivery = await memory.delivered(request)

    async with asyncio.timeout(2):
        await memory.process_request(ScriptedAgent(asyncio.Event()))(delivery, Progress())

    assert (await memory.outcome_of(request)).status is Status.EXPIRED


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
    assert (await memory.history.page(thread, after=None, limit=9)).turns == ()
    assert [letter.reason for letter in await memory.dead_letters.newest(9)] == ["not-owner"]


class ProcessDiedError(Exception):
    """The process dies here."""


class DyingAt:
    """Stands where the process dies: once, before or after a step of the tail."""

    def __init__(self, memory: Memory, *, after: bool) -> None:
        self._memory = memory
        self.counts = memory.dead_letters.counts
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
