"""What may listen where a server of ours is looked for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.listening import listening


@asynccontextmanager
async def answering(reply: bytes | None) -> AsyncGenerator[int]:
    """Have something on loopback that gives *reply* to whatever it is told, and hangs up.

    Args:
        reply: ``None`` is none, and no hanging up either.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if reply is None:
            await asyncio.Event().wait()
        else:
            writer.write(reply)

    async with listening(answer) as port:
        yield port
