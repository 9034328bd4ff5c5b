"""The engine when it drains, is revoked, or reads again."""

import asyncio
from datetime import timedelta

import pytest
from typing_extensions import override

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Finished
from cse_chat.entrypoints.worker import engine
from tests.memory import Memory
from tests.unit.worker.scenes import Running, Work, waiting
from tests.waiting import until


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
    work = Work(lambda _: waiting(gate), answering=frozenset({"0"}))
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
    work = Work(lambda _: waiting(gate))
    async with Running(work) as running:
        await running.ask("0", "t")
        await running.ask("1", "t")
        await until(lambda: running.engine.in_hand == 2)
        asyncio.get_running_loop().call_later(0.01, gate.set)

        await running.engine.drain(timedelta(seconds=5))

    assert (work.ended, len(running.memory.log)) == (["0", "1"], 0)


async def test_what_the_budget_does_not_finish_is_stopped_and_stays_unacknowledged() -> None:
    work = Work(lambda _: waiting(asyncio.Event()))
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
    work = Work(lambda _: waiting(gate))
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
    work = Work(lambda _: waiting(gate), answering=frozenset({"0"}))
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
        self.assigned = memory.log.assigned
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


class Stalling(Refusing):
    """A source whose acknowledgements stand still until they may go on."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory, refusals=0)
        self.stalls = asyncio.Event()
        self.may_go_on = asyncio.Event()

    @override
    async def acknowledge(self, finished: Finished) -> None:
        self.stalls.set()
        await self.may_go_on.wait()
        await super().acknowledge(finished)


async def test_what_comes_while_a_slow_revoke_is_under_way_is_kept() -> None:
    """The partition may be back before the last acknowledgement has been made, or given up."""
    work = Work()
    running = Running(work)
    source = running.engine._source = Stalling(running.memory)
    async with running:
        await running.ask("0", "t")
        await source.stalls.wait()
        revoking = asyncio.create_task(running.engine.revoked([0]))
        await asyncio.sleep(0)
        await running.ask("1", "t")
        await until(lambda: work.ended == ["0", "1"])
        source.may_go_on.set()
        await revoking

        await until(lambda: source.told[-1].positions == {0: 2})


async def test_what_ends_while_a_slow_revoke_is_under_way_has_ended() -> None:
    """Nothing is left to stop then, and the others are stopped all the same."""
    let_go, never = asyncio.Event(), asyncio.Event()

    async def act(text: str) -> None:
        await {"1": let_go, "2": never}.get(text, _set()).wait()

    work = Work(act)
    running = Running(work)
    source = running.engine._source = Stalling(running.memory)
    async with running:
        for text in ("0", "1", "2"):
            await running.ask(text, f"t{text}")
        await source.stalls.wait()
        await until(lambda: running.engine.in_hand == 2)
        revoking = asyncio.create_task(running.engine.revoked([0]))
        await asyncio.sleep(0)
        let_go.set()
        await until(lambda: work.ended == ["0", "1"] and running.engine.in_hand == 1)
        source.may_go_on.set()
        await revoking

        assert running.engine.in_hand == 0


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
