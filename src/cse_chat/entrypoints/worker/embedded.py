"""A worker over a log that ends with the process: nobody else will answer what it leaves."""

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
from cse_chat.entrypoints.worker.service import WorkerService

_log = structlog.get_logger(__name__)


class EmbeddedService:
    """The worker; open while entered.

    Memory does not outlive the process: what `drain` cannot finish is settled `failed`, so that
    nobody waits for an answer that cannot come.
    """

    def __init__(
        self,
        *,
        log: InMemoryRequestLog,
        worker: WorkerService,
        abandon: Callable[[Delivery, Problem], Awaitable[object]],
    ) -> None:
        self._log = log
        self._worker = worker
        self._abandon = abandon
        self._stack = AsyncExitStack()
        self._drained = False

    async def __aenter__(self) -> Self:
        """Start to work."""
        await self._stack.enter_async_context(self._worker)
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
        self._log.close()
        if self._drained:
            return
        self._drained = True
        try:
            await self._worker.drain(budget, reading_ends=True)
        finally:
            unfinished = await self._log.unfinished()
            for delivery in unfinished:
                await self._abandon(delivery, SHUTTING_DOWN)
            _log.info("drained", abandoned=len(unfinished))
