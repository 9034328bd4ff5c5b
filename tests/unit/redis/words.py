"""What a client says to a server that is played."""

import asyncio


async def words_from(reader: asyncio.StreamReader) -> list[str] | None:
    """Return the next command, its name in capitals; ``None`` when the client has gone."""
    line = await reader.readline()
    if not line:
        return None
    words = []
    for _ in range(int(line[1:])):
        length = int((await reader.readline())[1:])
        words.append((await reader.readexactly(length + 2))[:-2].decode())
    return [words[0].upper(), *words[1:]]
