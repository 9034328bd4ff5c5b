"""What goes out on one socket, one frame after the other, for as long as it is taken."""

import asyncio
from collections.abc import Callable
from typing import Any

from litestar.connection import WebSocket
from litestar.exceptions import WebSocketDisconnect

from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.sockets import SocketLimits, Sockets


class Outgoing:
    """Sends; nothing is kept here, so whoever says much waits for whoever takes it.

    Attributes:
        is_over: Whether nothing more can be said.
        last_at: When the last frame was taken, by the loop's clock.
    """

    def __init__(
        self,
        socket: WebSocket[Any, Any, Any],
        *,
        sockets: Sockets,
        limits: SocketLimits,
        end: Callable[[Closing], None],
    ) -> None:
        """Store the arguments.

        Args:
            socket: Accepted.
            sockets: Counts what is taken.
            limits: See there.
            end: Told when the client takes nothing more. That it is gone is found by whoever
                hears it, behind all that it said.
        """
        self._socket = socket
        self._sockets = sockets
        self._not_taking = limits.not_taking.total_seconds()
        self._end = end
        self._loop = asyncio.get_running_loop()
        self.is_over = False
        self.last_at = self._loop.time()

    async def send(self, text: str) -> bool:
        """Send a frame, once those before it are taken; say whether anybody is still told."""
        if self.is_over:
            return False
        message: Any = {"type": "websocket.send", "text": text}
        try:
            async with asyncio.timeout(self._not_taking):
                await self._socket.send(message)
        except TimeoutError:
            self.is_over = True
            self._end(closings.TOO_SLOW)
        except (OSError, WebSocketDisconnect):  # gone; the first is what ASGI has for it
            self.is_over = True
        else:
            self._sockets.count_out()
            self.last_at = self._loop.time()
        return not self.is_over
