import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.adapters.memory.requests import PARTITION
from cse_chat.domain.errors import AgentUnavailableError, TransportError
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.history import Exchange, Turn
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.process_request import ProcessRequest, Progress
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.recorded import STEP, told
from tests.memory import Memory, ScriptedAgent


async def new(memory: Memory, request: ChatRequest) -> Delivery:
    """Return the request as the first worker gets it, whose ledger lacks nothing."""
    await memory.apply_responses()(PARTITION)
    return replace(await memory.delivered(request), is_new=True)


class Claims:
    """Counts the claims without an answer, and those that brought one along."""

    def __init__(self, memory: Memory) -> None:
        self._ledger = memory.ledger
        self.renew, self.release = self._ledger.renew, self._ledger.release
        self.brought: list[bool] = []

    async def claim(self, *about: object, early: object = None, **more: object) -> object:
        self.brought.append(early is not None)
        return await self._ledger.claim(*about, early=early, **more)  # type: ignore[arg-type] # passed on


def counted(
    memory: Memory, agent: object, *, allowed: bool = True
) -> tuple[ProcessRequest, Claims]:
    claims = Claims(memory)
    process = memory.process_request(agent, may_answer_early=allowed)  # type: ignore[arg-type] # one of below
    return replace(process, claims=claims), claims  # type: ignore[arg-type] # the ledger's own calls


async def test_a_new_question_is_answered_settled_and_told_in_one_step() -> None:
    memory, progress = Memory(), Progress()
    request = a_request()
    delivery = await new(memory, request)
    process, claims = counted(memory, ScriptedAgent("JKH rose"))
    memory.clock.advance(timedelta(seconds=3))

    async with memory.replies.listen(request.correlation_id) as next_reply:
        await process(delivery, progress)
        heard = await next_reply(timedelta(seconds=2))

    assert heard == await memory.outcome_of(request)
    assert heard.answer is not None
    assert (heard.answer.text, heard.attempt, heard.status) == ("JKH rose", 1, Status.ANSWERED)
    assert heard.queue_time == timedelta(seconds=3)
    assert [outcome for outcome, _ in memory.responses.read()] == [heard]
    assert claims.brought == [True]
    assert (progress.ended, process.counts) == ("answered", {})
    assert not process.slots.locked()


async def test_it_is_told_with_all_that_the_agent_said_pieces_of_text_as_one() -> None:
    memory = Memory()
    request = a_request()

    class Talker:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            for event in (STEP, Delta("It "), Delta("rose")):
                yield event

    process, _ = counted(memory, Talker())
    await process(await new(memory, request), Progress())

    events = await told(memory.events, request.thread_id)
    assert [event["type"] for event in events] == [
        "accepted",
        "started",
        "step",
        "delta",
        "answered",
    ]
    assert (events[3]["response"], events[3]["chunk_index"], events[3]["attempt"]) == (
        "It rose",
        0,
        1,
    )


async def test_an_agent_that_does_not_allow_it_is_asked_under_a_claim() -> None:
    memory = Memory()
    process, claims = counted(memory, ScriptedAgent("JKH rose"), allowed=False)

    await process(await new(memory, a_request()), Progress())

    assert claims.brought == [False]


async def test_what_somebody_may_have_been_given_before_is_asked_under_a_claim() -> None:
    """A question that ends every worker would else never come to its last attempt."""
    memory = Memory()
    process, claims = counted(memory, ScriptedAgent("JKH rose"))
    delivery = await new(memory, a_request())

    await process(replace(delivery, is_new=False), Progress())

    assert claims.brought == [False]


async def test_the_next_question_of_a_thread_is_asked_knowing_what_was_said() -> None:
    memory = Memory()
    thread = a_thread_id()
    agent = ScriptedAgent("19.6", "Banks")
    process, claims = counted(memory, agent)

    for text in ("Price of JKH?", "Its sector?"):
        await process(await new(memory, a_request(a_question(text, thread_id=thread))), Progress())

    assert agent.asked == [
        ("Price of JKH?", ()),
        ("Its sector?", (Exchange("Price of JKH?", "19.6"),)),
    ]
    assert claims.brought == [True, False]


async def test_a_thread_that_began_elsewhere_is_asked_again_knowing_what_was_said() -> None:
    """The answer that knew nothing of it is thrown away."""
    memory = Memory()
    thread = a_thread_id()
    earlier = a_request(a_question("Price of JKH?", thread_id=thread))
    await memory.ledger.settle(an_outcome(earlier, text="19.6"), asked=Turn.asking(earlier))
    agent = ScriptedAgent("Whose?", "Banks")
    process, claims = counted(memory, agent)
    request = a_request(a_question("Its sector?", thread_id=thread))

    await process(await new(memory, request), Progress())

    assert agent.asked[-1] == ("Its sector?", (Exchange("Price of JKH?", "19.6"),))
    assert claims.brought == [True]
    outcome = await memory.outcome_of(request)
    assert outcome.answer is not None
    assert (outcome.answer.text, outcome.attempt) == ("Banks", 1)


