"""The worker engine against a model: any order of completion, failure, revocation and restart.

The engine, the use cases and the stores are the product's own; the model is the broker's log with
its commits, what the agents were seen to do, and the oracle. `make test ARGS='tests/faults
--hypothesis-show-statistics'` shows what the runs were made of.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from typing_extensions import override

from tests.faults.oracle import faults_of, order_of, twice_at_once, unfinished_below_commit
from tests.faults.virtual_time import VirtualTimeLoop, quiet
from tests.faults.workers import Worker
from tests.faults.world import LEASE, World

PARTITIONS = 2
SLOTS = 2
WINDOW = 4

END = 120.0
"""Virtual seconds: leases, pauses and queues are far shorter, deadlines far longer."""


THREADS = st.integers(0, 3)
MODES = st.sampled_from(["hold", "hold", "answer", "slow", "hiccup", "refuse", "hang"])


class EngineMachine(RuleBasedStateMachine):
    """Two workers over one broker; whatever dies or leaves is replaced."""

    is_early = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTimeLoop()
        happenings = ("asked", "told", "moved", "killed", "frozen", "drained", "refused")
        self.happened = dict.fromkeys(happenings, 0)

    def play(self, scene: Coroutine[Any, Any, None]) -> None:
        """Play *scene*, and then everything that can happen before time passes."""

        async def bounded() -> None:
            async with asyncio.timeout(END):
                await scene
            await quiet()

        self.loop.run_until_complete(bounded())

    @initialize(asked=st.lists(st.tuples(THREADS, MODES), min_size=2, max_size=8))
    def begin(self, asked: list[tuple[int, str]]) -> None:
        async def scene() -> None:
            self.world = World(partitions=PARTITIONS, is_early=self.is_early)
            self.workers = [await self._started() for _ in range(2)]
            await self._spread()

        self.play(scene())
        for thread, mode in asked:
            self.ask(thread, mode)

    async def _started(self) -> Worker:
        worker = Worker(self.world, slots=SLOTS, window_records=WINDOW)
        await worker.start()
        return worker

    async def _spread(self) -> None:
        awake = [worker.member for worker in self.workers if not worker.process.frozen]
        if awake:
            await self.world.broker.spread(awake)

    async def _awake(self, worker: Worker) -> None:
        if worker.process.frozen:
            await worker.thaw()

    @rule(thread=THREADS, mode=MODES)
    def ask(self, thread: int, mode: str) -> None:
        self.happened["asked"] += 1

        async def scene() -> None:
            await self.world.ask(mode, thread=f"thread-{thread}")

        self.play(scene())

    @rule(which=st.integers(0, 7), mode=st.sampled_from(["answer", "break", "refuse", "bug"]))
    def tell(self, which: int, mode: str) -> None:
        """An agent ends, in whatever order."""
        waiting = [told for told in self.world.held.values() if not told.done()]
        if not waiting:
            return
        self.happened["told"] += 1

        async def scene() -> None:
            waiting[which % len(waiting)].set_result(mode)

        self.play(scene())

    @rule(seconds=st.sampled_from([0.05, 0.3, 1.0, 3.0, LEASE.total_seconds() + 1]))
    def wait(self, seconds: float) -> None:
        self.play(asyncio.sleep(seconds))

    @rule(number=st.integers(0, PARTITIONS - 1), to=st.sampled_from([0, 1, None]))
    def move(self, number: int, to: int | None) -> None:
        """A partition goes to another reader, to the same again, or to nobody."""
        self.happened["moved"] += 1

        async def scene() -> None:
            if to is not None and self.workers[to].process.frozen:
                return
            readers = dict(self.world.broker.readers)
            await self.world.broker.assign({**readers, number: None})
            member = None if to is None else self.workers[to].member
            await self.world.broker.assign({**readers, number: member})

        self.play(scene())

    @rule()
    def spread(self) -> None:
        self.play(self._spread())

    @rule(number=st.integers(0, 1))
    def kill(self, number: int) -> None:
        """Nobody tells the ledger: the claims of the dead stand until their leases run out."""
        self.happened["killed"] += 1

        async def scene() -> None:
            worker = self.workers[number]
            worker.process.kill()
            await worker.bury()
            self.workers[number] = await self._started()

        self.play(scene())

    @rule(number=st.integers(0, 1))
    def freeze(self, number: int) -> None:
        """A worker stands still and goes on later, behind the back of everybody."""
        self.happened["frozen"] += 1

        async def scene() -> None:
            worker = self.workers[number]
            if worker.process.frozen:
                await worker.thaw()
            else:
                worker.freeze()

        self.play(scene())

    @rule(number=st.integers(0, 1), budget=st.sampled_from([0.0, 0.5, 4.0]))
    def drain(self, number: int, budget: float) -> None:
        self.happened["drained"] += 1

        async def scene() -> None:
            await self._awake(self.workers[number])
            await self.workers[number].stop(timedelta(seconds=budget))
            self.workers[number] = await self._started()

        self.play(scene())

    @rule(number=st.integers(0, 1), calls=st.integers(1, 3))
    def refuse(self, number: int, calls: int) -> None:
        """The stores refuse a few calls: less than a lease of renewals."""
        self.happened["refused"] += calls
        self.workers[number].process.refusals = calls

    @rule(number=st.integers(0, 1))
    def read_again(self, number: int) -> None:
        """The reading breaks off and begins again, as after a lost connection."""

        async def scene() -> None:
            self.workers[number].read_again()

        self.play(scene())

    @invariant()
    def nothing_acknowledged_is_unfinished(self) -> None:
        assert unfinished_below_commit(self.world) == []
        assert self.world.broker.went_back == []

    @invariant()
    def no_thread_runs_twice_at_once(self) -> None:
        assert twice_at_once(self.world) == []

    @invariant()
    def each_thread_runs_in_order(self) -> None:
        assert list(order_of(self.world)) == []

    @invariant()
    def slots_and_windows_are_kept(self) -> None:
        for worker in self.workers:
            running = [run for run in self.world.running() if run.process is worker.process]
            assert len(running) <= SLOTS
            assert worker.engine.in_hand <= WINDOW

    @override
    def teardown(self) -> None:
        """Let everything heal: then nothing was skipped, and no lane starves."""
        try:
            self.loop.run_until_complete(self._heal())
        finally:
            self.loop.close()
        for what, number in self.happened.items():
            event(f"{what}: {number if number < 3 else '3 or more'}")
        runs, asked = len(self.world.executions), len(self.world.accepted)
        event(f"executions per request: {'1' if runs <= asked else 'more'}")
        early, held = (
            sum(run.is_early for run in self.world.executions),
            self.world.answered_early(),
        )
        event(f"asked before a claim: {early if early < 3 else '3 or more'}")
        event(f"answered before a claim: {held if held < 3 else '3 or more'}")

    async def _heal(self) -> None:
        for worker in self.workers:
            worker.process.refusals = 0
            await self._awake(worker)
        await self._spread()
        end = self.loop.time() + END
        while self.loop.time() < end and not self.world.broker.is_done():
            for told in self.world.held.values():
                if not told.done():
                    told.set_result("answer")
            await asyncio.sleep(0.1)
        for worker in self.workers:
            await worker.stop()
        # An attempt for each kill, drain and lost claim at most, and three that fail by themselves.
        ways = ("killed", "frozen", "drained", "refused", "moved")
        bound = 3 + sum(self.happened[way] for way in ways)
        assert await faults_of(self.world, most_executions=bound) == []


TestEngine = EngineMachine.TestCase
TestEngine.settings = settings(max_examples=60, stateful_step_count=40)


class EarlyEngineMachine(EngineMachine):
    """The same, with agents that may be asked before their requests are claimed."""

    is_early = True


TestEarlyEngine = EarlyEngineMachine.TestCase
TestEarlyEngine.settings = settings(max_examples=30, stateful_step_count=40)
