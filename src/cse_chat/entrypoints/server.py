"""Serving HTTP until a signal: listen, say so, drain, close.

The first SIGTERM or SIGINT drains while the listener is still open: readiness and new questions
are answered 503, and whoever waits gets an answer. Only then connections end. A second signal
ends the process at once.
"""

import asyncio
import math
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from types import FrameType
from typing import Any

import structlog
import uvicorn
from typing_extensions import override

from cse_chat.entrypoints.connections import SlowReaders
from cse_chat.entrypoints.websocket_protocol import BoundedWebSocketProtocol

_log = structlog.get_logger(__name__)

_OF_CONNECTIONS = {
    # Bytes that the kernel takes for a client beyond what is on its way; by itself it takes 4 MB for
    # each one that does not read.
    "TCP_NOTSENT_LOWAT": 131_072,
    # Milliseconds after which a client that confirms nothing is gone; by itself 15 minutes.
    # Linux' own.
    "TCP_USER_TIMEOUT": 60_000,
}

MAX_WEBSOCKET_BYTES = 128 * 1024
"""Beyond it the protocol closes with its own 1009; the routes close earlier, with ours."""

PING = timedelta(seconds=20)
"""How often a peer is pinged, and how long it may take to answer."""


class CannotListenError(Exception):
    """The address cannot be listened on.

    Attributes:
        errno: Why; ``None`` where the system does not say.
    """

    def __init__(self, host: str, port: int, errno: int | None) -> None:
        super().__init__(f"cannot listen on {host} port {port}")
        self.host = host
        self.port = port
        self.errno = errno


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, so that a busy port is known before anything opens.

    Nobody can connect until the server is ready: only then it listens.

    Raises:
        CannotListenError: The port is taken, or the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListenError(host, port, error.errno) from error
    try:
        # Else the port stays taken for a minute after a restart.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for option in filter(partial(hasattr, socket), _OF_CONNECTIONS):  # they inherit it
            listener.setsockopt(
                socket.IPPROTO_TCP, getattr(socket, option), _OF_CONNECTIONS[option]
            )
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise CannotListenError(host, port, error.errno) from error
    return listener


def server_config(
    app: Callable[..., Any],
    *,
    graceful: timedelta,
    most_connections: int,
    slow_readers: SlowReaders | None = None,
) -> uvicorn.Config:
    """Return how uvicorn serves *app*, whose lifespan is the caller's business.

    Args:
        app: The ASGI application.
        graceful: How long connections may finish once the listener is closed.
        most_connections: Above it uvicorn itself answers 503, without any JSON: a last resort.
        slow_readers: Cuts the connections of clients that take nothing; counts them.
    """
    return uvicorn.Config(
        app,
        lifespan="off",
        http=(slow_readers or SlowReaders()).protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        ws=BoundedWebSocketProtocol,
        ws_max_size=MAX_WEBSOCKET_BYTES,
        ws_per_message_deflate=False,  # 50 KiB more for each connection
        ws_ping_interval=PING.total_seconds(),
        ws_ping_timeout=PING.total_seconds(),
        proxy_headers=False,  # nobody stands before us whose word we could take
        limit_concurrency=most_connections,
        timeout_graceful_shutdown=math.ceil(graceful.total_seconds()),
    )


class DrainingServer(uvicorn.Server):
    """A server that a signal drains before it closes, and that then ends without an error."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        ready: Callable[[], None],
        drain: Callable[[], Awaitable[None]],
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        """Store the arguments.

        Args:
            config: See `server_config`.
            ready: Called once, when connections are accepted.
            drain: Called once, at the first signal; the listener stays open until it returns.
            end_process: Called with an exit code at the second signal.
        """
        super().__init__(config)
        self._ready = ready
        self._drain = drain
        self._end_process = end_process
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None
        self._signalled = False

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        try:
            self._ready()
        except BaseException:
            # Nobody else would: uvicorn closes its listeners only once it has served, and uvloop
            # does not end while one is open.
            for server in self.servers:
                server.close()
            raise

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not uvicorn's own: that closes the listener at once, and raises the signal again at the
        # end, so that a clean end has exit code 143.
        if self._signalled:
            self._end_process(128 + sig)
        self._signalled = True
        if self._loop is None:  # nothing was served yet
            self.should_exit = True
        else:
            self._loop.call_soon_threadsafe(self._begin_to_drain, signal.Signals(sig).name)

    def _begin_to_drain(self, cause: str) -> None:
        _log.info("drain_started", cause=cause)
        self._draining = asyncio.create_task(self._drain_then_close())

    async def _drain_then_close(self) -> None:
        try:
            await self._drain()
        except Exception:  # noqa: BLE001 -- whatever it is, the process must still end
            _log.exception("drain_failed")
        finally:
            self.should_exit = True
