"""Opening a WebSocket; imported when one is opened, because the library takes 50 ms to load."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from typing_extensions import override
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, WebSocketException

from cse_chat.client.events import MOST_BYTES
from cse_chat.client.gateways import Gateway
from cse_chat.client.interruptions import BlockedWayError
from cse_chat.client.sockets import ClosedSocketError

_SUBPROTOCOL: Final[Any] = "cse-chat.v1"
_CLOSING_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)
_log.setLevel(logging.INFO)  # below, the library logs every frame, and what people say is in them


@asynccontextmanager
async def dialled(
    gateway: Gateway, thread_id: str, *, within: timedelta
) -> AsyncGenerator["OpenSocket"]:
    """See `Dial`."""
    try:
        connection = await _Connecting(
            gateway.socket_url(thread_id),
            subprotocols=[_SUBPROTOCOL],
            compression=None,
            proxy=None if gateway.is_direct else True,
            open_timeout=within.total_seconds(),
            ping_interval=None,  # whoever reads asks for signs of life, in frames
            close_timeout=_CLOSING_SECONDS,
            max_size=MOST_BYTES,
            logger=_log,
            ssl=gateway.tls,
        )
    except TimeoutError as error:
        raise BlockedWayError("no socket is opened, and none refused") from error
    except (OSError, InvalidMessage) as error:  # the connection broke, by chance or on purpose
        raise BlockedWayError(f"no socket: {error}", is_certain=False) from error
    except (WebSocketException, ImportError) as error:  # or a proxy that needs another package
        raise BlockedWayError(f"no socket: {error}") from error
    try:
        # Without it, every frame of ours would be taken for the text of a question.
        if connection.subprotocol != _SUBPROTOCOL:
            raise BlockedWayError("a socket that does not speak our protocol")
        yield OpenSocket(connection)
    finally:
        try:
            await connection.close()
        finally:
            connection.transport.abort()  # whoever is cancelled again, while closing, leaves nothing


class OpenSocket:
    """See `Socket`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, frame: bytes) -> None:
        """See `Socket.send`."""
        try:
            await self._connection.send(frame, text=True)
        except ConnectionClosed as closed:
            raise ClosedSocketError(_code_of(closed)) from closed

    async def receive(self) -> bytes:
        """See `Socket.receive`."""
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as closed:
            raise ClosedSocketError(_code_of(closed)) from closed


class _Connecting(connect):
    """Goes nowhere else: neither do requests, and what redirects a socket is no gateway."""

    @override
    def process_redirect(self, exc: Exception) -> Exception:
        return exc


def _code_of(closed: ConnectionClosed) -> int | None:
    """Return why it is closed: what the other side says, else what we say about it."""
    close = closed.rcvd or closed.sent
    return close.code if close else None
