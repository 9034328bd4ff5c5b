"""WebSocket as a lean client speaks it: a handshake, and frames that nobody fragments."""

import struct
from collections.abc import Iterator
from typing import Final

TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10

_KEY: Final = (
    "dGhlIHNhbXBsZSBub25jZQ=="  # the standard's own example: nobody checks what comes of it
)
_NO_MASK: Final = bytes(4)  # a mask that changes nothing
_MASKED: Final = 0x80
_FINAL: Final = 0x80
_OPCODE: Final = 0x0F
_SHORT: Final = 126
_TWO_BYTES: Final = struct.Struct(">H")
_EIGHT_BYTES: Final = struct.Struct(">Q")


class NoHandshakeError(Exception):
    """The server did not switch to WebSocket; the message is its first line."""


def handshake(host: str, port: int, path: str, *, subprotocol: str = "") -> bytes:
    """Return what opens a socket at *path*."""
    offered = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}\r\n{offered}\r\n"
    ).encode()


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a frame from a client; *payload* has at most 125 bytes."""
    return bytes((_FINAL | opcode, _MASKED | len(payload))) + _NO_MASK + payload


class FrameReader:
    """Takes what a server sends, the end of the handshake first, in whatever pieces it comes.

    Attributes:
        is_open: Whether the handshake is over.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield opcode and payload of each frame that is complete.

        Raises:
            NoHandshakeError: The server refuses.
        """
        data = self._rest + data if self._rest else data
        at = 0
        if not self.is_open:
            at = self._end_of_handshake(data)
        while self.is_open:
            begin, end = _bounds(data, at)
            if end > len(data):
                break
            yield data[at] & _OPCODE, data[begin:end]
            at = end
        self._rest = data[at:]

    def _end_of_handshake(self, data: bytes) -> int:
        head, found, _ = data.partition(b"\r\n\r\n")
        if not found:
            return 0
        line = head.partition(b"\r\n")[0].decode("ascii", "replace")
        if " 101 " not in f"{line} ":
            raise NoHandshakeError(line)
        self.is_open = True
        return len(head) + len(found)


def _bounds(data: bytes, at: int) -> tuple[int, int]:
    """Return where the payload of the frame at *at* begins and ends; beyond *data* if unknown."""
    if len(data) < at + 2:
        return at, len(data) + 1
    length, begin = data[at + 1], at + 2
    if length >= _SHORT:
        size = _TWO_BYTES if length == _SHORT else _EIGHT_BYTES
        if len(data) < begin + size.size:
            return at, len(data) + 1
        (length,) = size.unpack_from(data, begin)
        begin += size.size
    return begin, begin + length
