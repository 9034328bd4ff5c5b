"""Takes deliveries, works on them in lanes, and acknowledges what is finished."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

import structlog

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Problem
from cse_chat.domain.ports.requests import Delivery, RequestSource
from cse_chat.domain.use_cases.abandon_request import PROCESSING_FAILED

_log = structlog.get_logger(__name__)

FAULTS_BEFORE_GIVING_UP = 3
LONGEST_PAUSE = timedelta(seconds=30)
FIRST_PAUSE = timedelta(milliseconds=500)


class WorkerEngine:
    """One lane for each thread with work, in delivered order; lanes do not wait for each other.

    What is in hand is bounded, counted as unfinished deliveries and their bytes; a full window
    stops the reading until something is finished. Slots are not its business: a lane whose
    request waits or backs off costs a task, not an agent's place.
    """

    def __init__(
        self,
        *,
        source: RequestSource,
        process: Callable[[Delivery], Awaitable[None]],
        abandon: Callable[[Delivery, Problem], Awaitable[object]],
        window_records: int,
        window_bytes: int,
        pause: Callable[[timedelta], Awaitable[None]],
    ) -> None:
        self._source = source
        self._process = process
        self._abandon = abandon
        self._window_records = window_records
        self._window_bytes = window_bytes
        self._pause = pause
        self._lanes: dict[ThreadId, deque[Delivery]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._records = 0
        self._bytes = 0
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def in_hand(self) -> int:
        """How many deliveries are taken and not finished."""
        return self._records

    async def run(self) -> None:
        """Take deliveries until the source is closed, or this is cancelled."""
        async with aclosing(self._source.deliveries()) as deliveries:
            async for delivery in deliveries:
                self._take(delivery)
                await self._has_room.wait()

    async def drain(self, budget: timedelta) -> None:
        """Let what is in hand finish within *budget*, then stop it; nobody may be reading.

        What is stopped gives its claim free and stays unacknowledged.
        """
        if self._workers:
            await asyncio.wait(self._workers, timeout=budget.total_seconds())
        stopped = tuple(self._workers)
        for worker in stopped:
            worker.cancel()
        await asyncio.gather(*stopped, return_exceptions=True)

    def _take(self, delivery: Delivery) -> None:
        self._count(delivery, 1)
        lane = self._lanes.get(delivery.request.thread_id)
        if lane is not None:
            lane.append(delivery)
            return
        lane = self._lanes[delivery.request.thread_id] = deque([delivery])
        worker = asyncio.create_task(self._work(delivery.request.thread_id, lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, thread_id: ThreadId, lane: deque[Delivery]) -> None:
        try:
            while lane:
                await self._bring_to_end(lane[0])
                self._count(lane.popleft(), -1)
        finally:
            for delivery in lane:
                self._count(delivery, -1)
            del self._lanes[thread_id]

    async def _bring_to_end(self, delivery: Delivery) -> None:
        """Process until it is finished, then acknowledge: last, so that a crash redelivers."""
        request = delivery.request
        faults = 0
        pause = FIRST_PAUSE
        context = structlog.contextvars.bound_contextvars(correlation_id=request.correlation_id)
        with context:
            while True:
                try:
                    if faults == FAULTS_BEFORE_GIVING_UP:
                        await self._abandon(delivery, PROCESSING_FAILED)
                    await self._process(delivery)
                    await delivery.done()
                except TransportError as error:
                    _log.warning("processing_interrupted", reason=error.slug)
                except Exception:  # noqa: BLE001 - one bad request must not end the others
                    faults += 1
                    _log.exception("processing_failed", faults=faults)
                else:
                    return
                await self._pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _count(self, delivery: Delivery, sign: int) -> None:
        self._records += sign
        self._bytes += sign * len(delivery.record.value or b"")
        if self._records < self._window_records and self._bytes < self._window_bytes:
            self._has_room.set()
        else:
            self._has_room.clear()
