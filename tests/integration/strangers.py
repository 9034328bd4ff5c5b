"""What may listen where a server of ours is looked for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def answering(reply: bytes | None) -> AsyncGenerator[int]:
    """Have something on loopback that gives *reply* to whatever it is told, and hangs up.

    Args:
        reply: ``None`` is none, and no hanging up either.
    """
    is_over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if reply is None:
            await is_over.wait()
        else:
            writer.write(reply)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        is_over.set()