async def test_threads_that_began_long_ago_are_forgotten() -> None:
    memory = Memory()
    process, claims = counted(memory, ScriptedAgent(*"abcdef"))
    process = replace(process, answer_early=replace(process.answer_early, remembered=2))
    first, *others = (a_thread_id() for _ in range(3))

    for thread in (first, *others, others[0], first):
        await process(await new(memory, a_request(a_question(thread_id=thread))), Progress())

    assert claims.brought == [True, True, True, False, True]


async def test_past_its_deadline_no_agent_is_asked() -> None:
    memory = Memory()
    request = a_request()
    delivery = await new(memory, request)
    agent = ScriptedAgent()
    memory.clock.advance(timedelta(minutes=5))

    await counted(memory, agent)[0](delivery, Progress())

    assert ((await memory.outcome_of(request)).status, agent.asked) == (Status.EXPIRED, [])


async def test_no_agent_is_asked_beyond_the_deadline() -> None:
    """It is broken off there, and the claim that follows finds the request expired."""
    memory = Memory()
    request = a_request(deadline=timedelta(milliseconds=1))
    agent = ScriptedAgent(asyncio.Event())
    process, claims = counted(memory, agent)
    working = asyncio.create_task(process(await new(memory, request), Progress()))
    await agent.started.wait()
    memory.clock.advance(timedelta(milliseconds=1))

    await working

    assert ((await memory.outcome_of(request)).status, claims.brought) == (Status.EXPIRED, [False])


async def test_an_early_failure_is_no_attempt() -> None:
    memory = Memory()
    request = a_request()
    process, claims = counted(memory, ScriptedAgent(AgentUnavailableError("busy"), "JKH rose"))

    await process(await new(memory, request), Progress())

    outcome = await memory.outcome_of(request)
    assert (outcome.status, outcome.attempt, claims.brought) == (Status.ANSWERED, 1, [False])
    assert memory.pauses == []


async def test_an_agent_that_takes_too_long_is_asked_again_under_a_claim() -> None:
    """So that it is seen to run, and can be stopped."""
    memory = Memory()
    request = a_request()
    process, claims = counted(memory, ScriptedAgent(asyncio.Event(), "JKH rose"))
    limit = timedelta(milliseconds=1)
    process = replace(process, answer_early=replace(process.answer_early, limit=limit))

    await process(await new(memory, request), Progress())

    outcome = await memory.outcome_of(request)
    assert outcome.answer is not None
    assert (outcome.answer.text, outcome.attempt, claims.brought) == ("JKH rose", 1, [False])


async def test_who_is_stopped_meanwhile_has_claimed_nothing() -> None:
    memory, progress = Memory(), Progress()
    request = a_request()
    agent = ScriptedAgent(asyncio.Event())
    process, claims = counted(memory, agent)
    working = asyncio.create_task(process(await new(memory, request), progress))
    await agent.started.wait()

    assert not progress.answering
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert claims.brought == []
    assert await memory.ledger.find([request.correlation_id]) == {}
    assert not process.slots.locked()


async def test_a_step_whose_reply_got_lost_is_found_done() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent("JKH rose")
    process, claims = counted(memory, agent)
    claim = claims.claim

    async def lost(*about: object, **more: object) -> object:
        claims.claim = claim  # type: ignore[method-assign] # once
        await claim(*about, **more)
        raise TransportError("gone")

    claims.claim = lost  # type: ignore[method-assign] # once
    delivery, progress = await new(memory, request), Progress()
    with pytest.raises(TransportError):
        await process(delivery, progress)

    await process(delivery, progress)

    assert (progress.ended, len(agent.asked)) == ("settled-before", 1)
    assert [outcome for outcome, _ in memory.responses.read()] == [await memory.outcome_of(request)]


async def test_cancelled_before_it_is_cancelled() -> None:
    memory = Memory()
    request = a_request()
    delivery = await new(memory, request)
    cancelled: Outcome = an_outcome(request, Status.CANCELLED)
    await memory.ledger.settle(cancelled)

    await counted(memory, ScriptedAgent("JKH rose"))[0](delivery, Progress())

    assert await memory.outcome_of(request) == cancelled


async def test_while_another_works_in_the_thread_it_waits() -> None:
    memory = Memory()
    request = a_request()
    claim = await memory.ledger.claim(request, (await memory.delivered(request)).durability)
    assert isinstance(claim, Claim)
    process, claims = counted(memory, ScriptedAgent("in vain", "JKH rose"))

    async def pause(duration: timedelta) -> None:
        await memory.ledger.release(claim, spent=False)
        await memory.pause(duration)

    await replace(process, pause=pause)(await new(memory, request), Progress())

    outcome = await memory.outcome_of(request)
    assert outcome.answer is not None
    assert (outcome.answer.text, outcome.attempt) == ("JKH rose", 2)
    assert claims.brought == [True, False]


async def test_where_the_ledger_lacks_answers_it_is_asked_again_once_they_are_there() -> None:
    memory = Memory()
    request = a_request()
    delivery = replace(await memory.delivered(request), is_new=True)
    process, claims = counted(memory, ScriptedAgent("in vain", "JKH rose"))

    await process(delivery, Progress())

    outcome = await memory.outcome_of(request)
    assert outcome.answer is not None
    assert (outcome.answer.text, claims.brought) == ("JKH rose", [True, False])
