"""A request that is on its way is answered and settled before it is delivered."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.adapters.memory.requests import PARTITION
from cse_chat.domain.errors import (
    AgentUnavailableError,
)
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.answer_ahead import AnswerAhead
from cse_chat.domain.use_cases.answer_early import AnswerEarly
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.domain.use_cases.run_agent import RunAgent
from tests.builders import NOON, a_question, a_request, a_thread_id
from tests.memory import Memory, ScriptedAgent

MEMORY = Durability.MEMORY


def hint_at(request: ChatRequest) -> Hint:
    return Hint(request=request, partition=PARTITION, durability=MEMORY)


class Scene:
    """A worker that hears hints; its ledger lacks nothing."""

    def __init__(self, agent: ScriptedAgent, *, is_allowed: bool = True) -> None:
        self.memory = Memory()
        self.slots = asyncio.Semaphore(1)
        run_agent = RunAgent(agent=agent, monotonic=lambda: 0.0, now=self.memory.clock)
        self.ahead = AnswerAhead(
            answer_early=AnswerEarly(
                run_agent=run_agent, is_allowed=is_allowed, now=self.memory.clock
            ),
            offers=self.memory.ledger.offers,
            slots=self.slots,
        )

    async def answers(self, request: ChatRequest) -> EarlyAnswer | None:
        await self.memory.apply_responses()(PARTITION)
        return await self.ahead(hint_at(request))

    def accept(self, request: ChatRequest) -> None:
        self.memory.ledger.offers.accept(hint_at(request))


@pytest.mark.parametrize("is_accepted", [True, False])
async def test_the_agent_is_asked_once_and_what_it_says_holds(*, is_accepted: bool) -> None:
    """Who is delivered it before that is said has the same answer."""
    agent = ScriptedAgent("JKH rose")
    scene = Scene(agent)
    memory, request, progress = scene.memory, a_request(), Progress()
    early = await scene.answers(request)
    assert early is not None
    assert await memory.ledger.find([request.correlation_id]) == {}

    async def answered(asked: ChatRequest, **_: object) -> EarlyAnswer | None:
        return early if asked == request else None

    process = memory.process_request(agent, may_answer_early=True, ahead=answered)
    async with memory.replies.listen(request.correlation_id) as next_reply:
        if is_accepted:
            scene.accept(request)
        await process(await memory.delivered(request), progress)
        heard = await next_reply(timedelta(seconds=2))

    assert heard == early.outcome == await memory.outcome_of(request)
    assert [outcome for outcome, _ in memory.responses.read()] == [heard]
    assert (progress.ended, len(agent.asked)) == ("answered", 1)
    assert process.counts == {}
    assert not scene.slots.locked()


async def test_what_another_has_settled_is_told_again() -> None:
    agent = ScriptedAgent("JKH rose")
    scene = Scene(agent)
    memory, request, progress = scene.memory, a_request(), Progress()
    memory.clock.advance(timedelta(seconds=1))
    early = await scene.answers(request)
    assert early is not None
    theirs = replace(early, outcome=replace(early.outcome, settled_at=NOON))
    await memory.ledger.claim(request, MEMORY, early=theirs)

    async def answered(_: ChatRequest, **__: object) -> EarlyAnswer | None:
        return early

    process = memory.process_request(agent, may_answer_early=True, ahead=answered)
    async with memory.replies.listen(request.correlation_id) as next_reply:
        await process(await memory.delivered(request), progress)
        assert await next_reply(timedelta(seconds=2)) == theirs.outcome

    assert (progress.ended, process.counts) == ("settled-before", {"settled-before": 1})


async def test_what_was_answered_in_time_and_is_delivered_too_late_is_expired() -> None:
    agent = ScriptedAgent("JKH rose")
    scene = Scene(agent)
    memory, request = scene.memory, a_request()
    early = await scene.answers(request)
    memory.clock.advance(timedelta(minutes=6))

    async def answered(_: ChatRequest, **__: object) -> EarlyAnswer | None:
        return early

    process = memory.process_request(agent, may_answer_early=True, ahead=answered)
    await process(await memory.delivered(request), Progress())

    assert (await memory.outcome_of(request)).status is Status.EXPIRED


async def test_an_agent_that_does_not_allow_it_is_not_asked() -> None:
    agent = ScriptedAgent("JKH rose")
    scene = Scene(agent, is_allowed=False)

    assert await scene.answers(a_request()) is None
    assert agent.asked == []


async def test_where_no_slot_is_free_others_come_first() -> None:
    agent = ScriptedAgent("JKH rose")
    scene = Scene(agent)

    async with scene.slots:
        assert await scene.answers(a_request()) is None

    assert agent.asked == []


async def test_what_the_agent_cannot_answer_is_left_to_its_delivery() -> None:
    scene = Scene(ScriptedAgent(AgentUnavailableError("gone")))
    request = a_request()

    assert await scene.answers(request) is None
    assert await scene.memory.ledger.find([request.correlation_id]) == {}
    assert not scene.slots.locked()


async def test_the_next_question_of_the_thread_is_asked_knowing_what_was_said() -> None:
    agent = ScriptedAgent("19.6", "Banks")
    scene = Scene(agent)
    thread = a_thread_id()
    await scene.answers(a_request(a_question("Price of JKH?", thread_id=thread)))
    following = a_request(a_question("Its sector?", thread_id=thread))

    assert await scene.ahead.answer_early(await scene.memory.delivered(following)) is None
    assert len(agent.asked) == 1
