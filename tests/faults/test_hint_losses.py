"""A ledger that is lost while a hinted question is on its way."""

import asyncio
from functools import partial

import pytest

from cse_chat.domain.model.outcomes import Status
from tests.faults.early import outcome_of, reading
from tests.faults.hinting import Asking, Order, in_every_order
from tests.faults.virtual_time import run_virtual
from tests.faults.world import LEASE, SESSION, World

EXECUTIONS = {"answer": 1, "refuse": 1, "hiccup": 1, "bug": 3}
"""How often an agent runs under a claim for a question of each mode when nobody dies."""


async def lost_between(
    *, kept_after: float, ends_after: float, lost_after: float, is_completed: bool
) -> None:
    """Lose the ledger, and have it completed before the record comes, or not."""
    world = World(partitions=1, is_early=True)
    worker = await reading(world)
    asking = Asking(world, kept_after=kept_after, ends_after=ends_after)
    await asyncio.sleep(lost_after)
    before = await asking.settled()
    world.lose_ledger()
    assert await asking.entry() is None
    if is_completed:
        await world.ask("answer", thread="u", number=2)
    receipt = await asking.receipt()
    await asyncio.sleep(20)
    await worker.stop()

    settled = await asking.settled()
    assert [settled] == asking.logged() == [receipt.outcome]
    assert before in {None, settled}
    assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})
    assert world.executions_of(asking.request) <= 2


@pytest.mark.parametrize("is_completed", [False, True])
@pytest.mark.parametrize("lost_after", [0.05, 0.15, 0.25, 0.35])
@pytest.mark.parametrize("ends_after", [0.1, 0.2])
@pytest.mark.parametrize("kept_after", [0.1, 0.3, 1.5])
def test_a_ledger_lost_between_any_two_of_offer_acceptance_and_record_gets_it_back(
    *, kept_after: float, ends_after: float, lost_after: float, is_completed: bool
) -> None:
    """Another question of the partition has it completed meanwhile, or not."""
    run_virtual(
        lost_between(
            kept_after=kept_after,
            ends_after=ends_after,
            lost_after=lost_after,
            is_completed=is_completed,
        )
    )


async def ledger_lost(
    at: int | None, *, order: Order, of_gateway: bool = False, kill_at: int | None = None
) -> list[str]:
    """Lose it before a step, and return all of them."""
    world = World(partitions=1, is_early=True)
    worker = await reading(world, kill_at=None if of_gateway else kill_at)
    asking = order.ask(world, kill_at=kill_at if of_gateway else None)
    process = asking.gateway.process if of_gateway else worker.process
    lost = 0

    def lose(steps: int) -> None:
        nonlocal lost
        if steps == at and not lost:
            lost += 1
            world.lose_ledger()

    async def meanwhile(steps: int) -> None:
        lose(steps)

    process.meanwhile, process.at_once = meanwhile, lose
    await asyncio.sleep(2)
    await worker.stop()
    await asyncio.sleep(max(SESSION, LEASE).total_seconds())
    heir = await reading(world)
    later = await world.ask("answer", thread="t", number=2)
    await asyncio.wait({asking.task})
    receipt = asking.task.result()
    await asyncio.sleep(10)
    await heir.stop()

    assert (await outcome_of(world, later)).status is Status.ANSWERED
    assert world.broker.is_done()
    if not world.hints.given:
        return process.steps
    settled, logged = await asking.settled(), asking.logged()
    if kill_at is None or len(await world.broker.requests()) > 1:
        assert settled is not None
        assert settled.status is Status.ANSWERED
        assert set(logged) == {settled}
    # Whoever dies in the same moment has nobody who knows what was told: see docs/guarantees.md.
    assert receipt is None or receipt.outcome == settled or kill_at is not None
    assert world.executions_of(asking.request) <= 2
    return process.steps


@pytest.mark.parametrize("of_gateway", [False, True], ids=["worker", "gateway"])
@in_every_order("kept-for-the-heir", "all-for-the-heir", "hinted-to-the-heir")
def test_the_ledger_may_be_lost_at_every_step_of_a_hinted_question(
    order: Order, subtests: pytest.Subtests, *, of_gateway: bool
) -> None:
    """Also if whose step it is dies in the same moment."""
    lost = partial(ledger_lost, order=order, of_gateway=of_gateway)
    steps = run_virtual(lost(None))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(lost(number))
            run_virtual(lost(number, kill_at=number))
            run_virtual(lost(number, kill_at=number + 1))


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_ledger_that_is_away_for_a_moment_and_comes_back_empty(refusals: int) -> None:
    """Its first claim is refused, and the repetition has no answer any more: it was given out."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        asking = Asking(world, kept_after=0.3, ends_after=0.1)
        receipt = await asking.receipt()
        await asyncio.sleep(0.1)
        world.lose_ledger()
        await world.ask("answer", thread="u", number=2)  # completed by another
        await asyncio.sleep(0.05)
        worker.process.refusals = refusals
        await asyncio.sleep(20)
        await worker.stop()

        assert receipt.outcome is not None
        assert receipt.outcome.status is Status.ANSWERED
        assert [await asking.settled()] == asking.logged() == [receipt.outcome]

    run_virtual(scene())
