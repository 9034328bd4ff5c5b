"""Servers on the loop of a test, which leave nothing behind."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncGenerator[int]:
    """Give the port on which *serve* gets every connection; on leaving, hang up on all of them.

    *serve* need not close what it got, nor mind that the other side hangs up. It is cancelled at
    the end, and waited for. Whatever else it raises is raised on leaving.
    """
    connected: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await serve(reader, writer)

    def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Noted here: one that is cancelled before its first step could close nothing by itself.
        task = asyncio.create_task(served(reader, writer))
        connected[task] = writer
        task.add_done_callback(lambda _: writer.close())

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await _accepting_no_more(server)
        for task in connected:
            task.cancel()
        ends = await asyncio.gather(*connected, return_exceptions=True)
        await hung_up(connected.values())
        await server.wait_closed()
    assert not [end for end in ends if isinstance(end, Exception)]


async def _accepting_no_more(server: asyncio.Server) -> None:
    """Close *server*, which forgets what it has accepted and not yet handed over: not before that."""
    asyncio.get_running_loop().remove_reader(server.sockets[0])
    for _ in range(5):  # the steps from a socket to a connection, and more
        await asyncio.sleep(0)
    server.close()


async def hung_up(connections: Collection[asyncio.StreamWriter]) -> None:
    """Return when all *connections* are closed, with nothing more sent on any.

    `close` alone would wait for a reader that may read no more.
    """
    for connection in connections:
        connection.transport.abort()
    closed = [connection.wait_closed() for connection in connections]
    await asyncio.gather(*closed, return_exceptions=True)
