"""One log line a request or socket: what was asked of us, how it ended and how long it took."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from cse_chat.entrypoints.http.exchanges import (
    close_code_of,
    correlation_id_of,
    request_id_of,
    status_of,
)


class AccessLog:
    """Inside of the `Envelope`, which names the exchange and watches what is sent.

    It logs the template of the route, never the address: ids in it belong into fields of their
    own, and a query may hold anything.
    """

    def __init__(self, app: ASGIApp, *, monotonic: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._monotonic = monotonic
        # Bound once, for a lazy logger is put together again for every line.
        self._log = structlog.get_logger(__name__).bind()
        self._responses: Counter[tuple[str | None, int | None]] = Counter()

    def responses(self) -> Mapping[tuple[str, str], int]:
        """Return how many there were, by the template of the route and the status."""
        return {
            (route or "none", str(status or 0)): count
            for (route, status), count in self._responses.items()
        }

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection."""
        if scope["type"] != ScopeType.HTTP:
            return self._serve_socket(scope, receive, send)
        return self._serve_request(scope, receive, send)

    async def _serve_request(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = self._monotonic()
        tokens = bind_contextvars(request_id=request_id_of(scope))
        try:
            await self._app(scope, receive, send)
        finally:
            took = self._monotonic() - started
            self._responses[scope.get("path_template"), status_of(scope)] += 1
            # What was answered is written at the end of this turn of the loop: the line waits for it.
            _soon(partial(self._tell, scope, took))
            reset_contextvars(**tokens)

    def _tell(self, scope: HTTPScope, took: float) -> None:
        self._log.info(
            "http_request",
            method=scope["method"],
            route=scope.get("path_template"),
            status=status_of(scope),
            duration_ms=round(took * 1000, 3),
            correlation_id=correlation_id_of(scope),
        )

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = self._monotonic()
        tokens = bind_contextvars(request_id=request_id_of(scope))
        try:
            await self._app(scope, receive, send)
        finally:
            self._log.info(
                "websocket_closed",
                route=scope.get("path_template"),
                status=status_of(scope),
                code=close_code_of(scope),
                duration_ms=round((self._monotonic() - started) * 1000, 3),
            )
            reset_contextvars(**tokens)


def _soon(tell: Callable[[], None]) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # it has ended, and left a request behind
        tell()
    else:
        loop.call_soon(tell)
