"""The worker: what runs between opening and closing it."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.entrypoints.periodic import PASS_INTERVAL, repeated
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.worker.ahead import Ahead
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.stopping import StopCancelled

_log = structlog.get_logger(__name__)

READ_AGAIN = timedelta(seconds=1)


class WorkerService:
    """Reads, works and renews its claims; open while entered."""

    def __init__(
        self,
        *,
        engine: WorkerEngine,
        keep_claims: KeepClaims,
        apply_responses: ApplyResponses,
        ahead: Ahead,
        stop_cancelled: StopCancelled,
        readiness: Readiness,
    ) -> None:
        self._engine = engine
        self._keep_claims = keep_claims
        self._apply_responses = apply_responses
        self._ahead = ahead
        self._stop_cancelled = stop_cancelled
        self._readiness = readiness
        self._reading: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start to work."""
        for pass_ in (self._keep_claims, self._apply_responses.keep):
            await self._stack.enter_async_context(repeated(pass_, every=PASS_INTERVAL))
        await self._stack.enter_async_context(self._stop_cancelled)
        self._reading = asyncio.create_task(self._read())
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

    async def drain(self, budget: timedelta, *, reading_ends: bool = False) -> None:
        """Take nothing new, let what is in hand finish within *budget*, give the rest free.

        Calling it again finds nothing left to do.

        Args:
            budget: How long it may take.
            reading_ends: The source is closed: what it still holds is read within the budget.

        Raises:
            TransportError: What was finished could not be acknowledged; it is delivered again.
        """
        self._readiness.draining = True
        if self._reading is None:
            return
        self._ahead.hear_no_more()
        reading, self._reading = self._reading, None
        loop = asyncio.get_running_loop()
        end = loop.time() + budget.total_seconds()
        if reading_ends:
            await asyncio.wait({reading}, timeout=budget.total_seconds())
        reading.cancel()
        await asyncio.wait({reading})
        in_hand = self._engine.in_hand
        await self._engine.drain(timedelta(seconds=max(0.0, end - loop.time())))
        _log.info("worker_drained", in_hand=in_hand)

    async def _read(self) -> None:
        """Read until the source is closed; whatever breaks the reading, begin again."""
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
