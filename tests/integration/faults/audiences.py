"""Who follows an answer while it is made: over SSE and over a WebSocket."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from redis.asyncio import Redis

from cse_chat.adapters.redis import names
from cse_chat.domain.model.ids import ThreadId
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.followers import (
    Follower,
    HangsUpAfter,
    SocketFollower,
    StreamFollower,
    for_ever,
)
from tests.integration.faults.tellings import broken_tellings
from tests.waiting import until

THREAD = "followed"


def _never(_: int) -> HangsUpAfter:
    return for_ever


class Audience:
    """Follows the only question of a thread.

    Attributes:
        correlation_id: Of the question.
        everybody: Who follows it over SSE, its thread over SSE, and its thread over a WebSocket.
    """

    def __init__(
        self, cluster: Cluster, client: httpx.AsyncClient, accepted: dict[str, Any], urls: list[str]
    ) -> None:
        self.correlation_id: str = accepted["correlation_id"]
        self.everybody: Sequence[Follower] = (
            StreamFollower(client, urls, accepted["events_url"]),
            StreamFollower(client, urls, f"/api/threads/{THREAD}/events"),
            SocketFollower(urls, THREAD),
        )
        self._redis_url = cluster.redis.url
        self._urls = urls

    async def hears(self, number: int) -> None:
        """Return once everybody was told so many events."""
        await until(
            lambda: min(len(each.told) for each in self.everybody) >= number, seconds=60, every=0.01
        )

    async def faults(self, *, gaps: int = 0) -> list[str]:
        """Return a sentence for each promise that was broken to somebody; all were told the outcome.

        The answer is read at the last of the gateways.

        Args:
            gaps: How often the fault made Redis lose events.
        """
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self._urls[-1]}/api/chat/{self.correlation_id}")
        text: str = answer.json()["response"]
        recorded = await recorded_in(self._redis_url, THREAD)
        return [
            f"{type(each).__name__}: {fault}"
            for each in self.everybody
            for fault in broken_tellings(each.told, recorded, answer=text, gaps=gaps)
        ]


@asynccontextmanager
async def audience(
    cluster: Cluster,
    urls: list[str],
    question: str,
    *,
    hangs_up: Callable[[int], HangsUpAfter] = _never,
) -> AsyncGenerator[Audience]:
    """Ask at the first of the gateways, and follow at all of them; left, all were told the outcome.

    Args:
        cluster: Where.
        urls: Of the gateways.
        question: What is asked.
        hangs_up: Gives each follower, by its number, `Follower.hangs_up_after`.
    """
    async with httpx.AsyncClient(timeout=30) as client:
        accepted = await client.post(
            f"{urls[0]}/api/chat",
            json={"message": question, "thread_id": THREAD},
            headers={"Prefer": "respond-async"},
        )
        assert accepted.status_code == 202
        audience = Audience(cluster, client, accepted.json(), urls)
        async with asyncio.TaskGroup() as following:
            for number, each in enumerate(audience.everybody):
                each.hangs_up_after = hangs_up(number)
                following.create_task(each.follow())
            yield audience


async def recorded_in(redis_url: str, thread_id: str) -> list[bytes]:
    """Return every event of a thread that Redis holds, from the oldest on."""
    async with Redis.from_url(redis_url) as redis:
        entries: Any = await redis.xrange(names.events(ThreadId(thread_id)))
    return [fields[b"e"] for _, fields in entries]
