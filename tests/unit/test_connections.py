"""When a connection is cut whose client does not read, or does not say what it wants."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from cse_chat.entrypoints.connections import MOST_HEAD_BYTES, SlowReaders
from cse_chat.entrypoints.server import server_config
from tests.waiting import until

AT_ONCE = timedelta(0)
NEVER = timedelta(hours=1)


class Transport(asyncio.Transport):
    """Tells how much is unread as it is told to, look after look; the last word counts on."""

    def __init__(self, *unread: int) -> None:
        super().__init__()
        self.unread = list(unread)
        self.looks = 0
        self.aborted = False
        self.closed = False
        self.written = b""

    @override
    def get_write_buffer_size(self) -> int:
        self.looks += 1
        return self.unread.pop(0) if len(self.unread) > 1 else self.unread[0]

    @override
    def abort(self) -> None:
        self.aborted = True

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def is_closing(self) -> bool:
        return self.closed or self.aborted

    @override
    def pause_reading(self) -> None:
        """Whoever sends much is slowed down; here nobody sends by itself."""

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data


async def _app(scope: object, receive: object, send: object) -> None:
    """Take three arguments, as uvicorn expects it; nobody asks anything."""


def connected(transport: Transport, slow_readers: SlowReaders) -> HttpToolsProtocol:
    config = server_config(_app, graceful=NEVER, most_connections=1, slow_readers=slow_readers)
    config.load()
    make = cast("type[HttpToolsProtocol]", config.http_protocol_class)
    connection = make(config=config, server_state=ServerState(), app_state={})
    connection.connection_made(transport)
    return connection


async def test_it_is_cut_when_nothing_was_taken_between_two_looks() -> None:
    transport, slow_readers = Transport(100), SlowReaders(patience=AT_ONCE)

    connected(transport, slow_readers).pause_writing()
    await until(lambda: transport.aborted)

    assert slow_readers.closed == 1


async def test_while_it_takes_a_little_it_is_not_cut() -> None:
    # Each look but the first asks twice: whether less is left, and how much.
    transport, slow_readers = Transport(100, 90, 90, 80, 80, 80), SlowReaders(patience=AT_ONCE)

    connected(transport, slow_readers).pause_writing()
    await until(lambda: transport.aborted)

    assert transport.looks == 6


async def test_once_it_has_taken_enough_nobody_looks() -> None:
    transport, slow_readers = Transport(100), SlowReaders(patience=AT_ONCE)
    connection = connected(transport, slow_readers)

    connection.pause_writing()
    connection.resume_writing()
    await _after_the_next_timers()

    assert (transport.looks, transport.aborted) == (1, False)


async def test_once_it_is_gone_nobody_looks() -> None:
    transport, slow_readers = Transport(100), SlowReaders(patience=AT_ONCE)
    connection = connected(transport, slow_readers)

    connection.pause_writing()
    connection.connection_lost(None)
    await _after_the_next_timers()

    assert (transport.looks, slow_readers.closed) == (1, 0)


async def _after_the_next_timers() -> None:
    called = asyncio.Event()
    asyncio.get_running_loop().call_later(0, called.set)
    await called.wait()


async def test_while_the_server_ends_its_patience_is_short_and_for_everybody() -> None:
    transport = Transport(100)
    slow_readers = SlowReaders(patience=NEVER, last_patience=AT_ONCE)

    connected(transport, slow_readers).shutdown()
    await until(lambda: transport.aborted)

    assert slow_readers.closed == 1


async def test_while_the_server_ends_whoever_has_read_all_is_left_alone() -> None:
    transport = Transport(0)
    slow_readers = SlowReaders(patience=NEVER, last_patience=AT_ONCE)
    connection = connected(transport, slow_readers)

    connection.shutdown()
    await until(lambda: transport.looks > 5)
    connection.connection_lost(None)

    assert (transport.aborted, slow_readers.closed) == (False, 0)


async def test_while_the_server_ends_one_that_took_enough_is_looked_at_again() -> None:
    transport = Transport(100)
    slow_readers = SlowReaders(patience=NEVER, last_patience=AT_ONCE)
    connection = connected(transport, slow_readers)

    connection.pause_writing()
    connection.shutdown()
    connection.resume_writing()
    await until(lambda: transport.aborted)

    assert slow_readers.closed == 1


def arriving(transport: Transport) -> HttpToolsProtocol:
    """Return a connection whose client may take no time at all."""
    return connected(transport, SlowReaders(arrival=AT_ONCE))


async def test_whoever_connects_and_says_nothing_is_cut() -> None:
    transport = Transport(0)

    arriving(transport)

    await until(lambda: transport.aborted)


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(b"GET / HT", id="head"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcd", id="body"),
        pytest.param(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", id="chunks"
        ),
    ],
)
async def test_whoever_never_ends_a_request_is_cut(piece: bytes) -> None:
    transport = Transport(0)

    connection = arriving(transport)
    connection.data_received(b"GET / HTTP/1.1\r\n\r\n")
    connection.data_received(piece)

    await until(lambda: transport.aborted)


async def test_whoever_has_said_all_is_given_time() -> None:
    transport = Transport(0)
    connection = arriving(transport)

    connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc")
    connection.data_received(b"de")
    await _after_the_next_timers()

    assert not transport.aborted


async def test_while_the_server_ends_it_does_not_wait_for_the_rest() -> None:
    transport = Transport(0)
    connection = connected(transport, SlowReaders(arrival=NEVER, last_patience=AT_ONCE))

    connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcd")
    connection.shutdown()

    await until(lambda: transport.aborted)


async def test_once_it_is_gone_nobody_waits_for_the_rest() -> None:
    transport = Transport(0)
    connection = arriving(transport)

    connection.data_received(b"GET / HT")
    connection.connection_lost(None)
    await _after_the_next_timers()

    assert not transport.aborted


ENDLESS = {
    "header": (b"GET / HTTP/1.1\r\nX-A: ", b"a"),
    "headers": (b"GET / HTTP/1.1\r\n", b"X-A: a\r\n"),
    "address": (b"GET /", b"a"),
}


@pytest.mark.parametrize(("begin", "more"), ENDLESS.values(), ids=ENDLESS)
async def test_a_head_above_64_kib_is_431_and_the_end(begin: bytes, more: bytes) -> None:
    transport = Transport(0)
    connection = connected(transport, SlowReaders())
    pieces = MOST_HEAD_BYTES // len(more)

    connection.data_received(begin)
    connection.data_received(more * (pieces // 2))
    assert not transport.is_closing()
    connection.data_received(more * (pieces // 2 + 1))

    assert transport.written.startswith(b"HTTP/1.1 431 ")
    assert transport.is_closing()
    connection.connection_lost(None)


async def test_a_body_is_no_head_however_long_it_is() -> None:
    transport = Transport(0)
    connection = connected(transport, SlowReaders())

    connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
    for _ in range(9):
        connection.data_received(b"a" * 100_000)

    assert not transport.is_closing()
    connection.connection_lost(None)


async def test_trailers_without_end_are_a_head_as_well() -> None:
    """They are kept like headers; the answer may have begun, so that there is none."""
    transport = Transport(0)
    connection = connected(transport, SlowReaders())

    connection.data_received(
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    )
    for _ in range(5):
        connection.data_received(b"X-A: a\r\n" * 2_000)

    assert transport.is_closing()
    assert not transport.written
    connection.connection_lost(None)
