"""Which connections a client makes, seen from the other side."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from cse_chat.client.chat import ChatClient
from tests.listening import listening

ID = "550e8400-e29b-41d4-a716-446655440000"
BODY = json.dumps({"correlation_id": ID, "thread_id": "thread_1", "status": "accepted"}).encode()
RESPONSE = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
)


@asynccontextmanager
async def counting() -> AsyncGenerator[tuple[str, list[list[bytes]]]]:
    """Accept everything and keep every connection; give the URL, and what was asked on each."""
    connections: list[list[bytes]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked: list[bytes] = []
        connections.append(asked)
        while head := await reader.read(65_536):
            asked.append(head.split(b" ", 2)[0])
            writer.write(RESPONSE % (len(BODY), BODY))

    async with listening(connected) as port:
        yield f"http://127.0.0.1:{port}", connections


async def test_a_question_goes_out_on_a_connection_of_its_own_and_reading_keeps_one() -> None:
    """Else a kept one may be closed just when a question is sent, and nobody knows what was heard."""
    async with asyncio.timeout(20), counting() as (url, connections), ChatClient(url) as client:
        await client.send("one?")
        await client.read(ID)
        await client.send("two?")
        await client.read(ID)

    assert sorted(connections) == [[b"GET", b"GET"], [b"POST"], [b"POST"]]
