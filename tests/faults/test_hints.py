"""A question is hinted at while the log takes it: answered once, and told only when it is taken."""

import asyncio
from itertools import permutations

import pytest

from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.model.outcomes import Status
from tests.faults.early import is_answered_early, reading
from tests.faults.hinting import Asking, found_settled
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import World

MOMENTS = (0.1, 0.2, 0.3)
"""Seconds until what comes first is there, and second, and third."""


@pytest.mark.parametrize(
    "kept_after",
    [1.0, 2.0],
    ids=["delivered-first", "told-first"],
)
def test_a_hinted_question_is_answered_once_and_told_when_the_log_has_taken_it(
    kept_after: float,
) -> None:
    """Where it is delivered before that, its claim settles it; else it finds it settled."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, kept_after=kept_after, ends_after=1.5)
        await asyncio.sleep(0)
        await asking.unread(min(kept_after, 1.5) - 0.01)
        assert world.executions_of(asking.request) == 1
        await asyncio.sleep(1.49 - world.loop.time())
        assert not asking.task.done(), "it was told before the log said that it has taken it"
        receipt = await asking.receipt()
        assert world.loop.time() == pytest.approx(1.5, abs=0.02)
        await asyncio.sleep(1)
        await worker.stop()

        assert receipt.outcome is not None
        assert receipt.outcome.status is Status.ANSWERED
        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert receipt.request == asking.request
        assert found_settled(worker) == 0
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []
        assert len(world.replies) == 0

    run_virtual(scene())


@pytest.mark.parametrize(
    ("offered", "accepted", "kept"),
    [
        *permutations(MOMENTS),
        (None, 0.1, 0.2),
        (None, 0.2, 0.1),
        (0.1, None, 0.2),
        (0.2, None, 0.1),
        (None, None, 0.1),
        (15.0, 0.1, 0.2),
        (15.0, 0.2, 0.1),
        (0.1, 15.0, 0.2),
        (0.2, 15.0, 0.1),
    ],
)
def test_it_is_answered_once_in_whatever_order_offer_acceptance_and_record_come(
    offered: float | None, accepted: float | None, kept: float
) -> None:
    """Also where one is lost, or comes when what it was to meet is forgotten."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.offers.offer_takes, world.offers.accept_takes = offered, accepted
        worker = await reading(world)
        asking = Asking(world, kept_after=kept)
        await asyncio.sleep(0)
        met = max(offered or 99, accepted or 99)
        await asking.unread(min(met, kept) - 0.01)
        receipt = await asking.receipt()
        assert world.loop.time() == pytest.approx(min(met, kept), abs=0.02)
        await asyncio.sleep(30)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert found_settled(worker) == 0, "it was not known that it is by the same answer"
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await is_answered_early(world, asking.request)
        assert await faults_of(world) == []
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())


@pytest.mark.parametrize(("offered", "accepted"), [(0.1, 12.0), (12.0, 0.1)])
def test_what_has_waited_too_long_for_the_other_is_forgotten(
    offered: float, accepted: float
) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.offers.offer_takes, world.offers.accept_takes = offered, accepted
        worker = await reading(world)
        asking = Asking(world, kept_after=20.0)
        receipt = await asking.receipt()
        assert world.loop.time() == pytest.approx(20, abs=0.02)
        await asyncio.sleep(15)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())


@pytest.mark.parametrize("ends_after", [0.1, 0.5], ids=["accepted-first", "record-first"])
def test_what_was_settled_ahead_is_looked_up_where_its_record_comes_again(
    ends_after: float,
) -> None:
    """Only the first time it is known here how it ended."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, kept_after=0.3, ends_after=ends_after)
        await asyncio.sleep(0.4)
        world.broker.append_record(encode_request(asking.request))
        receipt = await asking.receipt()
        await asyncio.sleep(1)
        await worker.stop()

        assert receipt.outcome == await asking.settled()
        assert found_settled(worker) == 1
        world.accepted = [asking.request]
        assert world.executions_of(asking.request) == len(asking.logged()) == 1
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("takes", [None, 1.0], ids=["lost", "late"])
def test_a_hint_that_does_not_come_before_its_record_costs_nothing(takes: float | None) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = takes
        worker = await reading(world)
        asking = Asking(world)
        receipt = await asking.receipt()
        await asyncio.sleep(5)
        await worker.stop()

        assert receipt.outcome == await asking.settled()
        assert found_settled(worker) == 0
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await is_answered_early(world, asking.request)
        assert await faults_of(world) == []

    run_virtual(scene())


def test_a_hint_that_comes_late_is_answered_if_its_record_comes_later() -> None:
    """The word that it is accepted waits for it."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = 0.3
        worker = await reading(world)
        asking = Asking(world, kept_after=0.6, ends_after=0.1)
        receipt = await asking.receipt()
        assert world.loop.time() == pytest.approx(0.3, abs=0.02)
        await asyncio.sleep(1)
        await worker.stop()

        assert receipt.outcome == await asking.settled()
        assert found_settled(worker) == 0
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())


@pytest.mark.parametrize("takes", [0.0, 0.2, 1.0], ids=["first", "once-accepted", "last"])
def test_a_hint_to_another_worker_gives_one_outcome(takes: float) -> None:
    """Its offer holds if it is there in time; the reader's answer does, else."""

    async def scene() -> None:
        world = World(partitions=2, is_early=True)
        reader, other = [await reading(world) for _ in range(2)]
        await world.broker.assign(dict.fromkeys(world.broker.records, reader.member))
        world.hints.takes, world.hints.hearer = takes, other.member
        asking = Asking(world, kept_after=0.3, ends_after=0.1)
        receipt = await asking.receipt()
        await asyncio.sleep(5)
        await reader.stop()
        await other.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        is_in_time = takes < 0.3
        assert found_settled(reader) == is_in_time
        world.accepted = await world.broker.requests()
        assert world.early_executions_of(asking.request) == world.executions_of(asking.request) == 2
        assert await faults_of(world, most_early=2) == []

    run_virtual(scene())
