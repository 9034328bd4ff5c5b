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
        self._under_way: dict[asyncio.Task[Any], float] = {}  # who sends, oldest first, since when
        self._watch: asyncio.TimerHandle | None = None
        self.is_over = False
        self.last_at = self._loop.time()

    async def send(self, text: str) -> bool:
        """Send a frame, once those before it are taken; say whether anybody is still told."""
        if self.is_over:
            return False
        message: Any = {"type": "websocket.send", "text": text}
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- an ASGI application is awaited by one
        self._under_way[task] = now = self._loop.time()
        if self._watch is None:
            # One for all frames: a time limit for each took a sixth of what a frame takes.
            self._watch = self._loop.call_at(now + self._not_taking, self._look)
        cancelling = task.cancelling()
        try:
            await self._socket.send(message)
        except asyncio.CancelledError:
            if task in self._under_way or task.uncancel() > cancelling:
                raise
            self._end(closings.TOO_SLOW)
        except (OSError, WebSocketDisconnect):  # gone; the first is what ASGI has for it
            self.is_over = True
        else:
            self._sockets.count_out()
            self.last_at = self._loop.time()
        finally:
            self._under_way.pop(task, None)
        return not self.is_over

    def _look(self) -> None:
        """Cancel whoever has been sending for too long."""
        self._watch = None
        now = self._loop.time()
        for task, since in [*self._under_way.items()]:
            if now - since >= self._not_taking:
                del self._under_way[task]  # by this it knows that it was done here
                self.is_over = True
                task.cancel()
        if self._under_way:
            oldest = next(iter(self._under_way.values()))
            self._watch = self._loop.call_at(oldest + self._not_taking, self._look)

    def close(self) -> None:
        """Watch nobody any more."""
        if self._watch:
            self._watch.cancel()
