"""What is written to a connection in one turn of the event loop, written at its end."""

import asyncio
from typing import Any, Final

from typing_extensions import override

MOST_WAITING: Final = 64 * 1024  # bytes: as much as a transport takes before it pauses its writer


class GatheringTransport(asyncio.Transport):
    """A transport whose writes go together, once everybody whose turn it is has had it.

    Each write wakes who reads it, who may take the processor from whoever wrote: answers that come
    together would go one by one, head and body apart, with another process running in between.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.inner = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._is_over = False

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not data:
            return
        if self._is_over:
            self.inner.write(data)
            return
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(bytes(data))
        self._waiting_bytes += len(data)
        if self._waiting_bytes > MOST_WAITING:  # who writes on and on is to be paused
            self.flush()

    def flush(self) -> None:
        """Write what waits now; to a connection that is lost, nothing."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if waiting and not self.inner.is_closing():
            self.inner.write(b"".join(waiting))

    def gather_no_more(self) -> None:
        """Write what waits, and all that comes at once: others write to the connection, too."""
        self.flush()
        self._is_over = True

    @override
    def close(self) -> None:
        self.flush()
        self.inner.close()

    @override
    def abort(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0
        self.inner.abort()

    @override
    def get_write_buffer_size(self) -> int:
        return self._waiting_bytes + self.inner.get_write_buffer_size()

    @override
    def is_closing(self) -> bool:
        return self.inner.is_closing()

    @override
    def pause_reading(self) -> None:
        self.inner.pause_reading()

    @override
    def resume_reading(self) -> None:
        self.inner.resume_reading()

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.inner.get_extra_info(name, default)
