"""Litestar's Channels over Redis: ``python -m bench.contestants.channels <backend> <redis> <backlog>``.

Its own handlers, one WebSocket for each channel, behind the same uvicorn settings as the service's.
"""

import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.channels import ChannelsPlugin
from litestar.types import ASGIApp
from redis.asyncio import Redis

from bench.cluster import GATEWAY, REDIS, Cluster
from bench.contestants.face import serve
from bench.publishers import CHANNELS, backend_of
from bench.servers import Server
from bench.services import running

UNBOUNDED: Final = 0


@asynccontextmanager
async def opened(backend: str, url: str, backlog: int) -> AsyncGenerator[ASGIApp]:
    """Yield an application that sends what is published in a channel to whoever has its socket.

    Args:
        backend: See `backend_of`.
        url: Of Redis.
        backlog: How many messages may wait for a socket; 0 for any number, as is its default.
    """
    # By host and port: out of a URL the client makes one that never tries again, and after a restart
    # of Redis nobody would hear anything any more.
    where = urlsplit(url)
    async with Redis(host=where.hostname or "", port=where.port or 0) as redis:
        plugin = ChannelsPlugin(
            backend_of(backend, redis),
            # Subscribed before anybody comes: the first of several that come at once would else each
            # take a connection, of which one is read.
            channels=["anything"],
            arbitrary_channels_allowed=True,
            create_ws_route_handlers=True,
            ws_handler_base_path="/ws/chat",
            subscriber_max_backlog=backlog or None,
        )
        app = Litestar(plugins=[plugin], openapi_config=None, logging_config=None)
        async with app.lifespan():
            yield app


@contextmanager
def channels(
    cluster: Cluster, name: str, *, backend: str = CHANNELS, backlog: int = UNBOUNDED
) -> Iterator[Server]:
    """Start it, and yield it as a gateway called *name*; see `opened`."""
    module = "bench.contestants.channels"
    service = cluster.service(
        GATEWAY, sys.executable, "-m", module, backend, cluster.redis.url, str(backlog), of=name
    )
    with running([service]):
        yield cluster.server(name, [service], roles=(REDIS,))


if __name__ == "__main__":  # pragma: no cover - it serves until it is killed
    serve(opened(sys.argv[1], sys.argv[2], int(sys.argv[3])), graceful_seconds=1)
