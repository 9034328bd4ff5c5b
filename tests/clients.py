"""How tests talk to the gateway."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import uvicorn
from httpx import ASGITransport, AsyncClient
from litestar import Litestar

from cse_chat.entrypoints.server import PING, server_config
from tests.waiting import until


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


@asynccontextmanager
async def listening(app: Litestar, *, port: int = 0) -> AsyncGenerator[str]:
    """Serve *app* by uvicorn on this machine, in the test's own loop; give its URL.

    Args:
        app: What is served.
        port: 0 takes a free one.
    """
    async with serving(app, port=port) as server:
        yield url_of(server)


@asynccontextmanager
async def serving(
    app: Litestar, *, port: int = 0, ping: timedelta = PING
) -> AsyncGenerator[uvicorn.Server]:
    """Serve *app* as `listening` does; give the server."""
    config = server_config(app, graceful=timedelta(seconds=1), most_connections=10_000)
    config.port = port
    config.ws_ping_interval = config.ws_ping_timeout = ping.total_seconds()
    server = uvicorn.Server(config)
    async with app.lifespan():
        running = asyncio.create_task(server.serve())
        try:
            await until(lambda: server.started)
            yield server
        finally:
            server.should_exit = True
            await running


def url_of(server: uvicorn.Server) -> str:
    """Return where *server* listens."""
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
