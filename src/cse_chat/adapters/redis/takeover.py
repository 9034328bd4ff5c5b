"""Connections that the client library makes, greets and names the errors of, and that we read from.

Its URLs, TLS, users and passwords are the library's business. What it does for each reply is a task
that is woken, a stream and four coroutines, which took as long as all else that a reply costs.
"""

import asyncio

import hiredis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import InvalidResponse

INCOMPLETE = object()
"""What a reader has when it needs more."""


def take_over(connection: AbstractConnection, protocol: asyncio.Protocol) -> asyncio.WriteTransport:
    """Have *protocol* told what comes on a connection that is greeted; nothing is under way on it."""
    writer = connection._writer  # noqa: SLF001 - its transport is taken from it
    assert writer  # noqa: S101 - it is connected
    transport: asyncio.WriteTransport = writer.transport
    transport.set_protocol(protocol)
    return transport


def reader_for(connection: AbstractConnection) -> hiredis.Reader:
    """Return a reader whose errors are the library's."""
    return hiredis.Reader(
        protocolError=InvalidResponse,
        replyError=connection._parser.parse_error,  # noqa: SLF001 - it has all the names
        notEnoughData=INCOMPLETE,
    )


def drop(connection: AbstractConnection) -> None:
    """Disconnect at once."""
    connection._close()  # type: ignore[no-untyped-call]  # noqa: SLF001 - `disconnect` has to be awaited
