"""A log does not take what was hinted at, or nobody knows: nothing unaccepted is ever answered."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from cse_chat.domain.errors import ChatError, NotAcceptedError, OverloadedError
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from tests.faults.early import reading
from tests.faults.hinting import Asking, full, refused, unknown
from tests.faults.oracle import faults_of
from tests.faults.virtual_time import run_virtual
from tests.faults.world import SESSION, World

ENDS = 0.5
"""Seconds until the append has failed; shorter than what an early answer may take."""
IN_TIME, LATE = 0.1, ENDS + 0.3
"""Seconds until a record is kept whose append nobody knows the end of."""
MOMENTS = {"offered": ("answer", 0.0), "under-way": ("hold", 0.0), "unheard": ("answer", 1.0)}
"""How far the hint is when the append fails: what its agent does, and how long the hint takes."""
ERRORS = [(refused, NotAcceptedError), (full, OverloadedError), (unknown, NotAcceptedError)]


async def _read_as_cancelled_at_most(asking: Asking) -> None:
    """Look at all that can be read of it: no answer, and how it ended is what its asker was told."""
    assert await asking.answers() == []
    settled = await asking.settled()
    assert settled is None or settled.status is Status.CANCELLED


@pytest.mark.parametrize(("error", "told"), ERRORS, ids=["refused", "full", "unknown"])
@pytest.mark.parametrize(("mode", "takes"), MOMENTS.values(), ids=MOMENTS)
def test_nothing_is_answered_of_what_the_log_did_not_take(
    mode: str, takes: float, error: Callable[[ChatRequest], ChatError], told: type[ChatError]
) -> None:
    """Neither before that nor when the worker goes on; where nobody knows, it reads as cancelled."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = takes
        worker = await reading(world)
        asking = Asking(world, mode, kept_after=None, ends_after=ENDS, error=error)
        await asyncio.sleep(0)
        await asking.unread(ENDS - 0.01)
        assert world.executions_of(asking.request) == (takes == 0)
        assert bool(world.held) is (mode == "hold")
        with pytest.raises(told):
            await asking.receipt()
        left = await asking.left()
        assert bool(left) is (error is unknown)
        for held in [*world.held.values()]:
            held.set_result("answer")
        for _ in range(100):
            await asyncio.sleep(0.2)
            await _read_as_cancelled_at_most(asking)
            assert await asking.left() == left
        await worker.stop()

        assert asking.logged() == []
        assert world.executions_of(asking.request) <= 1
        assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})

    run_virtual(scene())


@pytest.mark.parametrize("again", ["answer", "refuse"])
@pytest.mark.parametrize("error", [refused, full], ids=["refused", "full"])
def test_what_is_asked_again_once_it_was_refused_is_answered_of_its_own(
    error: Callable[[ChatRequest], ChatError], again: str
) -> None:
    """Its offer is of another request, and meets nothing."""

    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        worker = await reading(world)
        first = Asking(world, ends_after=ENDS, kept_after=None, error=error)
        await asyncio.wait({first.task})
        assert first.task.exception() is not None
        world.hints.given.clear()
        asking = Asking(world, again, kept_after=0.2, ends_after=0.1)
        receipt = await asking.receipt()
        await asyncio.sleep(5)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert [outcome for outcome, _ in world.responses.read()] == [receipt.outcome]
        page = await world.history.page(asking.request.thread_id, after=None, limit=9)
        assert {turn.correlation_id for turn in page.turns} == {asking.request.correlation_id}

    run_virtual(scene())


@pytest.mark.parametrize("takes", [0.0, ENDS + 0.5], ids=["offered", "unheard"])
def test_what_was_kept_and_answered_before_its_append_was_unknown_is_told(takes: float) -> None:
    async def scene() -> None:
        world = World(partitions=1, is_early=True)
        world.hints.takes = takes
        worker = await reading(world)
        asking = Asking(world, kept_after=0.1, ends_after=ENDS, error=unknown)
        await asyncio.sleep(0)
        await asking.unread(0.09)
        receipt = await asking.receipt()
        assert world.loop.time() == pytest.approx(ENDS, abs=0.02)
        await asyncio.sleep(5)
        await worker.stop()

        assert [receipt.outcome] == asking.logged() == [await asking.settled()]
        assert receipt.durability is Durability.KAFKA
        world.accepted = await world.broker.requests()
        assert world.executions_of(asking.request) == 1
        assert await faults_of(world) == []

    run_virtual(scene())


async def _kept_and_read_later(
    moment: str, *, is_moved: bool, kept_after: float, kill_at: int | None = None
) -> list[str]:
    """Have who reads what was cancelled die at *kill_at*, and an heir finish; return its steps."""
    world = World(partitions=1, is_early=True)
    mode, world.hints.takes = MOMENTS[moment]
    hinted = worker = await reading(world, kill_at=None if is_moved else kill_at)
    asking = Asking(world, mode, kept_after=kept_after, ends_after=ENDS, error=unknown)
    await asyncio.sleep(0.05)
    if is_moved:
        await world.broker.assign({0: None})
    with pytest.raises(NotAcceptedError):
        await asking.receipt()
    for held in [*world.held.values()]:
        held.set_result("answer")
    if is_moved:
        worker = await reading(world, kill_at=kill_at)
    await asyncio.sleep(5)
    await _read_as_cancelled_at_most(asking)
    await worker.stop()
    await asyncio.sleep(SESSION.total_seconds())
    heir = await reading(world)
    await asyncio.sleep(5)
    await heir.stop()
    await hinted.stop()

    settled = await asking.settled()
    assert settled is not None
    await _read_as_cancelled_at_most(asking)
    assert set(asking.logged()) == {settled}
    early = world.early_executions_of(asking.request)
    assert world.executions_of(asking.request) == early <= 1 + is_moved
    assert world.broker.is_done()
    assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})
    return worker.process.steps


