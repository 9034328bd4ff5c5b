"""Clients leave in the middle; nothing stays behind of them, and their questions are answered."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from urllib.parse import urlsplit

import httpx
import pytest
from redis import Redis

from cse_chat.entrypoints.metrics.reading import Scrape
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import Asked, Clients
from tests.integration.faults.oracle import USER
from tests.integration.sockets.clients import talking
from tests.waiting import until_it

pytestmark = pytest.mark.timeout(240)

ASYNC = "respond-async"
ROUNDS, EACH = 10, 25
HELD = [f"held-{number}" for number in range(ROUNDS * EACH)]


@dataclass(frozen=True)
class Held:
    """What a gateway holds for its clients.

    Attributes:
        asking: Who waits for the answer to a question they asked.
        waiting: Requests that are waited for, by whoever asked or reads.
        channels: That it hears of Redis.
        tasks: Of its event loop.
        files: That it has open, sockets among them.
    """

    asking: float
    waiting: float
    streams: float
    sockets: float
    channels: float
    tasks: int
    files: float


class Watched:
    """A gateway that is looked at from outside."""

    def __init__(self, cluster: Cluster, client: httpx.AsyncClient) -> None:
        [self.gateway] = cluster.start("gateway", HTTP__WAIT_SECONDS="120")
        self._cluster = cluster
        self._client = client

    async def holds(self) -> Held:
        """Return what it holds now; the connection of whoever asks was there before."""
        text = (await self._client.get(f"{self.gateway.url}/metrics")).text
        scrape = Scrape.of(text, at=0)
        return Held(
            asking=scrape.total("chat_inflight_requests"),
            waiting=scrape.total("chat_awaited_requests"),
            streams=scrape.total("chat_sse_streams"),
            sockets=scrape.total("chat_ws_connections"),
            channels=scrape.total("redis_pubsub_channels"),
            tasks=await self._cluster.tasks_of(self.gateway),
            files=scrape.total("process_open_fds"),
        )

    async def crowd(self, number: int, babbling: Sequence[Asked]) -> None:
        """Have a hundred come, a quarter of each kind, and leave without a word in the middle."""
        held = HELD[number * EACH : (number + 1) * EACH]
        async with AsyncExitStack() as crowd:
            for own, asked in zip(held, cycle(babbling), strict=False):
                question = json.dumps({"message": f"hold {own}", "thread_id": own}).encode()
                for head, body in (
                    ("POST /api/chat", question),
                    (f"GET /api/chat/{asked.correlation_id}?wait=100", b""),
                    (f"GET /api/threads/{asked.thread_id}/events", b""),
                ):
                    await crowd.enter_async_context(self._requested(head, body))
                socket = await crowd.enter_async_context(talking(self.gateway.url, asked.thread_id))
                await socket.says("follow")
                crowd.push_async_callback(socket.vanishes)

            async def are_here() -> bool:
                now = await self.holds()
                awaited = EACH + len(babbling)  # however many read the same
                held = (now.asking, now.waiting, now.streams, now.sockets)
                return held == (EACH, awaited, EACH, EACH)

            await until_it(are_here)

    @asynccontextmanager
    async def _requested(self, head: str, body: bytes) -> AsyncGenerator[None]:
        """Request something; on leaving, be gone without a word."""
        address = urlsplit(self.gateway.url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        lines = [f"{head} HTTP/1.1", f"Host: {address.netloc}", "Accept: text/event-stream"]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        yield
        writer.transport.abort()


@pytest.mark.long_fault
async def test_f11_of_a_thousand_clients_that_leave_in_the_middle_nothing_stays_behind(
    cluster: Cluster,
) -> None:
    """All that was held for them goes; their questions are answered."""
    with Redis.from_url(cluster.redis.url) as redis:
        async with httpx.AsyncClient(timeout=30) as client:
            watched = Watched(cluster, client)
            cluster.start("worker", WORKER__CONCURRENCY="500")
            async with Clients([watched.gateway.url]) as clients:
                babbling = [
                    await clients.ask(f"babble {each}", thread_id=f"b{each}", prefer=ASYNC)
                    for each in range(5)
                ]
                before, connected = await watched.holds(), connections_made(redis)
                for number in range(ROUNDS):
                    await watched.crowd(number, babbling)

                async def holds_nobody() -> bool:
                    now = await watched.holds()
                    return (now.asking, now.waiting, now.streams, now.sockets) == (0, 0, 0, 0)

                await until_it(holds_nobody)
                cluster.let_go()
                await asyncio.gather(*(is_answered(clients, thread) for thread in HELD))

                async def holds_as_before() -> bool:
                    now = await watched.holds()
                    # What it has of connections to Redis grew with what was done at once.
                    is_small = now.files < before.files + EACH
                    return is_small and replace(now, files=before.files) == before

                await until_it(holds_as_before)

        # A call to Redis that is broken off costs its connection.
        assert connections_made(redis) < connected + EACH
    starts = [run.text for run in cluster.runs() if run.what == "start"]
    assert len(starts) == len(set(starts)) == len(HELD) + len(babbling)


def connections_made(redis: Redis) -> int:
    """Return how many connections Redis was ever asked for, by all processes."""
    return int(redis.info("stats")["total_connections_received"])


async def is_answered(clients: Clients, thread_id: str) -> None:
    """Return once a thread has the two turns of its question, of which its client heard nothing."""

    async def is_it() -> bool:
        turns = await clients.history(thread_id)
        return [turn["content"] for turn in turns[1:]] == [f"answer to hold {thread_id}, of {USER}"]

    await until_it(is_it, seconds=60, every=0.5)
