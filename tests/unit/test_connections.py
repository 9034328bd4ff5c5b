"""When a connection is cut whose client does not read."""

import asyncio
from datetime import timedelta
from typing import cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from cse_chat.entrypoints.connections import SlowReaders
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
