"""Deleting a thread: what goes, whatever breaks on the way, and what comes late."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.model.audit import AuditKind
from cse_chat.domain.model.events import Ended, Event, EventType, Followed
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.threads import Removed
from cse_chat.domain.use_cases.delete_thread import DeleteThread, Deletion
from cse_chat.domain.use_cases.follow_request import FollowRequest
from cse_chat.domain.use_cases.follow_thread import FollowThread
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.domain.use_cases.record_history import THREAD_DELETED, RecordHistory
from tests.builders import NOON, a_correlation_id, a_question, a_request, a_thread_id, an_outcome
from tests.memory import Memory, ScriptedAgent
from tests.unit.use_cases.ledger_loss import Scene

ANN, BOB = UserId("ann"), UserId("bob")
IDLE = timedelta(seconds=60)
KEPT = Durability.MEMORY


@dataclass
class Breaks:
    """Stands before a port, and lets the call of a number break: before it is done, or after."""

    port: Any
    numbers: "count[int]"
    at: int
    done: bool

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self.port, name)

        async def through(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 -- whatever it takes
            breaks = next(self.numbers) == self.at
            if breaks and not self.done:
                raise TransportError("away")
            result = await call(*arguments, **named)
            if breaks:
                raise TransportError("away")
            return result

        return through


def breaking(memory: Memory, *, at: int, done: bool) -> DeleteThread:
    numbers = count(1)

    def stands_before(port: object) -> Any:  # noqa: ANN401 -- as which port it is used
        return Breaks(port, numbers, at, done)

    return DeleteThread(
        threads=stands_before(memory.threads),
        conversations=stands_before(memory.conversations),
        ledger=stands_before(memory.ledger),
        record_history=RecordHistory(ledger=stands_before(memory.ledger)),
        audit=stands_before(memory.audit),
        new_id=a_correlation_id,
        now=memory.clock,
    )


async def talked(memory: Memory) -> tuple[ChatRequest, ChatRequest]:
    """Return an answered and an open request of one thread."""
    answered = a_request()
    waiting = a_request(a_question(thread_id=answered.thread_id))
    await memory.ledger.settle(an_outcome(answered), asked=Turn.asking(answered))
    await memory.ledger.register(waiting, KEPT)
    return answered, waiting


async def is_gone(memory: Memory, thread: ThreadId) -> bool:
    page = await memory.history.page(thread, after=None, limit=9)
    return (await memory.events.since(thread, None, limit=9)).deleted and not page.turns


async def test_open_requests_are_cancelled_and_the_rest_is_gone() -> None:
    memory = Memory()
    answered, waiting = await talked(memory)

    deletion = await memory.delete_thread()(answered.thread_id, ANN)

    assert deletion == Deletion(cancelled=1, removed=Removed(turns=4, answers=1))
    assert await is_gone(memory, answered.thread_id)
    assert await memory.ledger.find([answered.correlation_id]) == {}
    outcome = await memory.outcome_of(waiting)
    assert (outcome.status, outcome.problem) == (Status.CANCELLED, THREAD_DELETED)
    [record] = memory.audit.read()
    assert (record.kind, record.thread_id, record.user_id, record.at) == (
        AuditKind.DELETED,
        answered.thread_id,
        ANN,
        NOON,
    )


async def test_a_thread_whose_history_ran_out_can_be_deleted() -> None:
    """It is still its owner's."""
    memory = Memory()
    answered, waiting = await talked(memory)
    await memory.ledger.settle(an_outcome(waiting, Status.EXPIRED))
    memory.history.forget(answered.thread_id)

    deletion = await memory.delete_thread()(answered.thread_id, ANN)

    assert deletion.removed.turns == 0
    with pytest.raises(NotFoundError):
        await memory.delete_thread()(answered.thread_id, ANN)


async def test_what_is_anothers_unknown_or_deleted_is_not_found_and_not_on_record() -> None:
    memory = Memory()
    answered, _ = await talked(memory)

    for thread, user in ((answered.thread_id, BOB), (a_thread_id(), ANN)):
        with pytest.raises(NotFoundError):
            await memory.delete_thread()(thread, user)

    assert memory.audit.read() == ()
    await memory.delete_thread()(answered.thread_id, ANN)
    with pytest.raises(NotFoundError):
        await memory.delete_thread()(answered.thread_id, ANN)
    assert len(memory.audit.read()) == 1


async def test_of_two_who_delete_at_once_one_does() -> None:
    memory = Memory()
    answered, _ = await talked(memory)

    results = await asyncio.gather(
        *(memory.delete_thread()(answered.thread_id, ANN) for _ in range(2)),
        return_exceptions=True,
    )

    assert [type(result) for result in results].count(Deletion) == 1
    assert {type(result) for result in results} == {Deletion, NotFoundError}
    assert await is_gone(memory, answered.thread_id)


@pytest.mark.parametrize("done", [False, True], ids=["not done", "reply lost"])
@pytest.mark.parametrize("at", range(1, 7))
async def test_a_deletion_that_broke_off_is_finished_by_deleting_again(
    at: int, *, done: bool
) -> None:
    """Whichever step it was; and it is on record before anything of the thread changes."""
    memory = Memory()
    answered, waiting = await talked(memory)
    thread = answered.thread_id

    with pytest.raises(TransportError):
        await breaking(memory, at=at, done=done)(thread, ANN)

    is_untouched = (await memory.threads.owner(thread)) == ANN and waiting.correlation_id in (
        memory.ledger.open_in(thread)
    )
    assert memory.audit.read() or is_untouched
    with suppress(NotFoundError):  # all that was left to do was to say so
        await memory.delete_thread()(thread, ANN)
    assert await is_gone(memory, thread)
    assert await memory.ledger.find([answered.correlation_id]) == {}
    assert (await memory.outcome_of(waiting)).status is Status.CANCELLED


async def test_these_are_all_steps() -> None:
    """So the test before leaves none out."""
    memory = Memory()
    answered, _ = await talked(memory)

    deletion = await breaking(memory, at=7, done=False)(answered.thread_id, ANN)

    assert deletion.cancelled == 1


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
