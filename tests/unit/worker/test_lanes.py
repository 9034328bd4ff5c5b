"""`Lanes` under any order of deliveries, ends, failures, revocations and restarts."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.records import Record
from cse_chat.entrypoints.worker.lanes import Job, Lanes
from cse_chat.entrypoints.worker.prefixes import FinishedPrefix
from tests.builders import NOON, a_question, a_request

PARTITIONS = (0, 1)


def a_delivery(thread: str, *, partition: int = 0, offset: int = 0) -> Delivery:
    record = Record(
        log="test",
        partition=partition,
        offset=offset,
        timestamp=NOON,
        key=thread.encode(),
        value=b"x" * 10,
    )
    request = a_request(a_question(thread_id=thread))
    return Delivery(request=request, record=record, durability=Durability.MEMORY)


class LanesMachine(RuleBasedStateMachine):
    """A log with two partitions, a worker, and everything that may happen between them.

    The model: what each partition holds, how far it was acknowledged, and where its reader is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lanes = Lanes()
        self.running: list[Job] = []
        self.held: dict[int, list[Delivery]] = {p: [] for p in PARTITIONS}
        self.read: dict[int, int] = dict.fromkeys(PARTITIONS, 0)  # index of the next to deliver
        self.done: set[tuple[int, int]] = set()
        self.acknowledged: dict[int, int] = dict.fromkeys(PARTITIONS, 0)

    @rule(partition=st.sampled_from(PARTITIONS), thread=st.integers(0, 2), hole=st.integers(1, 3))
    def append(self, partition: int, thread: int, hole: int) -> None:
        log = self.held[partition]
        offset = (log[-1].record.offset if log else 0) + hole
        log.append(a_delivery(f"{partition}-{thread}", partition=partition, offset=offset))

    @precondition(lambda self: any(self.read[p] < len(self.held[p]) for p in PARTITIONS))
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        ready = [p for p in PARTITIONS if self.read[p] < len(self.held[p])]
        partition = data.draw(st.sampled_from(ready))
        delivery = self.held[partition][self.read[partition]]
        self.read[partition] += 1
        job = self.lanes.take(delivery)
        if job is not None:
            self.running.append(job)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), finished=st.booleans())
    def end(self, data: st.DataObject, *, finished: bool) -> None:
        job = data.draw(st.sampled_from(self.running))
        self.running.remove(job)
        if finished:
            self.done.add((job.partition, job.delivery.record.offset))
        following = self.lanes.end(job, finished=finished)
        if following is not None:
            self.running.append(following)

    @rule()
    def acknowledge(self) -> None:
        self._note(self.lanes.finished())

    @rule(partition=st.sampled_from(PARTITIONS), told=st.booleans())
    def rebalance(self, partition: int, *, told: bool) -> None:
        """The partition is taken and given back: it begins again where it was acknowledged."""
        if told:
            self._note(self.lanes.finished())
        self.lanes.revoke({partition})
        offsets = [delivery.record.offset for delivery in self.held[partition]]
        left = [n for n, offset in enumerate(offsets) if offset >= self.acknowledged[partition]]
        self.read[partition] = left[0] if left else len(offsets)

    @rule()
    def restart(self) -> None:
        """The process dies: nothing of it is left but what was acknowledged."""
        self.lanes = Lanes()
        self.running = []
        for partition in PARTITIONS:
            self.rebalance(partition, told=False)

    def _note(self, finished: Finished) -> None:
        for partition, position in finished.positions.items():
            assert position >= self.acknowledged[partition], "a position went back"
            self.acknowledged[partition] = position

    @invariant()
    def nothing_acknowledged_is_unfinished(self) -> None:
        for partition in PARTITIONS:
            for delivery in self.held[partition]:
                offset = delivery.record.offset
                if offset < self.acknowledged[partition]:
                    assert (partition, offset) in self.done

    @invariant()
    def no_thread_runs_twice_at_once(self) -> None:
        threads = [job.thread_id for job in self.running]
        assert len(threads) == len(set(threads))

    @invariant()
    def what_was_taken_has_ended_or_is_in_hand(self) -> None:
        assert self.lanes.taken == self.lanes.ended.total() + self.lanes.records

    @invariant()
    def nothing_in_hand_is_forgotten(self) -> None:
        """What runs is in hand; when nothing runs, nothing waits: no lane starves."""
        assert self.lanes.records >= len(self.running)
        assert self.lanes.bytes == 10 * self.lanes.records
        if not self.running:
            assert self.lanes.records == 0

    @override
    def teardown(self) -> None:
        """Let everything end well: then all that was delivered is acknowledged."""
        for _ in range(1_000):
            self._deliver_all()
            if not self.running:
                break
            job = self.running.pop()
            self.done.add((job.partition, job.delivery.record.offset))
            following = self.lanes.end(job, finished=True)
            if following is not None:
                self.running.append(following)
        # A job that ended unfinished holds its prefix until it is delivered again.
        self.restart()
        self._deliver_all()
        while self.running:
            job = self.running.pop(0)
            self.done.add((job.partition, job.delivery.record.offset))
            following = self.lanes.end(job, finished=True)
            if following is not None:
                self.running.append(following)
        self._note(self.lanes.finished())
        for partition, log in self.held.items():
            if log:
                assert self.acknowledged[partition] == log[-1].record.offset + 1

    def _deliver_all(self) -> None:
        for partition in PARTITIONS:
            for delivery in self.held[partition][self.read[partition] :]:
                job = self.lanes.take(delivery)
                if job is not None:
                    self.running.append(job)
            self.read[partition] = len(self.held[partition])


