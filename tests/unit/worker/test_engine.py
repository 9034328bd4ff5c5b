import asyncio
from datetime import timedelta

import pytest

from cse_chat.domain.errors import TransportError
from tests.unit.worker.scenes import Running, Work, settled_down, waiting
from tests.waiting import until


async def test_what_is_processed_is_acknowledged() -> None:
    async with Running(Work()) as running:
        for n in range(3):
            await running.ask(str(n), f"t{n}")

        await until(lambda: running.engine.in_hand == 0)
        await until(lambda: len(running.memory.log) == 0)


async def test_a_thread_is_worked_on_in_order_one_at_a_time() -> None:
    gate = asyncio.Event()
    work = Work(lambda _: waiting(gate))
    async with Running(work) as running:
        for n in range(3):
            await running.ask(str(n), "t")
        await until(lambda: running.engine.in_hand == 3)

        assert work.began == ["0"]
        gate.set()
        await until(lambda: len(running.memory.log) == 0)

    assert work.began == work.ended == ["0", "1", "2"]


@pytest.mark.parametrize("finishing", [True, False])
async def test_the_log_is_hurried_by_the_first_who_waits_for_a_settled_request(
    *, finishing: bool
) -> None:
    gate = asyncio.Event()
    work = Work(lambda _: waiting(gate), finishing=frozenset({"first"} if finishing else ()))
    async with Running(work) as running:
        await running.ask("first", "t")
        await running.ask("elsewhere", "t2")
        await until(lambda: work.began == ["first", "elsewhere"])
        assert (work.hurried, work.awaited) == (0, [])

        await running.ask("behind", "t")
        await running.ask("behind that", "t")

        await until(lambda: running.engine.in_hand == 4)
        assert work.hurried == int(finishing)
        gate.set()
        await until(lambda: len(running.memory.log) == 0)
    assert work.awaited == ["first", "behind"]


async def test_a_slow_thread_does_not_hold_up_the_others() -> None:
    gate = asyncio.Event()

    async def act(text: str) -> None:
        if text == "slow":
            await gate.wait()

    work = Work(act)
    async with Running(work) as running:
        await running.ask("slow", "t1")
        await running.ask("behind", "t1")
        await running.ask("quick", "t2")

        await until(lambda: work.ended == ["quick"])
        assert running.engine.in_hand == 2
        gate.set()
        await until(lambda: len(running.memory.log) == 0)


@pytest.mark.parametrize("bound", [{"window_records": 2}, {"window_bytes": 300}])
async def test_a_full_window_stops_the_reading_until_something_is_finished(
    bound: dict[str, int],
) -> None:
    """Two records of some 200 bytes fill it, counted as unfinished ones."""
    gates = {str(n): asyncio.Event() for n in range(4)}
    work = Work(lambda text: waiting(gates[text]))
    async with Running(work, **bound) as running:
        for n in range(4):
            await running.ask(str(n), f"t{n}")
        await until(lambda: len(work.began) == 2)
        await settled_down()
        assert work.began == ["0", "1"]

        gates["1"].set()  # not the oldest: a slow one must not hold the window

        await until(lambda: work.began == ["0", "1", "2"])
        for gate in gates.values():
            gate.set()
        await until(lambda: len(running.memory.log) == 0)


async def test_a_lost_transport_is_waited_for_and_nothing_is_acknowledged() -> None:
    faults = [TransportError("gone")] * 5

    async def act(_: str) -> None:
        if faults:
            raise faults.pop()

    work = Work(act)
    async with Running(work) as running:
        await running.ask("x", "t")

        await until(lambda: len(running.memory.log) == 0)

    assert (len(work.began), work.abandoned) == (6, [])
    # The beginning of each pause stands alone: what gets through meanwhile does not end that.
    assert running.memory.pauses == [
        timedelta(seconds=s) for s in (0.5, 0.5, 0.5, 0.5, 1.5, 1, 3, 2, 6)
    ]


async def test_what_was_interrupted_goes_on_when_another_gets_through() -> None:
    """Else a store that is back would be waited for, up to half a minute."""
    faults = [TransportError("gone")] * 3

    async def act(text: str) -> None:
        if text == "interrupted" and faults:
            raise faults.pop()

    async def pause(duration: timedelta) -> None:
        await asyncio.sleep(0 if duration <= timedelta(milliseconds=500) else 3600)

    work = Work(act, pause)
    async with Running(work) as running:
        await running.ask("interrupted", "t1")
        await until(lambda: work.began == ["interrupted"] * 3)
        await settled_down()
        assert work.ended == []

        await running.ask("another", "t2")

        await until(lambda: len(running.memory.log) == 0)
    assert work.ended == ["another", "interrupted"]


async def test_a_request_that_always_breaks_the_worker_is_given_up_and_the_next_is_taken() -> None:
    """Given up means settled: then processing only has its tail to finish."""
    faults = [RuntimeError("a bug")] * 3

    async def act(text: str) -> None:
        if text == "poison" and faults:
            raise faults.pop()

    work = Work(act)
    async with Running(work) as running:
        await running.ask("poison", "t")
        await running.ask("next", "t")

        await until(lambda: len(running.memory.log) == 0)

    assert (work.abandoned, work.ended) == (["processing-failed"], ["poison", "next"])


async def test_giving_up_is_tried_until_it_succeeds() -> None:
    """Else what always breaks would be tried for ever."""
    work = Work(refusals=2)

    async def act(text: str) -> None:
        if not work.abandoned:
            raise RuntimeError(text)

    work.act = act
    async with Running(work) as running:
        await running.ask("poison", "t")
        await until(lambda: len(running.memory.log) == 0)

    assert (len(work.began), work.abandoned) == (4, ["processing-failed"])


async def test_a_cancellation_that_is_not_ours_does_not_lose_the_request() -> None:
    """Somebody cancelled what the processing awaited, not the processing."""
    strays = [asyncio.CancelledError()] * 2

    async def act(_: str) -> None:
        if strays:
            raise strays.pop()

    work = Work(act)
    async with Running(work) as running:
        await running.ask("x", "t")
        await until(lambda: len(running.memory.log) == 0)

    assert (len(work.began), work.ended) == (3, ["x"])
