"""Whoever has to do with a hinted question dies at every step: what is accepted ends, once."""

import asyncio
from functools import partial

import pytest

from cse_chat.domain.model.outcomes import Status
from tests.faults.early import CRASHES, died, outcome_of, reading
from tests.faults.hinting import ORDERS, Asking, Order, in_every_order
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import LEASE, SESSION, World
from tests.waiting import until

EXECUTIONS = {"answer": 1, "refuse": 1, "hiccup": 1, "bug": 3}
"""How often an agent runs under a claim for a question of each mode when nobody dies."""


async def _lived_through(mode: str, *kills: int, order: Order) -> list[list[str]]:
    """Hint, kill one worker after the other at the steps *kills*, and let the last one finish.

    Returns:
        The steps that each of them made.
    """
    world = World(partitions=1, is_early=True)
    asking: Asking | None = None
    steps = []
    for kill_at in (*kills, None):
        worker = await reading(world, kill_at=kill_at)
        asking = asking or order.ask(world, mode)
        await until(
            lambda: not worker.process.alive or (asking.task.done() and _is_done(world)),  # noqa: B023 -- awaited here
            seconds=60,
            every=0.1,
        )
        await worker.stop()
        steps.append(worker.process.steps)
        await asyncio.sleep(max(SESSION, LEASE).total_seconds())
    assert asking is not None
    receipt = await asking.receipt()

    assert receipt.outcome == await asking.settled()
    world.accepted = await world.broker.requests()
    most_executions, most_early = EXECUTIONS[mode] + len(kills), 1 + len(kills)
    assert await faults_of(world, most_executions=most_executions, most_early=most_early) == []
    assert set(asking.logged()) == {receipt.outcome}
    assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})
    return steps


def _is_done(world: World) -> bool:
    return world.broker.end_of(0) > 0 and world.broker.is_done()


@in_every_order()
@pytest.mark.parametrize("mode", EXECUTIONS)
def test_a_worker_may_die_at_every_step_of_a_hinted_question(
    mode: str, order: Order, subtests: pytest.Subtests
) -> None:
    [steps] = run_virtual(_lived_through(mode, order=order))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_lived_through(mode, number, order=order))


@pytest.mark.parametrize("step", ["before SlowOffers.offer", "after SlowOffers.offer"])
def test_an_offer_is_a_step_of_it(step: str) -> None:
    [steps] = run_virtual(_lived_through("answer", order=ORDERS["offered-accepted-kept"]))

    assert steps.count(step) == 1


@in_every_order("all-for-the-heir", "kept-accepted-offered", "accepted-kept-offered")
def test_the_next_worker_may_die_at_every_step_of_it_as_well(
    order: Order, subtests: pytest.Subtests
) -> None:
    lived_through = partial(_lived_through, "answer", order=order)
    [steps] = run_virtual(lived_through())

    for first, step in enumerate(steps):
        if "refresh" not in step:  # every second, whatever is asked
            with subtests.test(step, number=first):
                _, again = run_virtual(lived_through(first))
                for second in range(len(again)):
                    run_virtual(lived_through(first, second))


async def _gateway_dies(mode: str, kill_at: int | None, *, order: Order) -> list[str]:
    world = World(partitions=1, is_early=True)
    worker = await reading(world)
    asking = order.ask(world, mode, kill_at=kill_at)
    await asyncio.wait({asking.task})
    steps = asking.gateway.process.steps
    if not asking.gateway.process.alive and "before SlowOffers.accept" not in steps:
        while world.hints.given and world.loop.time() < order.kept - 0.01:
            await asking.unread(0.01)
    await asyncio.sleep(60)
    await worker.stop()

    world.accepted = await world.broker.requests()
    assert await faults_of(world, most_executions=EXECUTIONS[mode]) == []
    assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})
    told = {outcome.correlation_id for outcome, _ in world.responses.read()}
    assert told == {request.correlation_id for request in world.accepted}
    if world.hints.given and not world.accepted:
        assert await asking.left() == [], "something of it was kept"
    if asking.gateway.process.alive:
        assert (await asking.receipt()).outcome == await asking.settled()
    return steps


@in_every_order("all-for-the-heir", "hinted-to-the-heir")
@pytest.mark.parametrize("mode", EXECUTIONS)
def test_a_gateway_may_die_at_every_step_of_a_hinted_question(
    mode: str, order: Order, subtests: pytest.Subtests
) -> None:
    """What it appended ends once; of what it had only hinted at, nothing is left."""
    steps = run_virtual(_gateway_dies(mode, None, order=order))

    for of_hint in ("HintBus.give", "SlowLog.append", "SlowOffers.accept"):
        assert f"before {of_hint}" in steps
        assert f"after {of_hint}" in steps
    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_gateway_dies(mode, number, order=order))


async def _both_die(first: int, second: int) -> tuple[list[str], list[str]]:
    world = World(partitions=1, is_early=True)
    worker = await reading(world, kill_at=second)
    asking = ORDERS["offered-accepted-kept"].ask(world, kill_at=first)
    await asyncio.sleep(1)
    await worker.stop()
    await asyncio.sleep(max(SESSION, LEASE).total_seconds())
    heir = await reading(world)
    await asyncio.wait({asking.task})
    await asyncio.sleep(10)
    await heir.stop()

    world.accepted = await world.broker.requests()
    assert await faults_of(world, most_executions=2, most_early=2) == []
    told = {outcome.correlation_id for outcome, _ in world.responses.read()}
    assert told == {request.correlation_id for request in world.accepted}
    if world.hints.given and not world.accepted:
        assert await asking.left() == []
    return asking.gateway.process.steps, worker.process.steps


def test_gateway_and_worker_may_die_of_the_same_question_at_every_step(
    subtests: pytest.Subtests,
) -> None:
    never = 10_000
    gateway_steps, worker_steps = run_virtual(_both_die(never, never))

    for first, step in enumerate(gateway_steps):
        with subtests.test(step, number=first):
            for second in range(len(worker_steps)):
                run_virtual(_both_die(first, second))


@pytest.mark.parametrize("ends_after", [0.05, 0.1, 0.2, 20.0])
@pytest.mark.parametrize(
    ("kept_after", "for_nothing"), [(0.1, 1), (10.0, 2)], ids=["to-the-dead", "to-the-heir"]
)
def test_a_question_that_crashes_whoever_it_is_hinted_at_is_set_aside(
    kept_after: float, for_nothing: int, ends_after: float
) -> None:
    """It is asked once for the hint, and once more where the heir finds its record new."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        crashes = 0
        worker = await reading(world)
        asking = Asking(world, "poison", kept_after=kept_after, ends_after=ends_after)
        for _ in range(10):
            await until(
                lambda: not worker.process.alive or (asking.task.done() and _is_done(world)),  # noqa: B023 -- awaited here
                seconds=60,
                every=0.1,
            )
            if worker.process.alive:
                break
            crashes += 1
            await died(worker)
            worker = await reading(world)
        await asyncio.sleep(1)
        await worker.stop()

        assert crashes == world.executions_of(asking.request) == CRASHES + for_nothing
        assert (await outcome_of(world, asking.request)).status is Status.FAILED
        world.accepted = await world.broker.requests()
        assert await faults_of(world, most_executions=CRASHES, most_early=for_nothing) == []

    run_virtual(scene())
