"""What comes late to a thread that was deleted, and who follows it."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.model.events import Ended, Event, EventType, Followed
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.use_cases.follow_request import FollowRequest
from cse_chat.domain.use_cases.follow_thread import FollowThread
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.domain.use_cases.record_history import THREAD_DELETED
from tests.builders import NOON, a_question, a_request, an_outcome
from tests.memory import Memory, ScriptedAgent
from tests.unit.use_cases.deleted_threads import ANN, IDLE, is_gone, talked
from tests.unit.use_cases.ledger_loss import Scene


async def test_a_request_that_is_delivered_late_is_cancelled_without_a_turn() -> None:
    """No agent runs, and its sender is told."""
    memory = Memory()
    answered, _ = await talked(memory)
    await memory.delete_thread()(answered.thread_id, ANN)
    late = a_request(a_question(thread_id=answered.thread_id))
    agent = ScriptedAgent()
    progress = Progress()

    async with memory.replies.listen(late.correlation_id) as next_reply:
        await memory.process_request(agent)(await memory.delivered(late), progress)
        told = await next_reply(timedelta(seconds=5))

    assert told is not None
    assert (told.status, told.problem) == (Status.CANCELLED, THREAD_DELETED)
    assert (agent.asked, progress.ended) == ([], Status.CANCELLED)
    [(recorded, _)] = memory.responses.read()
    assert recorded == told
    assert await memory.dead_letters.newest(9) == ()
    assert await is_gone(memory, answered.thread_id)


async def test_an_answer_that_is_delivered_again_is_not_given_again() -> None:
    """Its row is gone with the thread: the ledger cannot know that it was answered."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    await memory.process_request(ScriptedAgent("answer"))(delivery, Progress())
    await memory.delete_thread()(request.thread_id, ANN)
    agent = ScriptedAgent()

    await memory.process_request(agent)(delivery, Progress())

    assert agent.asked == []
    assert (await memory.outcome_of(request)).status is Status.CANCELLED
    assert await is_gone(memory, request.thread_id)


async def test_an_agent_that_runs_is_stopped_and_the_thread_stays_gone() -> None:
    memory = Memory()
    request = a_request()
    agent = ScriptedAgent(asyncio.Event())
    delivery = await memory.delivered(request)
    working = asyncio.create_task(memory.process_request(agent)(delivery, Progress()))
    await agent.started.wait()

    await memory.delete_thread()(request.thread_id, ANN)
    await memory.keep_claims()
    async with asyncio.timeout(5):
        await working

    assert (await memory.outcome_of(request)).status is Status.CANCELLED
    assert len(agent.asked) == 1
    assert await is_gone(memory, request.thread_id)


async def test_what_the_response_log_keeps_does_not_come_back() -> None:
    scene = Scene()
    request = a_request()
    outcome = an_outcome(request)
    await scene.memory.ledger.settle(outcome, asked=Turn.asking(request))
    await scene.memory.delete_thread()(request.thread_id, ANN)
    scene.log.kept.append(Answered(outcome=outcome, request=request))
    scene.in_hand(a_request(), appended=NOON)

    await scene.apply(0)

    assert await scene.turns(request) == ()
    assert (await scene.memory.outcome_of(request)).status is Status.CANCELLED
    assert await is_gone(scene.memory, request.thread_id)


async def test_who_follows_hears_what_was_cancelled_and_then_the_end() -> None:
    memory = Memory()
    answered, waiting = await talked(memory)
    follow = FollowThread(threads=memory.threads, events=memory.events)
    told: list[Followed] = []

    async with (
        asyncio.timeout(5),
        aclosing(follow(answered.thread_id, ANN, after=None, idle=IDLE)) as stretches,
    ):
        told += await anext(stretches)
        await memory.delete_thread()(answered.thread_id, ANN)
        with pytest.raises(NotFoundError):
            async for stretch in stretches:
                told += stretch

    *_, last = told
    assert isinstance(last, Event)
    assert (last.type, last.correlation_id) == (EventType.CANCELLED, waiting.correlation_id)
    with pytest.raises(NotFoundError):
        await anext(follow(answered.thread_id, ANN, after=last.cursor, idle=IDLE))


@pytest.mark.parametrize("hears", [True, False])
async def test_who_follows_an_open_request_is_told_that_it_was_cancelled(*, hears: bool) -> None:
    memory = Memory(loses_events=not hears)
    _, waiting = await talked(memory)
    follow = FollowRequest(read_answer=memory.read_answer(), events=memory.events)
    told: list[Followed] = []

    async with (
        asyncio.timeout(5),
        aclosing(follow(waiting.correlation_id, ANN, after=None, idle=IDLE)) as stretches,
    ):
        told += await anext(stretches)
        await memory.delete_thread()(waiting.thread_id, ANN)
        async for stretch in stretches:
            told += stretch

    assert len(told) == 2
    last = told[-1]
    if isinstance(last, Ended):
        assert last.outcome.status is Status.CANCELLED
    else:
        assert isinstance(last, Event)
        assert last.type is EventType.CANCELLED
    # Whoever comes back is told the same.
    async with aclosing(follow(waiting.correlation_id, ANN, after=None, idle=IDLE)) as again:
        [[ended]] = [stretch async for stretch in again]
    assert isinstance(ended, Ended)
    assert ended.outcome == await memory.outcome_of(waiting)


async def test_who_follows_an_answered_request_of_a_deleted_thread_does_not_find_it() -> None:
    memory = Memory()
    answered, _ = await talked(memory)
    await memory.delete_thread()(answered.thread_id, ANN)
    follow = FollowRequest(read_answer=memory.read_answer(), events=memory.events)

    with pytest.raises(NotFoundError):
        await anext(follow(answered.correlation_id, ANN, after=None, idle=IDLE))
