"""What a worker has in hand, and what of it may run: state alone, no tasks."""

from collections import Counter, deque
from collections.abc import Callable, Collection
from datetime import datetime
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
        revoked: Whether its partition is another's: then its offset is nobody's business here.
    """

    __slots__ = ("_prefix", "delivery", "progress", "revoked", "size", "thread_id")

    def __init__(self, delivery: Delivery, prefix: FinishedPrefix) -> None:
        self.delivery = delivery
        self.thread_id: ThreadId = delivery.request.thread_id
        self.size = len(delivery.record.value or b"")
        self.progress = Progress()
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

    A job whose partition was revoked while it ran keeps its lane until it ends, so that the same
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
        lane = self._lanes.get(job.thread_id)
        if lane is not None:
            lane.append(job)
            return None
        self._lanes[job.thread_id] = deque([job])
        return job

    def end(self, job: Job, *, finished: bool) -> Job | None:
        """Take a running *job* out of its lane; return the next one, which is to run now.

        Args:
            job: It was running.
            finished: Whether nothing is left to do for it; else it is delivered again, some day.
        """
        lane = self._lanes[job.thread_id]
        lane.popleft()
        self._leave(job, job.progress.ended if finished else RELEASED)
        if finished and not job.revoked:
            job.finish()
            self._finished.setdefault(job.partition, []).append(job.delivery.record.offset)
        if lane:
            lane[0].progress.is_awaited = len(lane) > 1
            return lane[0]
        del self._lanes[job.thread_id]
        return None

    def head(self, thread_id: ThreadId) -> Job:
        """Return what runs of a thread with work."""
        return self._lanes[thread_id][0]

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
        for thread_id, (head, *waiting) in list(self._lanes.items()):
            for job in filter(concerns, waiting):
                self._leave(job, RELEASED)
            self._lanes[thread_id] = deque([head, *(j for j in waiting if not concerns(j))])
            if concerns(head):
                running.append(head)
        return running

    def _leave(self, job: Job, how: str) -> None:
        self.records -= 1
        self.bytes -= job.size
        self.ended[how] += 1
