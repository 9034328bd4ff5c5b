"""A handler that does nothing but wait: ``python -m bench.contestants.sleeping``.

Litestar parses the same body as the service does and sleeps, behind the same uvicorn settings.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from litestar import Litestar, get, post
from litestar.params import JSONBody
from litestar.types import ASGIApp

from bench.contestants.face import AskBody, serve
from bench.servers import Server, serving

SLEEPING: Final = "bare"
_LONG: Final = 3_600  # seconds


def create_app() -> Litestar:
    """Return an application that answers no question, and says that it lives."""

    @post("/api/chat")
    async def send(data: JSONBody[AskBody]) -> None:  # noqa: ARG001 -- parsed, as the service does
        await asyncio.sleep(_LONG)

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "live"}

    return Litestar([send, live], openapi_config=None, logging_config=None)


@asynccontextmanager
async def opened() -> AsyncGenerator[ASGIApp]:
    """Yield the application."""
    yield create_app()


@contextmanager
def sleeping() -> Iterator[Server]:
    """Return it, running."""
    with serving(SLEEPING, [sys.executable, "-m", "bench.contestants.sleeping"], expected="") as it:
        yield it


if __name__ == "__main__":  # pragma: no cover - it serves until a signal
    serve(opened(), graceful_seconds=1)  # nobody would be answered sooner or later
