"""Takes deliveries, works on them in lanes, and acknowledges what is finished."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing, suppress
from datetime import timedelta

import structlog

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.outcomes import Problem
from cse_chat.domain.ports.requests import RequestSource
from cse_chat.domain.use_cases.abandon_request import PROCESSING_FAILED
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.periodic import repeated
from cse_chat.entrypoints.worker.cancellation import is_being_stopped
from cse_chat.entrypoints.worker.interruptions import LONGEST, SHORTEST, Interruptions
from cse_chat.entrypoints.worker.lanes import Job, Lanes

_log = structlog.get_logger(__name__)

ACKNOWLEDGE_EVERY = timedelta(milliseconds=200)
FAULTS_BEFORE_GIVING_UP = 3
STOPPING = timedelta(seconds=0.9)  # a rebalance waits for us: it must end within a second


class WorkerEngine:
    """Runs what `Lanes` says, and tells the source what is finished.

    What is in hand is bounded, counted as unfinished deliveries and their bytes; a full window
    stops the reading until something has ended. Slots are not its business: a request that waits
    or backs off costs a task, not an agent's place.
    """

    def __init__(
        self,
        *,
        source: RequestSource,
        lanes: Lanes,
        process: Callable[[Delivery, Progress], Awaitable[None]],
        abandon: Callable[[Delivery, Problem], Awaitable[object]],
        hurry: Callable[[], None],
        window_records: int,
        window_bytes: int,
        pause: Callable[[timedelta], Awaitable[None]],
    ) -> None:
        self._source = source
        self._process = process
        self._abandon = abandon
        self._hurry = hurry
        self._window_records = window_records
        self._window_bytes = window_bytes
        self._pause = pause
        self._interruptions = Interruptions(pause)
        self._lanes = lanes
        self._tasks: dict[Job, asyncio.Task[None]] = {}
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._unacknowledged = Finished()
        self._acknowledging = asyncio.Lock()

    @property
    def in_hand(self) -> int:
        """How many deliveries are taken and have not ended."""
        return self._lanes.records

    async def run(self) -> None:
        """Take deliveries until the source is closed, or this is cancelled.

        It may be called again after an error: what was in hand is delivered again.
        """
        await self.revoked(self._lanes.partitions)
        async with (
            repeated(self.acknowledge, every=ACKNOWLEDGE_EVERY),
            aclosing(self._source.deliveries(self.revoked)) as deliveries,
        ):
            async for delivery in deliveries:
                job = self._lanes.take(delivery)
                if job is not None:
                    self._start(job)
                else:
                    self._wait_for(self._lanes.head(delivery.request.thread_id))
                if self._is_full():
                    self._has_room.clear()
                    await self._has_room.wait()

    async def acknowledge(self) -> None:
        """Tell the source what was finished since the last time.

        Raises:
            TransportError: It is told again with the next call.
        """
        await self._say(self._lanes.finished)

    async def _say(self, finished: Callable[[], Finished]) -> None:
        async with self._acknowledging:
            self._unacknowledged = self._unacknowledged.and_then(finished())
            if self._unacknowledged.offsets:
                await self._source.acknowledge(self._unacknowledged)
                self._unacknowledged = Finished()

    async def revoked(self, partitions: Collection[int]) -> None:
        """Give *partitions* free: see `RequestSource.deliveries`.

        Nothing more of theirs is started, and what waits for a slot or a claim is stopped. An agent
        that runs goes on under its claim and settles; only its offset is dropped.
        """
        # At once: what waits below may take longer than the partitions need to come back, and
        # what is delivered of them then is no longer what is given free here.
        finished = self._lanes.finished()
        running = self._lanes.revoke(partitions)
        try:
            await self._say(lambda: finished)
        except TransportError as error:
            _log.warning("acknowledging_failed", reason=error.slug)
        # What could not be said of them is repeated by their next reader, who finds it settled.
        self._unacknowledged = self._unacknowledged.without(partitions)
        await self._stop([job for job in running if not job.progress.answering])
        self._note_room()

    async def drain(self, budget: timedelta) -> None:
        """Let what is in hand finish within *budget*, then stop it; nobody may be reading.

        What is stopped gives its claim free and stays unacknowledged.

        Raises:
            TransportError: What was finished could not be acknowledged; it is delivered again.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(budget.total_seconds()):
                await self._is_idle.wait()
        await self._stop(self._lanes.stop())
        await self.acknowledge()

    def _wait_for(self, job: Job) -> None:
        """Have *job* finished soon: the log would let its response wait for others."""
        progress = job.progress
        if progress.is_finishing and not progress.is_awaited:
            self._hurry()
        progress.is_awaited = True

    def _start(self, job: Job) -> None:
        if not self._tasks:
            self._is_idle.clear()
        task = self._tasks[job] = asyncio.create_task(self._bring_to_end(job))
        task.add_done_callback(lambda task: self._ended(job, task))

    def _ended(self, job: Job, task: asyncio.Task[None]) -> None:
        del self._tasks[job]
        finished = not task.cancelled() and task.exception() is None
        following = self._lanes.end(job, finished=finished)
        if following is not None:
            self._start(following)
        elif not self._tasks:
            self._is_idle.set()
        self._note_room()

    async def _stop(self, jobs: Collection[Job]) -> None:
        # One may have ended while its partition's offsets were told.
        tasks = [self._tasks[job] for job in jobs if job in self._tasks]
        for task in tasks:
            task.cancel()
        if not tasks:
            return
        _, stubborn = await asyncio.wait(tasks, timeout=STOPPING.total_seconds())
        if stubborn:
            # Whoever they work for is told all the same: what they settle later comes second.
            _log.warning("stopping_overdue", jobs=len(stubborn))

    async def _bring_to_end(self, job: Job) -> None:
        """Process until nothing is left to do, whatever happens on the way."""
        delivery = job.delivery
        correlation_id = delivery.request.correlation_id
        faults = 0
        pause = SHORTEST
        # The context is this task's own: nothing has to be unbound.
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        while True:
            resting = self._pause
            try:
                if faults >= FAULTS_BEFORE_GIVING_UP:
                    await self._abandon(delivery, PROCESSING_FAILED)
                await self._process(delivery, job.progress)
            except TransportError as error:
                self._interruptions.tell(error)
                resting = self._interruptions.wait
            except (Exception, asyncio.CancelledError) as error:
                # One bad request must not end the others, nor a future that is not ours.
                if isinstance(error, asyncio.CancelledError) and is_being_stopped():
                    raise
                faults += 1
                _log.exception("processing_failed", faults=faults)
            else:
                self._interruptions.end()
                return
            await resting(pause)  # behind the errors: what they hold is not kept meanwhile
            pause = min(pause * 2, LONGEST)

    def _is_full(self) -> bool:
        lanes = self._lanes
        return lanes.records >= self._window_records or lanes.bytes >= self._window_bytes

    def _note_room(self) -> None:
        if not self._has_room.is_set() and not self._is_full():
            self._has_room.set()
