"""What a peer may do to the connection itself, below frames and conversations."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.integration.sockets.clients import talking
from tests.integration.sockets.services import Service, a_service
from tests.waiting import until

HEAD = (
    "GET /ws/chat/t HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: cse-chat.v1\r\n"
)
HANDSHAKE = HEAD + "\r\n"
TEXT, PING, CLOSE = 0x81, 0x89, 0x88


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a frame as a client sends it; the mask is zeros."""
    assert len(payload) < 126
    return bytes([opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload


@asynccontextmanager
async def raw_socket(
    service: Service,
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    address = urlsplit(service.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(HANDSHAKE.encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def code_of(reader: asyncio.StreamReader) -> int:
    """Return the code with which it is closed."""
    async with asyncio.timeout(5):
        first, length = await reader.readexactly(2)
        payload = await reader.readexactly(length)
    assert first == CLOSE
    return int.from_bytes(payload[:2], "big")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("X-A: a\r\n" * 200, id="many"),
        pytest.param(f"Cookie: {'a' * 10_000}\r\n", id="long"),
    ],
)
async def test_headers_that_no_handshake_may_have_are_answered_and_not_kept(headers: str) -> None:
    async with a_service() as service:
        address = urlsplit(service.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(f"{HEAD}{headers}\r\n".encode())
        async with asyncio.timeout(5):
            answer = await reader.read()
        writer.close()

        assert answer.startswith(b"HTTP/1.1 431 ")
        await until(lambda: not service.connections)


async def test_what_was_asked_before_a_handshake_in_the_same_packet_is_answered_before_it() -> None:
    """Behind it an answer would be taken for frames."""
    async with a_service() as service:
        address = urlsplit(service.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n" + HANDSHAKE.encode())
        async with asyncio.timeout(5):
            answered = await reader.readuntil(b"\r\n\r\n")
            upgraded = await reader.readuntil(b" 101 ")
        writer.transport.abort()

        assert answered.startswith(b"HTTP/1.1 200 ")
        assert upgraded.count(b"HTTP/1.1 ") == 1


async def test_text_that_is_no_utf_8_is_closed_by_the_protocol(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And is no error of ours."""
    async with a_service() as service, raw_socket(service) as (reader, writer):
        writer.write(masked(TEXT, b'{"type": "\xff"}'))

        assert await code_of(reader) == 1007
        await until(lambda: service.closed == {"1007": 1})
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_whoever_pings_and_takes_no_pong_costs_a_bounded_amount() -> None:
    """And is served again once it takes what there is."""
    async with a_service() as service, raw_socket(service) as (reader, writer):
        [connection] = service.connections
        server_side = connection.transport
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        frames = masked(PING, b"x" * 125) * 1_000
        while server_side.is_reading():
            writer.write(frames)
            await asyncio.sleep(0)

        assert server_side.get_write_buffer_size() < 1_000_000

        reader._transport.resume_reading()  # type: ignore[attr-defined]
        writer.write(masked(TEXT, json.dumps({"type": "ping", "ref": "there"}).encode()))
        heard = b""
        async with asyncio.timeout(20):
            while not heard.endswith(b'{"type":"pong","ref":"there"}'):
                heard = heard[-100:] + await reader.read(65_536)


async def test_who_answers_no_ping_is_closed() -> None:
    ping = timedelta(milliseconds=100)
    async with a_service(ping=ping) as service, talking(service.url) as client:
        client.connection.transport.pause_reading()
        await until(lambda: len(service.container.sockets()) == 0)
        client.connection.transport.resume_reading()

        assert await client.is_closed_with() == 1011


async def test_who_answers_pings_is_kept() -> None:
    ping = timedelta(milliseconds=50)
    async with a_service(ping=ping) as service, talking(service.url) as client:
        [connection] = service.connections
        await until(lambda: connection.last_ping_rtt > 0)
        await client.says("ping")

        assert (await client.hears())["type"] == "pong"


async def test_who_takes_what_it_is_sent_slowly_is_not_taken_for_dead() -> None:
    """Its pong is not read as long as it does not take what there is."""
    async with a_service() as service, talking(service.url) as client:
        [connection] = service.connections
        connection.pause_writing()
        connection.keepalive_timeout()
        connection.resume_writing()
        await client.says("ping")

        assert (await client.hears())["type"] == "pong"
