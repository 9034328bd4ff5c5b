"""How tests talk to the gateway."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from httpx import ASGITransport, AsyncClient
from litestar import Litestar


@asynccontextmanager
async def client_of(app: Litestar) -> AsyncGenerator[AsyncClient]:
    """Serve *app*, opened, in the test's own event loop.

    Litestar's ``AsyncTestClient`` runs it in the loop of another thread and blocks this one until
    the response is complete, so nothing here could play the agent.
    """
    # The cast: Litestar types ASGI messages more narrowly than httpx does.
    transport = ASGITransport(cast("Any", app))
    gateway = AsyncClient(transport=transport, base_url="http://gateway")
    async with app.lifespan(), gateway as client:
        yield client
