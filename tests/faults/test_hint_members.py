"""Workers that are hinted at and lose their partition, stop, or have no slot or ledger for it."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.domain.model.outcomes import Status
from tests.faults.early import outcome_of, reading
from tests.faults.hinting import Asking, found_settled
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import World
from tests.waiting import until


@pytest.mark.parametrize("ends_after", [0.2, 1.2], ids=["accepted-before", "accepted-after"])
def test_an_answer_ahead_and_a_partition_that_moves_give_one_outcome(ends_after: float) -> None:
    """The next reader asks for nothing: the record is new to it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await reading(world)
        asking = Asking(world, kept_after=1, ends_after=ends_after)
        await asyncio.sleep(0.5)
        second = await reading(world)
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await first.stop()
        await second.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        is_ahead = ends_after < 1
        assert found_settled(second) == is_ahead
        assert found_settled(first) == 0
        world.accepted = await world.broker.requests()
        assert world.early_executions_of(asking.request) == world.executions_of(asking.request) == 2
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())


def test_a_partition_that_moves_there_and_back_leaves_the_answer_known() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await reading(world)
        asking = Asking(world, kept_after=1, ends_after=0.2)
        await asyncio.sleep(0.5)
        second = await reading(world)
        await world.broker.spread([first.member])
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await first.stop()
        await second.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert found_settled(first) == 0
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [0.1, 0.2, 5.0], ids=["accepted", "together", "unaccepted"])
@pytest.mark.parametrize("first_ends", ["before", "after"])
def test_a_partition_that_moves_while_the_agent_is_at_it_gives_one_outcome(
    first_ends: str, ends_after: float
) -> None:
    """Who lost it goes on with what it was hinted at, and the ledger tells whose answer counts."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await reading(world)
        asking = Asking(world, "hold", kept_after=0.2, ends_after=ends_after)
        await until(lambda: bool(world.held))
        told = world.held.pop("hold 1")
        second = await reading(world)
        await until(lambda: bool(world.held))
        told_again = world.held["hold 1"]
        answers = [told, told_again] if first_ends == "before" else [told_again, told]
        for answer in answers:
            answer.set_result("answer")
            await asyncio.sleep(0.1)
        receipt = await asking.receipt()
        await first.stop()
        await second.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.early_executions_of(asking.request) == world.executions_of(asking.request) == 2
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [0.1, 0.3, 5.0])
@pytest.mark.parametrize("kept_after", [0.1, 0.3])
@pytest.mark.parametrize("budget", [0.0, 1.0])
def test_a_worker_that_stops_over_a_hint_leaves_it_to_the_next_or_ends_it(
    budget: float, kept_after: float, ends_after: float
) -> None:
    """What is delivered, and answered within its budget, it ends; of what is not it asks no more."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await reading(world)
        asking = Asking(world, "hold", kept_after=kept_after, ends_after=ends_after)
        await asyncio.sleep(0.2)
        assert world.held
        stopping = asyncio.create_task(first.stop(timedelta(seconds=budget)))
        await asyncio.sleep(0.05)
        is_ended = kept_after < 0.2 and bool(budget)
        if is_ended:
            world.held["hold 1"].set_result("answer")
        await stopping
        assert not world.held, "the agent was not stopped"
        heir = await reading(world)
        if not is_ended:
            await until(lambda: bool(world.held))
            world.held["hold 1"].set_result("answer")
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await heir.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1 + (not is_ended)
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())


def test_nothing_runs_on_when_what_answers_ahead_is_closed() -> None:
    """Delivered while it is answered, and let go of: nobody waits for it any more."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, "hold", kept_after=0.1, ends_after=0.1)
        await asyncio.sleep(0.2)
        assert world.held
        await world.broker.assign({0: None})
        await worker.ahead.__aexit__(None, None, None)
        await asyncio.sleep(0)
        assert not world.held
        await worker.stop()
        heir = await reading(world)
        await until(lambda: bool(world.held))
        world.held["hold 1"].set_result("answer")
        receipt = await asking.receipt()
        await heir.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("kept_after", [0.0, 0.1], ids=["delivered-before", "delivered-after"])
def test_a_hint_to_a_worker_that_stops_is_let_go(kept_after: float) -> None:
    """It may be in the socket by then; its record is the heir's."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        first = await reading(world)
        await world.ask("hold", thread="u", number=9)
        await until(lambda: bool(world.held))
        world.hints.hearer = first.member
        stopping = asyncio.create_task(first.stop(timedelta(seconds=1)))
        await asyncio.sleep(0.1)
        asking = Asking(world, kept_after=kept_after, ends_after=0.1)
        await asyncio.sleep(0.05)
        assert world.executions_of(asking.request) == 0
        world.held["hold 9"].set_result("answer")
        await stopping
        heir = await reading(world)
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await heir.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [0.1, 1.0], ids=["accepted-first", "record-first"])
def test_an_offer_that_is_refused_holds_all_the_same_once_it_is_delivered(
    ends_after: float,
) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, "hold", kept_after=0.4, ends_after=ends_after)
        await until(lambda: bool(world.held))
        worker.process.refusals = 1
        world.held["hold 1"].set_result("answer")
        await asyncio.sleep(0.2)
        assert worker.process.refusals == 0
        assert await asking.left() == []
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert found_settled(worker) == 0
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [0.1, 0.3, 1.0])
def test_a_ledger_that_is_incomplete_takes_no_answer_ahead(ends_after: float) -> None:
    """Until it has what was answered: then it takes the answer that is there."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, "hold", kept_after=0.4, ends_after=ends_after)
        await until(lambda: bool(world.held))
        await asyncio.sleep(0.2)
        world.ledger.marks._complete.clear()
        world.held["hold 1"].set_result("answer")
        await asking.unread(0.15)
        assert await asking.entry() is None
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert worker.process_request.counts["incomplete"] == 1
        world.accepted = await world.broker.requests()
        runs = (world.early_executions_of(asking.request), world.executions_of(asking.request))
        assert runs == (1, 1)
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("takes", [0.0, 0.25], ids=["hinted-first", "delivered-first"])
def test_a_hint_to_a_worker_with_no_free_slot_is_let_go(takes: float) -> None:
    """What has a slot already would wait for ever for one that waits for it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = takes
        worker = await reading(world, slots=1)
        before = await world.ask("hold", thread="u", number=9)
        await until(lambda: bool(world.held))
        asking = Asking(world, kept_after=0.2, ends_after=0.2)
        await asyncio.sleep(0.3)
        assert world.executions_of(asking.request) == 0
        world.held["hold 9"].set_result("answer")
        receipt = await asking.receipt()
        await worker.stop()

        assert receipt.outcome == await asking.settled()
        assert (await outcome_of(world, before)).status is Status.ANSWERED
        world.accepted = await world.broker.requests()
        assert (len(world.executions), found_settled(worker)) == (2, 0)
        assert await faults_of(world) == []

    run_virtual(scene())


def test_what_is_delivered_while_its_agent_has_the_only_slot_is_answered_by_that() -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world, slots=1)
        asking = Asking(world, "hold", kept_after=0.2, ends_after=0.2)
        await asyncio.sleep(0.3)
        world.held["hold 1"].set_result("answer")
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())
