"""A WebSocket that only receives: ``python -m bench.contestants.receiving``.

What Litestar and uvicorn themselves hold for one that is open, behind the same uvicorn settings as
the service's.
"""

import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from litestar import Litestar, get, websocket
from litestar.connection import WebSocket
from litestar.types import ASGIApp

from bench.contestants.face import serve
from bench.servers import Server, serving

RECEIVING: Final = "bare"


def create_app() -> Litestar:
    """Return an application that takes whatever is said, and says that it lives."""

    @websocket("/ws/chat/{thread_id:str}")
    async def receive(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "live"}

    return Litestar([receive, live], openapi_config=None, logging_config=None)


@asynccontextmanager
async def opened() -> AsyncGenerator[ASGIApp]:
    """Yield the application."""
    yield create_app()


@contextmanager
def receiving() -> Iterator[Server]:
    """Return it, running."""
    command = [sys.executable, "-m", "bench.contestants.receiving"]
    with serving(RECEIVING, command, expected="") as server:
        yield server


if __name__ == "__main__":  # pragma: no cover - it serves until a signal
    serve(opened(), graceful_seconds=1)
