import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import pytest

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.outcomes import Problem
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.worker import engine
from cse_chat.entrypoints.worker.engine import WorkerEngine
from tests.builders import a_question, a_request
from tests.memory import Memory
from tests.waiting import until

Act = Callable[[str], Awaitable[None]]


@dataclass
class Work:
    """Processing that tells what it did, and does what it is told."""

    act: Act | None = None
    began: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    refusals: int = 0  # how often giving up fails
    answering: frozenset[str] = frozenset()

    async def process(self, delivery: Delivery, progress: Progress) -> None:
        text = delivery.request.question.text
        self.began.append(text)
        progress.answering = text in self.answering
        if self.act:
            await self.act(text)
        self.ended.append(text)

    async def abandon(self, delivery: Delivery, problem: Problem) -> None:
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError("a bug in giving up")
        self.abandoned.append(problem.slug)


class Running:
    """An engine over a log in memory, running while entered."""

    def __init__(
        self, work: Work, *, window_records: int = 100, window_bytes: int = 1_000_000
    ) -> None:
        self.memory = Memory()
        self.engine = WorkerEngine(
            source=self.memory.log,
            process=work.process,
            abandon=work.abandon,
            window_records=window_records,
            window_bytes=window_bytes,
            pause=self.memory.pause,
        )

    async def ask(self, text: str, thread: str) -> None:
        await self.memory.log.append(a_request(a_question(text, thread_id=thread)))

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self.engine.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await asyncio.wait({self._reading})
        await self.engine.drain(timedelta(0))


async def test_what_is_processed_is_acknowledged() -> None:
    async with Running(Work()) as running:
        for n in range(3):
            await running.ask(str(n), f"t{n}")

        await until(lambda: running.engine.in_hand == 0)
        await until(lambda: len(running.memory.log) == 0)


async def test_a_thread_is_worked_on_in_order_one_at_a_time() -> None:
    gate = asyncio.Event()
    work = Work(lambda _: _wait(gate))
    async with Running(work) as running:
        for n in range(3):
            await running.ask(str(n), "t")
        await until(lambda: running.engine.in_hand == 3)

        assert work.began == ["0"]
        gate.set()
        await until(lambda: len(running.memory.log) == 0)

    assert work.began == work.ended == ["0", "1", "2"]


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
    work = Work(lambda text: _wait(gates[text]))
    async with Running(work, **bound) as running:
        for n in range(4):
            await running.ask(str(n), f"t{n}")
        await until(lambda: len(work.began) == 2)
        await _settle_down()
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
    assert running.memory.pauses[:3] == [timedelta(seconds=s) for s in (0.5, 1, 2)]


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


