"""WebSocket frames as a lean client reads and writes them."""

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import CONNECTING, Side
from websockets.server import ServerProtocol

from bench.frames import CLOSE, PING, TEXT, FrameReader, NoHandshakeError, frame, handshake

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"


def sent(opcode: Opcode, payload: bytes) -> bytes:
    return Frame(opcode, payload).serialize(mask=False)


PAYLOADS = [b"", b"short", b"s" * 125, b"m" * 126, b"m" * 65_535, b"l" * 65_536]


@pytest.mark.parametrize("piece", [1, 3, 1_000, 1_000_000])
def test_frames_are_read_wherever_they_are_cut(piece: int) -> None:
    data = SWITCHED + b"".join(sent(Opcode.TEXT, payload) for payload in PAYLOADS)
    data += sent(Opcode.PING, b"p") + sent(Opcode.CLOSE, b"\x03\xe8")
    reader = FrameReader()

    # What is long is cut less often: each cut of it is copied again.
    cut = max(piece, len(data) // 2_000)
    frames = [
        found
        for begin in range(0, len(data), cut)
        for found in reader.feed(data[begin : begin + cut])
    ]

    assert frames == [
        *((TEXT, payload) for payload in PAYLOADS),
        (PING, b"p"),
        (CLOSE, b"\x03\xe8"),
    ]


def test_a_short_frame_is_read_byte_by_byte() -> None:
    reader = FrameReader()
    data = SWITCHED + sent(Opcode.TEXT, b"a" * 130) + sent(Opcode.TEXT, b"b")

    frames = [found for byte in data for found in reader.feed(bytes([byte]))]

    assert frames == [(TEXT, b"a" * 130), (TEXT, b"b")]


def test_a_refused_handshake_is_told_with_its_first_line() -> None:
    reader = FrameReader()

    with pytest.raises(NoHandshakeError, match=r"HTTP/1\.1 503 Service Unavailable"):
        list(reader.feed(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"))


def test_a_server_takes_the_handshake_and_the_frames() -> None:
    server = ServerProtocol(subprotocols=["cse-chat.v1"], state=CONNECTING)  # type: ignore[list-item]  # a NewType
    server.receive_data(handshake("h", 1, "/ws/chat/t", subprotocol="cse-chat.v1"))
    (request,) = server.events_received()
    server.send_response(server.accept(request))  # type: ignore[arg-type]  # it is a request
    server.receive_data(frame(TEXT, b"what is said"))

    (heard,) = server.events_received()

    assert server.side is Side.SERVER
    assert isinstance(heard, Frame)
    assert (heard.opcode, heard.data) == (Opcode.TEXT, b"what is said")