TestLanes = LanesMachine.TestCase
TestLanes.settings = settings(max_examples=60, stateful_step_count=30)


def test_jobs_of_a_thread_run_in_the_order_they_were_delivered() -> None:
    lanes = Lanes()
    first = lanes.take(a_delivery("t", offset=0))
    assert first is not None
    assert lanes.take(a_delivery("t", offset=1)) is None
    assert lanes.take(a_delivery("t", offset=2)) is None

    second = lanes.end(first, finished=True)
    assert second is not None
    third = lanes.end(second, finished=True)

    assert third is not None
    assert [j.delivery.record.offset for j in (first, second, third)] == [0, 1, 2]
    assert lanes.end(third, finished=True) is None


def test_a_job_that_begins_is_awaited_by_those_behind_it() -> None:
    lanes = Lanes()
    first = lanes.take(a_delivery("t", offset=0))
    assert first is not None
    lanes.take(a_delivery("t", offset=2))
    lanes.take(a_delivery("t", offset=3))
    assert lanes.head(ThreadId("t")) is first

    second = lanes.end(first, finished=True)
    assert second is not None
    assert lanes.head(ThreadId("t")) is second
    third = lanes.end(second, finished=True)

    assert third is not None
    assert (second.progress.is_awaited, third.progress.is_awaited) == (True, False)


def test_revoking_one_partition_leaves_the_others_alone() -> None:
    lanes = Lanes()
    mine = lanes.take(a_delivery("a", partition=0, offset=4))
    other = lanes.take(a_delivery("b", partition=1, offset=7))
    assert mine is not None
    assert other is not None

    assert lanes.revoke({0}) == [mine]
    lanes.end(mine, finished=True)
    lanes.end(other, finished=True)

    assert (mine.revoked, other.revoked) == (True, False)
    assert lanes.finished() == Finished(offsets={1: (7,)}, positions={1: 8})


def test_in_hand_of_a_partition_is_what_runs_and_waits_and_is_still_ours() -> None:
    lanes = Lanes()
    for thread, offset in (("b", 1), ("a", 2), ("b", 3)):
        lanes.take(a_delivery(thread, offset=offset))
    gone = lanes.take(a_delivery("c", partition=1, offset=9))
    done = lanes.take(a_delivery("d", offset=4))
    assert done is not None
    assert gone is not None

    lanes.end(done, finished=True)
    lanes.revoke({1})

    assert [delivery.record.offset for delivery in lanes.unfinished(0)] == [1, 2, 3]
    assert lanes.unfinished(1) == ()
    assert lanes.partitions == (0,)


def test_stopping_drops_what_waits_and_still_counts_what_ends_well() -> None:
    lanes = Lanes()
    running = lanes.take(a_delivery("t", offset=0))
    lanes.take(a_delivery("t", offset=1))
    assert running is not None

    assert lanes.stop() == [running]
    assert lanes.end(running, finished=True) is None
    assert lanes.finished().positions == {0: 1}


def test_a_position_stands_before_the_first_unfinished_whatever_is_finished_behind_it() -> None:
    """Offsets have holes; the position is by delivered order."""
    prefix = FinishedPrefix()
    for offset in (3, 7, 8, 20):
        prefix.deliver(offset)

    positions = []
    for offset in (7, 20, 3, 8):
        prefix.finish(offset)
        positions.append(prefix.position)

    assert positions == [None, None, 8, 21]


def test_a_thread_id_names_the_lane() -> None:
    job = Job(a_delivery("t"), FinishedPrefix())

    assert (job.thread_id, job.partition, job.size) == (ThreadId("t"), 0, 10)
