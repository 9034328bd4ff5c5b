"""A client that does not read costs the service little, others nothing, and is cut in the end."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from structlog.testing import capture_logs

from cse_chat.entrypoints.connections import SlowReaders
from tests.integration.streams.readers import stream
from tests.integration.streams.servers import Served, serving
from tests.waiting import until

NOW = timedelta(milliseconds=50)
NEVER = timedelta(hours=1)
EVENTS = 2_000
TEXT = "x" * 8_000  # so that all of them together fill every buffer on the way several times
HELD = 64 * 1024 + 100 * 1024  # what a connection holds, and a piece on top


@asynccontextmanager
async def a_client_that_does_not_read(served: Served, path: str) -> AsyncGenerator[socket.socket]:
    """Open a stream and take nothing of it."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.setblocking(False)
    with client:
        await loop.sock_connect(client, ("127.0.0.1", served.port))
        await loop.sock_sendall(client, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        await until(lambda: served.followers > 0)
        yield client


async def received(client: socket.socket, *, until_it_has: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    got = bytearray()
    while until_it_has not in got[-20_000:]:
        piece = await loop.sock_recv(client, 65_536)
        if not piece:
            break
        got += piece
    return bytes(got)


async def test_it_holds_a_little_delays_nobody_and_gets_all_once_it_reads() -> None:
    async with asyncio.timeout(60), serving(SlowReaders(patience=NEVER)) as served:
        speaker = await served.speaker()
        async with (
            a_client_that_does_not_read(served, speaker.path) as slow,
            stream(served.client, speaker.path) as other,
        ):
            most = 0
            for _ in range(EVENTS):
                await speaker.say(TEXT)
                most = max(most, served.unread())
                await asyncio.sleep(0)
            await speaker.end()
            told = [await anext(other.told) for _ in range(EVENTS + 3)]
            waiting = served.unread()
            passed_on = served.container.streams().told["delta"] - EVENTS
            late = await received(slow, until_it_has=b"event: answered")
        recorded = await speaker.recorded()

    assert [one.data for one in told] == recorded
    assert 0 < waiting <= most < 2 * HELD
    assert passed_on * len(TEXT) < 1_000_000  # of 16 MB, to it, to the system, or waiting
    lines = (line for line in late.split(b"\n") if line.startswith(b"id: "))
    assert list(lines) == [f"id: {json.loads(event)['cursor']}".encode() for event in recorded]


async def test_one_that_takes_nothing_for_long_is_cut_and_counted() -> None:
    slow_readers = SlowReaders(patience=NOW)
    async with asyncio.timeout(60), serving(slow_readers) as served:
        speaker = await served.speaker()
        async with (
            a_client_that_does_not_read(served, speaker.path),
            stream(served.client, speaker.path) as other,
        ):
            told = [await anext(other.told) for _ in range(2)]
            while served.followers > 1:
                await speaker.say(TEXT)
                told.append(await anext(other.told))
            await speaker.say("and on")
            told.append(await anext(other.told))
        recorded = await speaker.recorded()

    assert slow_readers.closed == 1
    assert [one.data for one in told] == recorded


async def test_the_process_does_not_wait_for_one_that_does_not_read() -> None:
    slow_readers = SlowReaders(patience=NEVER, last_patience=NOW)
    with capture_logs() as logs:
        async with asyncio.timeout(60), serving(slow_readers) as served:
            speaker = await served.speaker()
            async with a_client_that_does_not_read(served, speaker.path):
                for _ in range(EVENTS):
                    await speaker.say(TEXT)
                await until(lambda: served.unread() > 0)
                served.end()
                await until(lambda: not served.server.server_state.connections)

    assert slow_readers.closed == 1
    assert not [line for line in logs if line["log_level"] in {"warning", "error"}]


async def test_one_that_vanished_without_a_word_is_given_up_after_a_minute() -> None:
    """The system does it; a network that swallows everything is not at hand here."""
    async with asyncio.timeout(60), serving() as served:
        speaker = await served.speaker()
        async with stream(served.client, speaker.path):
            (connection,) = served.server.server_state.connections
            of_client = connection.transport.get_extra_info("socket")

            assert of_client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
