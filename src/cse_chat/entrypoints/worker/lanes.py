"""What a worker has in hand, and what of it may run: state alone, no tasks."""

from collections import Counter, deque
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import takewhile
from typing import Final

from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.worker.prefixes import FinishedPrefix

RELEASED: Final = "released"


class Job:
    """A delivery in hand.

    Attributes:
        thread_id: The lane it belongs to.
        progress: How far processing it is.
        is_running: Whether it was begun; those behind it in its lane may wait.
        is_settled: Whether those behind it need to wait no more: what is left to do is its tail.
        revoked: Whether its partition is another's: then its offset is nobody's business here.
    """

    __slots__ = (
        "_prefix",
        "delivery",
        "is_running",
        "is_settled",
        "progress",
        "revoked",
        "size",
        "thread_id",
    )

    def __init__(self, delivery: Delivery, prefix: FinishedPrefix) -> None:
        self.delivery = delivery
        self.thread_id: ThreadId = delivery.request.thread_id
        self.size = len(delivery.record.value or b"")
        self.progress = Progress()
        self.is_running = False
        self.is_settled = False
        self.revoked = False
        self._prefix = prefix

    @property
    def partition(self) -> int:
        """Where it came from."""
        return self.delivery.record.partition

    def finish(self) -> None:
        """Count its offset as finished."""
        self._prefix.finish(self.delivery.record.offset)


class Lanes:
    """One lane for each thread with work; its first job runs, the others wait behind it.

    One that is settled lets the next one run, and leaves when its tail is finished. A job whose partition was revoked while it ran keeps its lane until it ends, so that the same
    request, delivered again, waits for that run and then finds it settled.
    """

    def __init__(self) -> None:
        self._lanes: dict[ThreadId, deque[Job]] = {}
        self._prefixes: dict[int, FinishedPrefix] = {}
        self._finished: dict[int, list[int]] = {}
        self.records = 0
        """Jobs that have not ended: unfinished ones, not the span behind a slow one."""
        self.bytes = 0
        """The size of their records."""
        self.taken = 0
        """All that were taken: those that have not ended, and those that have."""
        self.ended: Counter[str] = Counter()
        """These, by `Progress.ended`, or ``released`` when they are for another to finish."""

    def __len__(self) -> int:
        """Return how many threads have work."""
        return len(self._lanes)

    @property
    def oldest_asked_at(self) -> datetime | None:
        """When the oldest of what is in hand was asked; ``None`` when nothing is."""
        # The first of a lane was asked before those behind it.
        heads = (lane[0].delivery.request.asked_at for lane in self._lanes.values())
        return min(heads, default=None)

    @property
    def partitions(self) -> tuple[int, ...]:
        """Where deliveries came from that are still ours."""
        return tuple(self._prefixes)

    def unfinished(self, partition: int) -> tuple[Delivery, ...]:
        """Return what is in hand of *partition*, in its order."""
        deliveries = [
            job.delivery
            for lane in self._lanes.values()
            for job in lane
            if job.partition == partition and not job.revoked
        ]
        return tuple(sorted(deliveries, key=lambda delivery: delivery.record.offset))

    def take(self, delivery: Delivery) -> Job | None:
        """Put *delivery* in hand; return its job if it is to run now."""
        record = delivery.record
        prefix = self._prefixes.setdefault(record.partition, FinishedPrefix())
        prefix.deliver(record.offset)
        job = Job(delivery, prefix)
        self.records += 1
        self.taken += 1
        self.bytes += job.size
        lane = self._lanes.setdefault(job.thread_id, deque())
        lane.append(job)
        return _next_of(lane)

    def settle(self, job: Job) -> Job | None:
        """Let a running *job* hold up its lane no longer; return the one that is to run now.

        It may be said again, and then changes nothing.
        """
        job.is_settled = True
        return _next_of(self._lanes[job.thread_id])

    def before(self, job: Job) -> Job | None:
        """Return the job that is before a running *job* in its lane: its tail is not finished."""
        earlier = takewhile(lambda other: other is not job, self._lanes[job.thread_id])
        return next(reversed(tuple(earlier)), None)

    def end(self, job: Job, *, finished: bool) -> Job | None:
        """Take a running *job* out of its lane; return the next one, which is to run now.

        Args:
            job: It was running.
            finished: Whether nothing is left to do for it; else it is delivered again, some day.
        """
        lane = self._lanes[job.thread_id]
        lane.remove(job)
        self._leave(job, job.progress.ended if finished else RELEASED)
        if finished and not job.revoked:
            job.finish()
            self._finished.setdefault(job.partition, []).append(job.delivery.record.offset)
        if not lane:
            del self._lanes[job.thread_id]
        return _next_of(lane)

    def revoke(self, partitions: Collection[int]) -> list[Job]:
        """Drop what waits of *partitions*; return the jobs of theirs that run.

        Ask for `finished` first: what is finished of them is forgotten.
        """
        for partition in partitions:
            self._prefixes.pop(partition, None)
            self._finished.pop(partition, None)
        running = self._drop(lambda job: job.partition in partitions)
        for job in running:
            job.revoked = True
        return running

    def stop(self) -> list[Job]:
        """Drop everything that waits; return what runs."""
        return self._drop(lambda _: True)

    def finished(self) -> Finished:
        """Return what was finished since the last time, and how far each partition is."""
        offsets = {partition: tuple(found) for partition, found in self._finished.items()}
        self._finished.clear()
        positions = {
            partition: prefix.position
            for partition, prefix in self._prefixes.items()
            if prefix.position is not None and partition in offsets
        }
        return Finished(offsets=offsets, positions=positions)

    def _drop(self, concerns: Callable[[Job], bool]) -> list[Job]:
        """Drop the waiting jobs that *concerns* takes; return the running ones it takes."""
        running = []
        for thread_id, lane in self._lanes.items():
            concerned = [job for job in lane if concerns(job)]
            running += [job for job in concerned if job.is_running]
            waiting = {job for job in concerned if not job.is_running}
            for job in waiting:
                self._leave(job, RELEASED)
            self._lanes[thread_id] = deque(job for job in lane if job not in waiting)
        return running

    def _leave(self, job: Job, how: str) -> None:
        self.records -= 1
        self.bytes -= job.size
        self.ended[how] += 1


def _next_of(lane: deque[Job]) -> Job | None:
    """Return the job of *lane* that is to run now, which is begun thereby."""
    for job in lane:
        if not job.is_running:
            job.is_running = True
            return job
        if not job.is_settled:
            break
    return None
