"""uvicorn's WebSocket connections, with the bounds that they lack.

Whatever a peer does not take, or sends without end, costs a bounded amount of memory for a bounded
time: uvicorn alone keeps a pong for every ping that a peer sends while it reads nothing, a piece for
every empty fragment, and a connection for as long as its last bytes are not taken.
"""

from functools import lru_cache
from typing import Any, Final

from typing_extensions import override
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request

CONNECTION: Final = "connection"
"""Where the state of a socket's scope has the connection, for who writes whole frames to it."""

MOST_FRAGMENTS: Final = 64
_CLOSING_SECONDS: Final = 5.0
_SOON: Final = 16  # those who follow the same are told at the same moment, of a few events


@lru_cache(_SOON)
def frame_of(text: bytes) -> bytes:
    """Return the frame that says *text*: no extension and no mask makes it another for anybody.

    Made for each peer anew, and handed on by ASGI, it took a quarter of what telling an event takes.

    Raises:
        UnicodeDecodeError: It is no text.
    """
    text.decode()
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection; what it gives to the application is uvicorn's business, but for `write`."""

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = _CLOSING_SECONDS

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # More than 128 headers, or one above 8 KiB: uvicorn would keep the answer, and the
            # connection for good.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        # Whoever does not take what we have gets no pongs beside: nothing of theirs is read.
        self.transport.pause_reading()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    @override
    async def receive(self) -> Any:
        message = await super().receive()
        if not self.writable.is_set() and not self.transport.is_closing():
            self.transport.pause_reading()
        return message

    @override
    async def send(self, message: Any) -> None:
        is_closing = message["type"] == "websocket.close" and self.handshake_complete
        if is_closing:
            self.writable.set()  # the last frame may stand behind what is not taken yet
        elif self.handshake_complete:
            await self.writable.wait()
            if self.transport.is_closing():  # else asyncio logs what is written to nobody
                raise ClientDisconnected
        await super().send(message)
        if is_closing:
            self._abort_later()
        elif message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True  # else uvicorn logs that nothing was answered

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:  # it was not refused, and the application has not begun
            self.scope["state"][CONNECTION] = self

    def write(self, frames: bytes) -> bool:
        """Write whole frames of an accepted socket, if its peer took what was written before.

        Raises:
            OSError: It takes nothing any more.
        """
        if self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        if not self.writable.is_set():
            return False
        self.transport.write(frames)
        return True

    async def taken(self) -> None:
        """Return once the peer has taken what was written, or is gone."""
        await self.writable.wait()

    @override
    def shutdown(self) -> None:
        super().shutdown()
        self._abort_later()

    @override
    def keepalive_timeout(self) -> None:
        if self.writable.is_set() and not self.read_paused:
            super().keepalive_timeout()
            self._abort_later()
            return
        # We do not read, so the pong may well be there: the application bounds how long that is.
        self.pong_timer = self.pending_ping_payload = None
        self.schedule_ping()

    @override
    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) >= MOST_FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            return
        super().handle_cont(event)

    @override
    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            # uvicorn would log it with a stack trace, as if it were ours.
            self._fail(CloseCode.INVALID_DATA, "not UTF-8")
            return
        super().send_receive_event_to_app()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.frames = []
        self.conn.fail(code, reason)
        self.handle_parser_exception()
        self._abort_later()

    def _abort_later(self) -> None:
        """Let the connection go, also if its last bytes are never taken."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)


def _is_utf8(pieces: list[bytes]) -> bool:
    try:
        b"".join(pieces).decode()
    except UnicodeDecodeError:
        return False
    return True
