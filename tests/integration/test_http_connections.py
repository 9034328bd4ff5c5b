"""What only a real connection shows: chunks, hang-ups and bytes that are no HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest
from httpx import AsyncClient

from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.metrics.reading import Scrape
from tests.clients import listening
from tests.gateway.graphs import HeldAgent, a_container
from tests.waiting import until, until_it

JSON = {"Content-Type": "application/json"}
ASYNC = {"Prefer": "respond-async"}
BODY = json.dumps({"message": "Top stocks?", "thread_id": "t"}).encode()


async def said_to(url: str, raw: bytes) -> bytes:
    """Send *raw* and return all that comes back until the connection ends."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(raw)
    await writer.drain()
    writer.write_eof()
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_body_without_a_length_is_cut_off_at_64_kib() -> None:
    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    async with listening(create_app(a_container())) as url, AsyncClient(base_url=url) as client:
        too_large = await client.post("/api/chat", content=endless(), headers=JSON)
        after = await client.post("/api/chat", content=BODY, headers=JSON)

    assert (too_large.status_code, too_large.json()["type"]) == (413, "/problems/content-too-large")
    assert after.status_code == 200


async def test_a_caller_that_hangs_up_changes_nothing_about_the_answer() -> None:
    """What was accepted is answered, and stands in the history."""
    agent = HeldAgent()
    container = a_container(agent)
    async with listening(create_app(container)) as url, AsyncClient(base_url=url) as client:
        asking = asyncio.create_task(client.post("/api/chat", content=BODY, headers=JSON))
        await until(lambda: len(container.memory_log()) == 1)
        asking.cancel()
        await asyncio.wait({asking})
        agent.let_go.set()
        await until(lambda: len(container.memory_log()) == 0)
        history = await client.get("/api/threads/t/messages")

    assert [turn["role"] for turn in history.json()["messages"]] == ["user", "agent"]


async def test_nothing_is_held_for_a_caller_that_has_hung_up() -> None:
    agent = HeldAgent()
    async with (
        listening(create_app(a_container(agent))) as url,
        AsyncClient(base_url=url) as client,
        AsyncExitStack() as callers,
    ):

        async def held() -> tuple[float, float]:
            scrape = Scrape.of((await client.get("/metrics")).text, at=0)
            return scrape.total("chat_inflight_requests"), scrape.total("chat_awaited_requests")

        async def is_held(asking: int, awaited: int) -> bool:
            return await held() == (asking, awaited)

        asked = await client.post("/api/chat", content=BODY, headers=JSON | ASYNC)
        head = b"POST /api/chat HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        asking = await callers.enter_async_context(connected(url))
        asking.write(head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
        reading = await callers.enter_async_context(connected(url))
        reading.write(
            f"GET {asked.headers['location']}?wait=30 HTTP/1.1\r\nHost: a\r\n\r\n".encode()
        )
        await until_it(lambda: is_held(1, 2))

        asking.transport.abort()
        reading.transport.abort()

        await until_it(lambda: is_held(0, 0))
        agent.let_go.set()
        await until_it(lambda: has_turns(client, 4))


async def has_turns(client: AsyncClient, number: int) -> bool:
    return len((await client.get("/api/threads/t/messages")).json()["messages"]) == number


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[asyncio.StreamWriter]:
    address = urlsplit(url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    yield writer
    writer.close()


async def test_head_has_the_length_of_the_body_and_no_body() -> None:
    async with listening(create_app(a_container())) as url:
        answer = await said_to(
            url, b"HEAD /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: 17" in head
    assert not body


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n", id="bad host"),
        pytest.param(b"GARBAGE\r\n\r\n", id="no HTTP"),
        pytest.param(
            b"POST /api/chat HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="two lengths",
        ),
        pytest.param(
            b"POST /api/chat HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            id="length twice",
        ),
        pytest.param(b"GET /api/chat/%00%0A HTTP/1.1\r\nHost: a\r\n\r\n", id="NUL in the path"),
    ],
)
async def test_a_malformed_request_is_400(raw: bytes) -> None:
    async with listening(create_app(a_container())) as url:
        answer = await said_to(
            url, raw.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n")
        )

    assert answer.startswith(b"HTTP/1.1 400 ")
