"""What goes out on one socket, one frame after the other, for as long as it is taken."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from cse_chat.entrypoints.http.pieces import pieces
from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.sockets import SocketLimits, Sockets
from cse_chat.entrypoints.websocket_protocol import frame_of


class Connection(Protocol):
    """What frames are written to: the server's own, past ASGI; see `websocket_protocol`."""

    def write(self, frames: bytes) -> bool:
        """Write whole frames, if the client took those before.

        Raises:
            OSError: It is gone.
        """
        ...

    async def taken(self) -> None:
        """Return once the client took what was written, or is gone."""
        ...


class Outgoing:
    """Sends; nothing is kept here, so whoever says much waits for whoever takes it.

    Attributes:
        is_over: Whether nothing more can be said.
        last_at: When the last frame was taken, by the loop's clock.
    """

    __slots__ = (
        "_connection",
        "_end",
        "_loop",
        "_not_taking",
        "_sockets",
        "_under_way",
        "_watch",
        "is_over",
        "last_at",
    )

    def __init__(
        self,
        connection: Connection,
        *,
        sockets: Sockets,
        limits: SocketLimits,
        end: Callable[[Closing], None],
    ) -> None:
        """Store the arguments.

        Args:
            connection: Of an accepted socket.
            sockets: Counts what is taken.
            limits: See there.
            end: Told when the client takes nothing more. That it is gone is found by whoever
                hears it, behind all that it said.
        """
        self._connection = connection
        self._sockets = sockets
        self._not_taking = limits.not_taking.total_seconds()
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[asyncio.Task[Any], float] = {}  # who sends, oldest first, since when
        self._watch: asyncio.TimerHandle | None = None
        self.is_over = False
        self.last_at = self._loop.time()

    async def send(self, *texts: bytes) -> bool:
        """Send a frame for each text, once those before are taken; say whether anybody is still told."""
        try:
            for frames in pieces(map(frame_of, texts)):
                while not (self.is_over or self._connection.write(frames)):
                    await self._taken()
        except OSError:  # gone
            self.is_over = True
        if self.is_over:
            return False
        self._sockets.count_out(len(texts))
        self.last_at = self._loop.time()
        return True

    async def _taken(self) -> None:
        """Wait until what was written is taken, but not for long."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- an ASGI application is awaited by one
        self._under_way[task] = now = self._loop.time()
        if self._watch is None:  # one for all who wait
            self._watch = self._loop.call_at(now + self._not_taking, self._look)
        cancelling = task.cancelling()
        try:
            await self._connection.taken()
        except asyncio.CancelledError:
            if task in self._under_way or task.uncancel() > cancelling:
                raise
            self._end(closings.TOO_SLOW)
        finally:
            self._under_way.pop(task, None)

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
