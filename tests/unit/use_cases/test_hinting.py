"""A question among few is hinted at, and leaves nothing behind where it is not accepted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    ChatError,
    NotAcceptedError,
    OverloadedError,
    TransportError,
)
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest, IfBusy, Question
from cse_chat.domain.use_cases.send_chat import SendChat
from tests.builders import a_question, an_outcome
from tests.memory import Memory
from tests.waiting import until

ANSWER = "answered ahead"
SOON = timedelta(seconds=2)
AT_ONCE = timedelta(0)


def beginning(text: str = "Top stocks?") -> Question:
    return replace(a_question(text), begins_thread=True)


class Scene:
    """A gateway whose hints are heard by somebody who may answer what they tell of."""

    def __init__(self, *, answers: bool = True) -> None:
        self.memory = Memory()
        self.hinted: list[ChatRequest] = []
        self._answers = answers
        self.memory.hints.on_hint = self._hear
        self.woken = 0
        self.memory.hints.on_wake = self._wake
        self.send = self.memory.send_chat()

    def _hear(self, hint: Hint, _: str) -> None:
        self.hinted.append(hint.request)
        if self._answers:
            early = EarlyAnswer(outcome=an_outcome(hint.request, text=ANSWER), said=())
            self.memory.ledger.offers.offer(hint, early)

    def _wake(self) -> None:
        self.woken += 1

    def over(self, append: Callable[[ChatRequest], Awaitable[Durability]]) -> SendChat:
        class Log:
            async def append(self, request: ChatRequest) -> Durability:
                return await append(request)

        return replace(self.send, requests=Log())


async def never(_: ChatRequest) -> Durability:
    await asyncio.Event().wait()
    return Durability.KAFKA


async def test_a_question_that_begins_a_thread_is_hinted_at() -> None:
    scene = Scene()

    receipt = await scene.send(beginning(), wait=SOON)

    assert (scene.hinted, scene.woken) == ([receipt.request], 0)
    assert receipt.outcome == an_outcome(receipt.request, text=ANSWER)
    assert len(scene.memory.log) == 1


async def test_nothing_is_told_before_the_log_has_taken_it() -> None:
    scene = Scene()
    taken = asyncio.Event()

    async def append(_: ChatRequest) -> Durability:
        await taken.wait()
        return Durability.KAFKA

    asking = asyncio.create_task(scene.over(append)(beginning(), wait=SOON))
    await until(lambda: bool(scene.hinted))
    (request,) = scene.hinted
    for _ in range(10):
        await asyncio.sleep(0)
    assert not asking.done()
    assert await scene.memory.ledger.find([request.correlation_id]) == {}

    taken.set()
    assert (await asking).outcome == an_outcome(request, text=ANSWER)


async def test_what_another_question_may_come_before_is_not_hinted_at() -> None:
    """A hint overtakes what is in the log."""
    scene = Scene(answers=False)

    await scene.send(a_question(), wait=timedelta(milliseconds=10))

    assert (scene.hinted, scene.woken) == ([], 1)


@pytest.mark.parametrize("if_busy", [IfBusy.REJECT, IfBusy.INTERRUPT])
async def test_a_question_that_does_not_wait_behind_others_is_not_hinted_at(
    if_busy: IfBusy,
) -> None:
    scene = Scene(answers=False)

    await scene.send(beginning(), wait=timedelta(milliseconds=10), if_busy=if_busy)

    assert (scene.hinted, scene.woken) == ([], 1)


async def test_who_does_not_wait_for_the_answer_gets_no_hint() -> None:
    scene = Scene(answers=False)

    await scene.send(beginning(), wait=AT_ONCE)

    assert (scene.hinted, scene.woken) == ([], 1)


async def test_where_more_than_a_few_are_asked_they_go_together() -> None:
    scene = Scene(answers=False)
    others = [asyncio.create_task(scene.send(beginning(), wait=SOON)) for _ in range(7)]
    await until(lambda: len(scene.memory.log) == 7)

    assert (len(scene.hinted), scene.woken) == (4, 0)

    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize(("milliseconds", "hints"), [(50, 0), (51, 1)])
async def test_for_a_while_after_a_crowd_nothing_is_hinted_at(
    milliseconds: int, hints: int
) -> None:
    """Where many ask, one after the other finds few in hand for a moment."""
    scene = Scene(answers=False)
    crowd = [asyncio.create_task(scene.send(beginning(), wait=SOON)) for _ in range(5)]
    await until(lambda: len(scene.memory.log) == 5)
    scene.memory.clock.advance(timedelta(seconds=10))
    for other in crowd:
        other.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    scene.hinted.clear()

    scene.memory.clock.advance(timedelta(milliseconds=milliseconds))
    await scene.send(beginning(), wait=timedelta(milliseconds=10))

    assert len(scene.hinted) == hints


async def test_many_questions_of_one_thread_are_no_crowd() -> None:
    scene = Scene(answers=False)
    question = a_question()
    others = [asyncio.create_task(scene.send(question, wait=SOON)) for _ in range(9)]
    await until(lambda: len(scene.memory.log) == 9)

    await scene.send(beginning(), wait=timedelta(milliseconds=10))

    assert len(scene.hinted) == 1
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (TransportError("gone"), NotAcceptedError),
        (OverloadedError("full"), OverloadedError),
        (AcceptanceUnknownError("?"), NotAcceptedError),
    ],
    ids=["refused", "overloaded", "unconfirmed"],
)
async def test_of_what_is_not_accepted_no_answer_is_left(
    refusal: ChatError, told: type[ChatError]
) -> None:
    scene = Scene()

    async def refuse(_: ChatRequest) -> Durability:
        raise refusal

    with pytest.raises(told):
        await scene.over(refuse)(beginning(), wait=SOON)

    (request,) = scene.hinted
    found = await scene.memory.ledger.find([request.correlation_id])
    assert {entry.status for entry in found.values()} <= {Status.CANCELLED}
    turns = (await scene.memory.history.page(request.thread_id, after=None, limit=10)).turns
    assert ANSWER not in [turn.content for turn in turns]


async def test_what_is_accepted_when_its_deadline_is_over_is_not_answered() -> None:
    scene = Scene()

    async def append(_: ChatRequest) -> Durability:
        scene.memory.clock.advance(timedelta(minutes=6))
        return Durability.KAFKA

    receipt = await scene.over(append)(beginning(), wait=timedelta(milliseconds=10))

    assert receipt.outcome is None


async def test_who_hangs_up_before_it_is_accepted_leaves_nothing() -> None:
    scene = Scene()
    asking = asyncio.create_task(scene.over(never)(beginning(), wait=SOON))
    await until(lambda: bool(scene.hinted))

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    (request,) = scene.hinted
    assert await scene.memory.ledger.find([request.correlation_id]) == {}
    assert await scene.memory.threads.owner(request.thread_id) == request.user_id
    listed = await scene.memory.conversations.newest(request.user_id, after=None, limit=10)
    assert listed.conversations == ()
