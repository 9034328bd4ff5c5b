"""uvicorn's HTTP connections, with the bounds that they lack.

What waits for a client that does not read is bounded, and so is what a client may send before its
request is one; and how long, either.
"""

import asyncio
from datetime import timedelta
from typing import Any, Final, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cse_chat.entrypoints.gathered_writes import GatheringTransport

MOST_HEAD_BYTES: Final = 64 * 1024
_TOO_LARGE: Final = b"The head of a request is at most 64 KiB."


class SlowReaders:
    """Cuts connections that take nothing of what was written to them, or never say what they want.

    It makes them all.

    Only here: an application cannot. Its `send` waits while 64 KiB are unread, and closing a
    connection politely would wait for the same reader.

    Attributes:
        patience: How long nothing may be taken.
        arrival: How long a request may be on its way, from its first byte, or from the opening of
            its connection, to its last.
        last_patience: Either of them while the server ends.
        closed: How many were cut because they took nothing.
    """

    def __init__(
        self,
        *,
        patience: timedelta = timedelta(seconds=30),
        last_patience: timedelta = timedelta(seconds=2),
        arrival: timedelta = timedelta(seconds=30),
    ) -> None:
        self.patience = patience
        self.last_patience = last_patience
        self.arrival = arrival
        self.closed = 0

    @property
    def protocol(self) -> type[asyncio.Protocol]:
        """Makes the connections of a server."""

        def made(**arguments: Any) -> _Connection:  # noqa: ANN401 -- whatever uvicorn passes
            return _Connection(self, **arguments)

        return cast("type[asyncio.Protocol]", made)  # all that uvicorn does with it is call it


class _Connection(HttpToolsProtocol):
    """uvicorn's, that looks whether a reader takes anything while the writer has to wait for it.

    uvicorn alone keeps whatever comes as a head, for as long as it comes, and puts it together anew
    with each piece: one client would fill the memory and hold up everybody else.
    """

    def __init__(self, slow_readers: SlowReaders, **arguments: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(**arguments)
        self._slow_readers = slow_readers
        self._unread = 0
        self._ends = False
        self._look: asyncio.TimerHandle | None = None
        self._answered: RequestResponseCycle | None = None
        self._head_bytes = 0
        self._gets_on = False
        self._is_whole = False
        self._arrival: asyncio.TimerHandle | None = None

    # --- what comes -------------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        gathering = GatheringTransport(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(gathering)
        self._expect_all_of_it()

    @override
    def data_received(self, data: bytes) -> None:
        self._gets_on = self._is_whole = False
        super().data_received(data)
        self._head_bytes = 0 if self._gets_on else self._head_bytes + len(data)
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse_head()
        elif not self._is_whole and self._arrival is None:
            self._expect_all_of_it()

    @override
    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._gets_on = True

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._gets_on = self._is_whole = True
        self._expect_nothing()

    @override
    def handle_websocket_upgrade(self) -> None:
        self._gets_on = self._is_whole = True
        self._expect_nothing()
        if isinstance(self.transport, GatheringTransport):  # a socket gathers by itself
            self.transport.gather_no_more()  # also whoever answers what was asked before
            self.transport = self.transport.inner
        super().handle_websocket_upgrade()

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _expect_all_of_it(self) -> None:
        readers = self._slow_readers
        patience = readers.last_patience if self._ends else readers.arrival
        self._arrival = self.loop.call_later(patience.total_seconds(), self.transport.abort)

    def _expect_nothing(self) -> None:
        if self._arrival:
            self._arrival.cancel()
            self._arrival = None

    def _refuse_head(self) -> None:
        if self._answered is None or self._answered.response_complete:
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"content-type: text/plain; charset=utf-8\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_TOO_LARGE), _TOO_LARGE)
            )
        self.transport.close()

    # --- what is not taken ------------------------------------------------------------------------

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
        if self._arrival:
            self._expect_nothing()
            if not self.transport.is_closing():  # who answers waits for the rest of the request
                self._expect_all_of_it()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._look_no_more()
        self._expect_nothing()
        # uvicorn tells only the last of several requests that were sent without waiting.
        if self._answered and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()

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
