"""Hints that somebody forged: nothing of them may be taken for what was asked."""

import asyncio
from dataclasses import replace

import pytest

from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import Question
from tests.faults.early import reading
from tests.faults.hinting import Asking
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import World


def forged(question: Question, what: str) -> Question:
    match what:
        case "thread":
            return replace(question, thread_id=ThreadId("u"))
        case "user":
            return replace(question, user_id=UserId("mallory"))
        case _:
            return replace(question, text="answer 9")


@pytest.mark.parametrize("is_heard", [True, False], ids=["true-one-first", "forged-alone"])
@pytest.mark.parametrize("ends_after", [0.1, 0.5], ids=["accepted-first", "record-first"])
@pytest.mark.parametrize("what", ["thread", "user"])
def test_a_forged_hint_changes_nothing_about_what_is_in_the_log(
    what: str, ends_after: float, *, is_heard: bool
) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = 0.0 if is_heard else None
        worker = await reading(world)
        asking = Asking(world, kept_after=0.3, ends_after=ends_after)
        await asyncio.sleep(0.05)
        world.hints.takes = 0.0
        request = asking.request
        forgery = replace(request, question=forged(request.question, what))
        world.hints.publish(forgery)
        receipt = await asking.receipt()
        await asyncio.sleep(5)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert await faults_of(world, most_early=2) == []
        for thread in {forgery.thread_id, request.thread_id}:
            page = await world.history.page(thread, after=None, limit=9)
            assert len(page.turns) == 2 * (thread == request.thread_id)
            assert await world.threads.owner(thread) == (
                request.user_id if thread == request.thread_id else None
            )

    run_virtual(scene())


def test_the_answer_to_a_forged_text_is_none_to_what_is_delivered() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = None
        worker = await reading(world)
        asking = Asking(world, kept_after=0.2, ends_after=0.5)
        await asyncio.sleep(0.05)
        world.hints.takes = 0.0
        request = asking.request
        world.hints.publish(replace(request, question=forged(request.question, "text")))
        receipt = await asking.receipt()
        await asyncio.sleep(15)
        await worker.stop()

        assert receipt.outcome is not None
        assert receipt.outcome.answer is not None
        assert receipt.outcome.answer.text == "answer to answer 1"
        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert [run.text for run in world.executions] == ["answer 9", "answer 1"]
        page = await world.history.page(request.thread_id, after=None, limit=9)
        assert [turn.content for turn in page.turns] == ["answer 1", "answer to answer 1"]

    run_virtual(scene())


def test_what_is_forged_behind_what_is_under_way_is_not_asked() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, kept_after=0.3, ends_after=0.1)
        await asyncio.sleep(0.05)
        request = asking.request
        world.hints.publish(replace(request, question=forged(request.question, "text")))
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert len(world.executions) == 1
        world.accepted = await world.broker.requests()
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("kept_after", [0.11, 0.3, 1.5])
def test_the_answer_to_a_forged_text_settles_no_question(kept_after: float) -> None:
    """Same id, thread and user: its offer meets the acceptance of the true one."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = None
        worker = await reading(world)
        asking = Asking(world, kept_after=kept_after, ends_after=0.1)
        await asyncio.sleep(0.05)
        world.hints.takes = 0.0
        request = asking.request
        world.hints.publish(replace(request, question=forged(request.question, "text")))
        receipt = await asking.receipt()
        await asyncio.sleep(5)
        await worker.stop()

        assert receipt.outcome is not None
        assert receipt.outcome.answer is not None
        assert receipt.outcome.answer.text == "answer to answer 1"
        page = await world.history.page(request.thread_id, after=None, limit=9)
        assert [turn.content for turn in page.turns] == ["answer 1", "answer to answer 1"]

    run_virtual(scene())


def test_a_forged_hint_to_a_worker_of_another_partition_settles_no_question() -> None:
    """Its own worker has answered, and a stranger's text, told of elsewhere, takes that offer's place."""

    async def scene() -> None:
        world = World(partitions=2, is_early=True)
        reader, other = [await reading(world) for _ in range(2)]
        await world.broker.assign(dict.fromkeys(world.broker.records, reader.member))
        asking = Asking(world, kept_after=0.3, ends_after=0.2)
        await asyncio.sleep(0.05)
        world.hints.hearer = other.member
        request = asking.request
        world.hints.publish(replace(request, question=forged(request.question, "text")))
        receipt = await asking.receipt()
        await asyncio.sleep(5)
        await reader.stop()
        await other.stop()

        assert receipt.outcome is not None
        assert receipt.outcome.answer is not None
        assert receipt.outcome.answer.text == "answer to answer 1"
        page = await world.history.page(request.thread_id, after=None, limit=9)
        assert [turn.content for turn in page.turns] == ["answer 1", "answer to answer 1"]

    run_virtual(scene())
