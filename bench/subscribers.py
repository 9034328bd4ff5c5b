"""Those who follow a topic, each on a connection of its own, with as little Python as can be.

What a server sends is only looked at for the stamps in it: a subscriber that understood every event
would take more processor time than the gateway that sends it.
"""

import asyncio
import time
from array import array
from collections.abc import Callable, Mapping
from typing import Final, cast

from typing_extensions import override

from bench.frames import CLOSE, PING, PONG, TEXT, FrameReader, NoHandshakeError, frame, handshake
from bench.stamps import LENGTH, stamps

SOCKET: Final = "websocket"
SSE: Final = "sse"
PLAIN_SOCKET: Final = "plain websocket"
REDIS: Final = "redis"

_GAP: Final = b'"type":"gap"'
_STATUS: Final = slice(9, 12)


class Tally:
    """What the subscribers of a group have had since it was begun.

    Attributes:
        latencies: Milliseconds from the stamp of each, in the order in which they came.
        missing: Numbers that were left out; those behind the last that came are not among them.
        repeated: Numbers that came again, or after a later one.
        gaps: How often a subscriber was told that something is missing.
        failures: Why connections broke.
    """

    def __init__(self) -> None:
        self.latencies = array("d")
        self.missing = 0
        self.repeated = 0
        self.gaps = 0
        self.failures: list[str] = []
        self.first = 1


class Subscriber(asyncio.Protocol):
    """One connection, told of one topic.

    Attributes:
        expected: The number that comes next.
        has_heard: Whether anything with a stamp has come.
    """

    def __init__(self, tally: Tally, host: str, port: int, topic: str) -> None:
        self._tally = tally
        self._host, self._port, self._topic = host, port, topic
        self._transport: asyncio.Transport | None = None
        self.expected = tally.first
        self.has_heard = False

    @property
    def opening(self) -> bytes:
        """What is said first."""
        raise NotImplementedError

    def take(self, data: bytes) -> None:
        """Take what came."""
        raise NotImplementedError

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self.opening)

    @override
    def data_received(self, data: bytes) -> None:
        self.take(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport:
            self.fail(f"connection lost: {exc}" if exc else "connection lost")

    def pause(self) -> None:
        """Take nothing for a while."""
        if self._transport:
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Take again what comes."""
        if self._transport:
            self._transport.resume_reading()

    def leave(self) -> None:
        """Be told nothing more."""
        transport, self._transport = self._transport, None
        if transport:
            transport.abort()

    def fail(self, reason: str) -> None:
        """Note why it can follow no longer."""
        self._tally.failures.append(reason)
        self.leave()

    def write(self, data: bytes) -> None:
        """Say something."""
        if self._transport:
            self._transport.write(data)

    def hear(self, data: bytes) -> None:
        """Count what is stamped in *data*."""
        now = time.perf_counter_ns()
        tally = self._tally
        for at, number in stamps(data):
            self.has_heard = True
            if number == self.expected:
                self.expected += 1
            elif number > self.expected:
                tally.missing += number - self.expected
                self.expected = number + 1
            elif number >= tally.first:
                tally.repeated += 1
                continue
            else:
                continue  # of an earlier offer
            tally.latencies.append((now - at) / 1e6)

    def note_gap(self, data: bytes) -> None:
        """Count what says that something is missing."""
        self._tally.gaps += data.count(_GAP)


class PlainSocket(Subscriber):
    """A WebSocket on which a server sends by itself."""

    _subprotocol = ""

    def __init__(self, tally: Tally, host: str, port: int, topic: str) -> None:
        super().__init__(tally, host, port, topic)
        self._reader = FrameReader()

    @property
    @override
    def opening(self) -> bytes:
        path = f"/ws/chat/{self._topic}"
        return handshake(self._host, self._port, path, subprotocol=self._subprotocol)

    @override
    def take(self, data: bytes) -> None:
        was_open = self._reader.is_open
        try:
            for opcode, payload in self._reader.feed(data):
                self._take_frame(opcode, payload)
        except NoHandshakeError as error:
            self.fail(str(error))
        if self._reader.is_open and not was_open:
            self.opened()

    def opened(self) -> None:
        """Say what is said once it is open."""

    def _take_frame(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self.hear(payload)
            if _GAP in payload:
                self.note_gap(payload)
        elif opcode == PING:
            self.write(frame(PONG, payload))
        elif opcode == CLOSE:
            self.fail(f"closed: {int.from_bytes(payload[:2], 'big')}")


class FollowingSocket(PlainSocket):
    """A WebSocket of ours that follows its thread."""

    _subprotocol = "cse-chat.v1"

    @override
    def opened(self) -> None:
        self.write(frame(TEXT, b'{"type":"follow","after":null}'))


class _Lines(Subscriber):
    """Hears in a stream of bytes, wherever it is cut."""

    def __init__(self, tally: Tally, host: str, port: int, topic: str) -> None:
        super().__init__(tally, host, port, topic)
        self._rest = b""

    @override
    def take(self, data: bytes) -> None:
        data = self._rest + data
        # A stamp that is complete here is followed by more, at least by a quotation mark.
        end = max(data.rfind(b'"'), 0)
        self.hear(data[:end])
        self.note_gap(data[:end])
        self._rest = data[end:][-_TAIL:]


_TAIL: Final = max(LENGTH, 64)


class EventStream(_Lines):
    """Server-sent events of a thread."""

    def __init__(self, tally: Tally, host: str, port: int, topic: str) -> None:
        super().__init__(tally, host, port, topic)
        self._is_open = False

    @property
    @override
    def opening(self) -> bytes:
        return (
            f"GET /api/threads/{self._topic}/events HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            "Accept: text/event-stream\r\n\r\n"
        ).encode()

    @override
    def take(self, data: bytes) -> None:
        if not self._is_open:
            self._is_open = True
            if data[_STATUS] != b"200":
                self.fail(data.partition(b"\r\n")[0].decode("ascii", "replace"))
                return
        super().take(data)


class RedisChannel(_Lines):
    """A subscription of Redis' own."""

    @property
    @override
    def opening(self) -> bytes:
        return f"SUBSCRIBE {self._topic}\r\n".encode()


BY_KIND: Final[Mapping[str, Callable[[Tally, str, int, str], Subscriber]]] = {
    SOCKET: FollowingSocket,
    SSE: EventStream,
    PLAIN_SOCKET: PlainSocket,
    REDIS: RedisChannel,
}
"""How a topic is followed."""
