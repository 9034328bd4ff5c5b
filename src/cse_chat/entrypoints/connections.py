"""Connections whose client does not read: what waits for it is bounded, and so is how long."""

import asyncio
from datetime import timedelta
from typing import Any, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class SlowReaders:
    """Cuts connections that take nothing of what was written to them; makes them all.

    Only here: an application cannot. Its `send` waits while 64 KiB are unread, and closing a
    connection politely would wait for the same reader.

    Attributes:
        patience: How long nothing may be taken.
        last_patience: The same while the server ends.
        closed: How many were cut.
    """

    def __init__(
        self,
        *,
        patience: timedelta = timedelta(seconds=30),
        last_patience: timedelta = timedelta(seconds=2),
    ) -> None:
        self.patience = patience
        self.last_patience = last_patience
        self.closed = 0

    @property
    def protocol(self) -> type[asyncio.Protocol]:
        """Makes the connections of a server."""

        def made(**arguments: Any) -> _Connection:  # noqa: ANN401 -- whatever uvicorn passes
            return _Connection(self, **arguments)

        return cast("type[asyncio.Protocol]", made)  # all that uvicorn does with it is call it


class _Connection(HttpToolsProtocol):
    """uvicorn's, that looks whether a reader takes anything while the writer has to wait for it."""

    def __init__(self, slow_readers: SlowReaders, **arguments: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(**arguments)
        self._slow_readers = slow_readers
        self._unread = 0
        self._ends = False
        self._look: asyncio.TimerHandle | None = None

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_later()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if not self._ends:
            self._look_no_more()

    @override
    def shutdown(self) -> None:
        super().shutdown()
        # From here on also those that nobody writes to any more: closing waits until all is taken.
        self._ends = True
        self._look_later()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._look_no_more()

    def _look_later(self) -> None:
        self._look_no_more()
        readers = self._slow_readers
        patience = readers.last_patience if self._ends else readers.patience
        self._unread = self.transport.get_write_buffer_size()
        self._look = self.loop.call_later(patience.total_seconds(), self._look_now)

    def _look_now(self) -> None:
        if self._unread and self.transport.get_write_buffer_size() >= self._unread:
            self._slow_readers.closed += 1
            self.transport.abort()
        else:
            self._look_later()

    def _look_no_more(self) -> None:
        if self._look:
            self._look.cancel()
            self._look = None
