"""Requests that have still to be made known, because the server was away when it was time."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Self

import structlog

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest

_log = structlog.get_logger(__name__)

Register = Callable[[ChatRequest, Durability], Awaitable[object]]
_BATCH = 256


class Registrations:
    """Repeats what could not be written, until it is; and again what a new server may have lost.

    Args:
        register: Makes one request known, if it is not.
        most: How many requests are kept; beyond it the oldest are left to the worker, which
            makes a request known when it claims it.
        remembered_for: How far back a server that was started anew may have lost what it had
            acknowledged.
        every: How often it is tried.
    """

    def __init__(
        self,
        register: Register,
        *,
        most: int = 10_000,
        remembered_for: timedelta = timedelta(seconds=60),
        every: timedelta = timedelta(milliseconds=500),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._register = register
        self._most = most
        self._remembered_for = remembered_for.total_seconds()
        self._every = every.total_seconds()
        self._monotonic = monotonic
        self._pending: OrderedDict[CorrelationId, tuple[ChatRequest, Durability]] = OrderedDict()
        self._written: deque[tuple[float, ChatRequest, Durability]] = deque(maxlen=most)
        self._repeating: asyncio.Task[None] | None = None
        self._there_are_some = asyncio.Event()
        self.refused = 0
        """How many turned out to be another's, say, when they could be written at last."""
        self.dropped = 0
        """How many were given up because too many were kept."""

    def __len__(self) -> int:
        """Return how many are still to be written."""
        return len(self._pending)

    async def __aenter__(self) -> Self:
        """Begin to repeat."""
        self._repeating = asyncio.create_task(self._repeat())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what is still kept is lost with the process, and the worker makes it known."""
        if self._repeating is not None:
            self._repeating.cancel()
            await asyncio.wait([self._repeating])

    def entry(self, correlation_id: CorrelationId) -> Entry | None:
        """Return what is to be written of a request; ``None``: nothing is."""
        kept = self._pending.get(correlation_id)
        if kept is None:
            return None
        request, durability = kept
        return Entry(
            correlation_id=correlation_id,
            thread_id=request.thread_id,
            user_id=request.user_id,
            status=Status.ACCEPTED,
            deadline=request.deadline,
            durability=durability,
            settlement=None,
        )

    def asked(self, correlation_id: CorrelationId) -> Turn | None:
        """Return the user's turn of what is to be written of a request; ``None``: nothing is."""
        kept = self._pending.get(correlation_id)
        return Turn.asking(kept[0]) if kept else None

    def keep(self, request: ChatRequest, durability: Durability) -> None:
        """Write it as soon as that is possible."""
        self._pending[request.correlation_id] = (request, durability)
        if len(self._pending) > self._most:
            dropped, _ = self._pending.popitem(last=False)
            self.dropped += 1
            _log.warning("registration_dropped", correlation_id=dropped)
        self._there_are_some.set()

    def written(self, request: ChatRequest, durability: Durability) -> None:
        """Remember it for as long as a new server may not have it."""
        now = self._monotonic()
        self._written.append((now, request, durability))
        self._forget(now)

    def again(self) -> None:
        """Write once more what was written lately: the server is another."""
        self._forget(self._monotonic())
        for _, request, durability in self._written:
            self.keep(request, durability)
        self._written.clear()

    def _forget(self, now: float) -> None:
        while self._written and self._written[0][0] <= now - self._remembered_for:
            self._written.popleft()

    async def _repeat(self) -> None:
        while True:
            await self._there_are_some.wait()
            await self._write_all()
            if self._pending:
                await asyncio.sleep(self._every)
            else:
                self._there_are_some.clear()

    async def _write_all(self) -> None:
        """Write in batches, until all is written or the server is away."""
        while self._pending:
            batch = list(self._pending.values())[:_BATCH]
            results = await asyncio.gather(
                *(self._register(*kept) for kept in batch), return_exceptions=True
            )
            for (request, durability), result in zip(batch, results, strict=True):
                if isinstance(result, TransportError):
                    continue
                self._pending.pop(request.correlation_id, None)
                if not isinstance(result, BaseException):
                    self.written(request, durability)
                else:
                    self.refused += 1
                    _log.warning(
                        "registration_refused",
                        correlation_id=request.correlation_id,
                        error=getattr(result, "slug", type(result).__name__),
                    )
            if any(isinstance(result, TransportError) for result in results):
                return