async def test_a_job_that_will_not_stop_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "STOPPING", timedelta(milliseconds=10))
    gate = asyncio.Event()

    async def act(_: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await gate.wait()

    work = Work(act)
    async with Running(work) as running:
        await running.ask("0", "t")
        await until(lambda: work.began == ["0"])

        async with asyncio.timeout(2):
            await running.engine.drain(timedelta(0))

        assert running.engine.in_hand == 1
        gate.set()
        await until(lambda: running.engine.in_hand == 0)


async def test_reading_again_after_an_error_repeats_what_was_in_hand_and_loses_nothing() -> None:
    gate = asyncio.Event()
    work = Work(lambda _: _wait(gate), answering=frozenset({"0"}))
    async with Running(work) as running:
        for n in range(2):
            await running.ask(str(n), "t")
        await until(lambda: running.engine.in_hand == 2)
        running._reading.cancel()
        await asyncio.wait({running._reading})

        running._reading = asyncio.create_task(running.engine.run())
        gate.set()
        await until(lambda: len(running.memory.log) == 0)

    assert (work.began, work.ended) == (["0", "0", "1"], ["0", "0", "1"])


async def test_draining_lets_what_is_in_hand_finish() -> None:
    gate = asyncio.Event()
    work = Work(lambda _: _wait(gate))
    async with Running(work) as running:
        await running.ask("0", "t")
        await running.ask("1", "t")
        await until(lambda: running.engine.in_hand == 2)
        asyncio.get_running_loop().call_later(0.01, gate.set)

        await running.engine.drain(timedelta(seconds=5))

    assert (work.ended, len(running.memory.log)) == (["0", "1"], 0)


async def test_what_the_budget_does_not_finish_is_stopped_and_stays_unacknowledged() -> None:
    work = Work(lambda _: _wait(asyncio.Event()))
    async with Running(work) as running:
        await running.ask("0", "t")
        await running.ask("1", "t")
        await until(lambda: running.engine.in_hand == 2)

        await running.engine.drain(timedelta(milliseconds=10))

        assert running.engine.in_hand == 0
    assert (work.ended, len(running.memory.log)) == ([], 2)


async def test_a_revoked_job_without_an_agent_is_stopped_and_delivered_again() -> None:
    """And what waits behind it is dropped: all comes again, in order."""
    gate = asyncio.Event()
    work = Work(lambda _: _wait(gate))
    async with Running(work) as running:
        await running.ask("0", "t")
        await running.ask("1", "t")
        await until(lambda: running.engine.in_hand == 2)

        await running.memory.log.rebalance()
        await until(lambda: len(work.began) == 2)
        gate.set()
        await until(lambda: len(running.memory.log) == 0)

    assert (work.began, work.ended) == (["0", "0", "1"], ["0", "1"])


async def test_a_revoked_agent_goes_on_and_the_same_request_waits_for_it() -> None:
    """Delivered again to this process, it joins the run: never two at once."""
    gate = asyncio.Event()
    work = Work(lambda _: _wait(gate), answering=frozenset({"0"}))
    async with Running(work) as running:
        await running.ask("0", "t")
        await until(lambda: work.began == ["0"])

        await running.memory.log.rebalance()
        await until(lambda: running.engine.in_hand == 2)
        assert (work.began, work.ended) == (["0"], [])
        gate.set()
        await until(lambda: len(running.memory.log) == 0)

    assert (work.began, work.ended) == (["0", "0"], ["0", "0"])


async def test_what_is_finished_is_acknowledged_before_a_partition_is_given_free() -> None:
    work = Work()
    async with Running(work) as running:
        await running.ask("0", "t")
        await until(lambda: work.ended == ["0"] and running.engine.in_hand == 0)

        await running.memory.log.rebalance()

        assert len(running.memory.log) == 0


class Refusing:
    """A source that cannot take acknowledgements for a while."""

    def __init__(self, memory: Memory, refusals: int) -> None:
        self.deliveries = memory.log.deliveries
        self.refusals = refusals
        self.told: list[Finished] = []

    async def acknowledge(self, finished: Finished) -> None:
        if self.refusals:
            self.refusals -= 1
            raise TransportError("gone")
        self.told.append(finished)


async def test_an_acknowledgement_that_was_refused_is_repeated_with_the_next() -> None:
    running = Running(Work())
    source = running.engine._source = Refusing(running.memory, refusals=1)
    async with running:
        await running.ask("0", "t")
        await until(lambda: source.refusals == 0)
        await running.ask("1", "t")
        await until(lambda: bool(source.told) and source.told[-1].positions == {0: 2})

    assert sorted(offset for told in source.told for offset in told.offsets[0]) == [0, 1]


async def test_what_could_not_be_acknowledged_when_revoked_is_forgotten() -> None:
    """The next reader repeats it, and finds it settled; saying it now could lose its work."""
    work = Work()
    running = Running(work)
    source = running.engine._source = Refusing(running.memory, refusals=1)
    async with running:
        await running.ask("0", "t")
        await until(lambda: work.ended == ["0"] and running.engine.in_hand == 0)

        await running.engine.revoked({0})

    assert (source.refusals, source.told) == (0, [])


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _settle_down() -> None:
    """Give every task that could run the chance to."""
    for _ in range(20):
        await asyncio.sleep(0)