@pytest.mark.parametrize(
    ("moment", "is_moved", "kept_after"),
    [
        ("offered", False, LATE),
        ("offered", True, IN_TIME),
        ("offered", True, LATE),
        ("under-way", False, IN_TIME),
        ("under-way", False, LATE),
        ("under-way", True, IN_TIME),
        ("under-way", True, LATE),
        ("unheard", False, LATE),
        ("unheard", True, IN_TIME),
        ("unheard", True, LATE),
    ],
)
def test_what_was_kept_and_is_read_once_it_is_cancelled_stays_so(
    moment: str, is_moved: bool, kept_after: float, subtests: pytest.Subtests
) -> None:
    """By the worker that was hinted at or another, which may die at every step."""
    scene = partial(_kept_and_read_later, moment, is_moved=is_moved, kept_after=kept_after)
    steps = run_virtual(scene())

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(scene(kill_at=number))


async def _unknown_at(
    at: int | None, *, takes: float | None, kill_at: int | None = None
) -> list[str]:
    """Have the append turn out unknown when its worker is at a step; return all of them."""
    world = World(partitions=1, is_early=True)
    world.hints.takes = takes
    worker = await reading(world, kill_at=kill_at)
    asking = Asking(world, kept_after=0.1, ends_after=20, error=unknown)

    async def end(steps: int) -> None:
        if at is not None and steps >= at and not asking.log.hurry.is_set():
            asking.log.hurry.set()
            await asyncio.wait({asking.task})

    worker.process.meanwhile = end
    [result] = await asyncio.gather(asking.task, return_exceptions=True)
    await asyncio.sleep(5)
    await worker.stop()
    if kill_at is not None:
        await asyncio.sleep(SESSION.total_seconds())
        heir = await reading(world)
        await asyncio.sleep(10)
        await heir.stop()

    settled = await asking.settled()
    assert settled is not None, "the ledger has forgotten it"
    assert set(asking.logged()) == {settled}
    if isinstance(result, NotAcceptedError):
        await _read_as_cancelled_at_most(asking)
    else:
        assert not isinstance(result, BaseException)
        assert result is not None
        assert result.outcome == settled
        assert settled.status is Status.ANSWERED
    assert world.broker.is_done()
    return worker.process.steps


@pytest.mark.parametrize("takes", [0.0, None], ids=["heard", "hint-lost"])
def test_an_append_may_turn_out_unknown_at_every_step_of_the_worker(
    takes: float | None, subtests: pytest.Subtests
) -> None:
    """What its asker is told is what is settled and recorded, also if the worker dies of it."""
    steps = run_virtual(_unknown_at(None, takes=takes))

    for number, step in enumerate(steps):
        if "refresh" not in step:
            with subtests.test(step, number=number):
                run_virtual(_unknown_at(number, takes=takes))
                run_virtual(_unknown_at(number, takes=takes, kill_at=number))
                run_virtual(_unknown_at(number, takes=takes, kill_at=number + 1))


async def _gateway_dies(
    moment: str,
    error: Callable[[ChatRequest], ChatError],
    kept_after: float | None,
    kill_at: int | None,
) -> list[str]:
    world = World(partitions=1, is_early=True)
    mode, world.hints.takes = MOMENTS[moment]
    worker = await reading(world)
    asking = Asking(
        world, mode, kept_after=kept_after, ends_after=ENDS, error=error, kill_at=kill_at
    )
    await asyncio.wait({asking.task})
    for held in [*world.held.values()]:
        held.set_result("answer")
    await asyncio.sleep(15)
    await worker.stop()

    records = await world.broker.requests()
    told = Counter(outcome.correlation_id for outcome, _ in world.responses.read())
    assert told == Counter(request.correlation_id for request in records)
    if world.hints.given:
        settled = await asking.settled()
        assert asking.logged() == ([settled] if records else [])
        if not records or not asking.gateway.process.alive:
            assert records or await asking.answers() == []
        elif asking.task.exception():
            await _read_as_cancelled_at_most(asking)
    assert len(world.executions) <= 1
    assert world.broker.is_done()
    assert (len(world.ledger), len(world.replies), world.ledger._leases.claimed) == (0, 0, {})
    assert not asking.task.cancelled()
    asking.task.exception()
    return asking.gateway.process.steps


@pytest.mark.parametrize(
    ("error", "kept_after"),
    [(refused, None), (full, None), (unknown, None), (unknown, IN_TIME), (unknown, LATE)],
    ids=["refused", "full", "unknown", "in-time", "late"],
)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_gateway_may_die_at_every_step_of_a_failed_append(
    moment: str,
    error: Callable[[ChatRequest], ChatError],
    kept_after: float | None,
    subtests: pytest.Subtests,
) -> None:
    """What is in the log ends once, and what is not has no answer anywhere."""
    steps = run_virtual(_gateway_dies(moment, error, kept_after, None))

    for number, step in enumerate(steps):
        with subtests.test(step, number=number):
            run_virtual(_gateway_dies(moment, error, kept_after, number))
