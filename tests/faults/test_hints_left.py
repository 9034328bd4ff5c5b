"""Whoever asked what is hinted at hangs up, or deletes its thread, before it is over."""

import asyncio
from contextlib import suppress

import pytest

from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.use_cases.delete_thread import DeleteThread
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_correlation_id
from tests.faults.early import reading
from tests.faults.hinting import Asking
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import World
from tests.waiting import until

HANGS_UP = 0.2


@pytest.mark.parametrize("kept_after", [None, 0.1, 0.3, 15.0])
@pytest.mark.parametrize("takes", [0.0, 0.3, None], ids=["offered", "late", "hint-lost"])
def test_a_client_that_hangs_up_between_hint_and_acceptance_changes_nothing_of_the_answer(
    takes: float | None, kept_after: float | None
) -> None:
    """Nobody says then that it is accepted: it is settled when it is delivered, if it is."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = takes
        worker = await reading(world)
        asking = Asking(world, kept_after=kept_after, ends_after=0.5)
        await asyncio.sleep(HANGS_UP)
        asking.task.cancel()
        await asyncio.wait({asking.task})
        assert asking.task.cancelled()
        if kept_after is None or kept_after > HANGS_UP:
            await asking.unread((kept_after or 15) - world.loop.time() - 0.01)
        await asyncio.sleep(15)
        await worker.stop()

        assert "after SlowOffers.accept" not in asking.gateway.process.steps
        settled = await asking.settled()
        assert asking.logged() == ([settled] if kept_after else [])
        world.accepted = await world.broker.requests()
        assert await faults_of(world) == []
        if not kept_after:
            assert settled is None
            assert await asking.left() == []
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())


@pytest.mark.parametrize("takes", [0.0, 0.3], ids=["offered", "late"])
@pytest.mark.parametrize("kept_after", [0.05, 0.15, 0.5])
def test_a_client_that_hangs_up_once_it_is_accepted_finds_the_answer_later(
    takes: float, kept_after: float
) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = takes
        world.offers.offer_takes = 0.2
        worker = await reading(world)
        asking = Asking(world, kept_after=kept_after, ends_after=0.1)
        await asyncio.sleep(0.12)
        asking.task.cancel()
        await asyncio.wait({asking.task})
        await asyncio.sleep(15)
        await worker.stop()

        assert "after SlowOffers.accept" in asking.gateway.process.steps
        assert asking.logged() == [await asking.settled()]
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())


async def _deleted(world: World, asking: Asking) -> bool:
    delete = DeleteThread(
        threads=world.threads,
        conversations=world.conversations,
        ledger=world.ledger,
        record_history=RecordHistory(ledger=world.ledger),
        audit=InMemoryAuditLog(),
        new_id=a_correlation_id,
        now=world.now,
    )
    with suppress(NotFoundError):
        await delete(asking.request.thread_id, asking.request.user_id)
        return True
    return False


@pytest.mark.parametrize("deleted_after", [0.05, 0.15, 0.25, 0.35, 0.45])
@pytest.mark.parametrize(
    ("offered", "accepted", "kept"),
    [
        (0.1, 0.2, 0.3),
        (0.1, 0.3, 0.2),
        (0.2, 0.1, 0.3),
        (0.2, 0.3, 0.1),
        (0.3, 0.1, 0.2),
        (0.3, 0.2, 0.1),
        (None, 0.2, 0.3),
        (0.2, None, 0.3),
        (0.1, 0.2, 0.4),
    ],
)
@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "hint-lost"])
def test_of_a_thread_that_is_deleted_meanwhile_nothing_can_be_read(
    *,
    is_heard: bool,
    offered: float | None,
    accepted: float | None,
    kept: float,
    deleted_after: float,
) -> None:
    """What was not told before that ends cancelled, in the ledger as in the log."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = 0.0 if is_heard else None
        world.offers.offer_takes = offered
        worker = await reading(world)
        asking = Asking(world, kept_after=kept, ends_after=0.01)
        world.offers.accept_takes = accepted and accepted - 0.01
        await asyncio.sleep(deleted_after)
        before = await asking.settled()
        assert await _deleted(world, asking)
        assert await asking.left() == []
        receipt = await asking.receipt()
        for _ in range(100):
            await asyncio.sleep(0.1)
            assert await asking.answers() == []
        await worker.stop()

        [logged] = asking.logged()
        settled = await asking.settled()
        assert settled in {None, logged}
        if before is None:
            assert logged.status is Status.CANCELLED
            assert receipt.outcome == logged
        else:
            assert receipt.outcome == before
        assert world.broker.is_done()
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())


@pytest.mark.parametrize("kept_after", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("ends_after", [0.1, 0.3, 0.5])
def test_a_thread_deleted_while_the_agent_is_at_it_has_no_answer(
    ends_after: float, kept_after: float
) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, "hold", kept_after=kept_after, ends_after=ends_after)
        await until(lambda: bool(world.held))
        await asyncio.sleep(0.2)
        assert await _deleted(world, asking)
        await asyncio.sleep(0.2)
        world.held["hold 1"].set_result("answer")
        receipt = await asking.receipt()
        await asyncio.sleep(15)
        await worker.stop()

        assert await asking.answers() == []
        [logged] = asking.logged()
        assert logged.status is Status.CANCELLED
        assert receipt.outcome == logged
        assert await asking.settled() in {None, logged}
        assert world.executions_of(asking.request) == 1
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())
