"""Gateway and worker in one process: what runs between opening and closing it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from cse_chat.adapters.memory.requests import InMemoryRequestLog
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.outcomes import Problem
from cse_chat.domain.use_cases.abandon_request import SHUTTING_DOWN
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.periodic import repeated

_log = structlog.get_logger(__name__)

PASS_INTERVAL = timedelta(milliseconds=500)
READ_AGAIN = timedelta(seconds=1)


class EmbeddedService:
    """The worker and the periodic passes; open while entered.

    Memory does not outlive the process: what `drain` cannot finish is settled `failed`, so that
    nobody waits for an answer that cannot come.
    """

    def __init__(
        self,
        *,
        log: InMemoryRequestLog,
        engine: WorkerEngine,
        keep_claims: KeepClaims,
        sweep_replies: SweepReplies,
        abandon: Callable[[Delivery, Problem], Awaitable[object]],
        readiness: Readiness,
    ) -> None:
        self._log = log
        self._engine = engine
        self._keep_claims = keep_claims
        self._sweep_replies = sweep_replies
        self._abandon = abandon
        self._readiness = readiness
        self._reading: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start to work."""
        await self._stack.enter_async_context(repeated(self._keep_claims, every=PASS_INTERVAL))
        await self._stack.enter_async_context(repeated(self._sweep_replies, every=PASS_INTERVAL))
        self._reading = asyncio.create_task(self._read())
        self._readiness.started = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop at once what `drain` did not."""
        await self.drain(timedelta(0))
        await self._stack.aclose()

    async def drain(self, budget: timedelta) -> None:
        """Take nothing new, finish what is possible within *budget*, settle and tell the rest.

        Calling it again finds nothing left to do.
        """
        self._readiness.draining = True
        self._log.close()
        if self._reading is None:
            return
        reading, self._reading = self._reading, None
        loop = asyncio.get_running_loop()
        end = loop.time() + budget.total_seconds()
        await asyncio.wait({reading}, timeout=budget.total_seconds())
        reading.cancel()
        await asyncio.wait({reading})
        try:
            await self._engine.drain(timedelta(seconds=max(0.0, end - loop.time())))
        finally:
            unfinished = await self._log.unfinished()
            for delivery in unfinished:
                await self._abandon(delivery, SHUTTING_DOWN)
            _log.info("drained", abandoned=len(unfinished))

    async def _read(self) -> None:
        """Read until the log is closed; whatever breaks the reading, begin again."""
        while True:
            try:
                await self._engine.run()
            except Exception:  # noqa: BLE001 - without a reader nothing would be answered any more
                self._readiness.reading = False
                _log.exception("reading_failed")
                await asyncio.sleep(READ_AGAIN.total_seconds())
                self._readiness.reading = True
            else:
                return
