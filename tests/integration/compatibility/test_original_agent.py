"""An agent of the original design serves our gateway."""

import asyncio
import json

import pytest
from redis import Redis

from tests.integration.compatibility.original import original_agent
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, Clients
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)


async def test_its_answers_are_told_and_kept(cluster: Cluster) -> None:
    """It stores nothing: the gateway settles what it says, so that any gateway can read it."""
    first, other = cluster.start("gateway", 2, REPLIES__PER_REQUEST_CHANNELS="true")
    async with (
        original_agent(cluster.kafka.address, cluster.redis.url) as answered,
        Clients([first.url]) as clients,
    ):
        for number in range(2):
            asked = await clients.ask(f"What is {number}?", thread_id="thread_abc123")
            assert asked.status == ANSWERED
            assert asked.body["response"] == f"Processed your query: 'What is {number}?'"
            assert asked.body["metadata"]["model_used"] == "mock"
            assert asked.body["metadata"]["processing_time_ms"] == 1823
            read = await clients.read(asked.correlation_id, other.url)
            assert (read.status_code, read.json()) == (200, asked.body)
        turns = [(turn["role"], turn["content"]) for turn in await clients.history("thread_abc123")]
    assert [request["message"] for request in answered] == ["What is 0?", "What is 1?"]
    assert turns == [
        ("user", "What is 0?"),
        ("agent", "Processed your query: 'What is 0?'"),
        ("user", "What is 1?"),
        ("agent", "Processed your query: 'What is 1?'"),
    ]


async def test_its_answers_are_kept_when_nobody_waits_any_longer(cluster: Cluster) -> None:
    """It publishes once, and stores nothing: the gateway that took the question hears it."""
    first, other = cluster.start("gateway", 2, REPLIES__PER_REQUEST_CHANNELS="true")
    async with Clients([other.url]) as clients:
        left = await clients.ask("left", thread_id="a", url=first.url, prefer="respond-async")
        gave_up = await clients.ask("gave up", thread_id="b", url=first.url, prefer="wait=1")
        assert (left.status, gave_up.status) == (202, 504)
        async with original_agent(cluster.kafka.address, cluster.redis.url):
            for asked in (left, gave_up):
                ended = await clients.end_of(asked, seconds=15)
                assert ended.json()["response"] == f"Processed your query: '{asked.text}'"


async def test_its_answer_is_heard_by_who_waits_at_another_gateway(cluster: Cluster) -> None:
    """The one that took the question was killed."""
    first, other = cluster.start("gateway", 2, REPLIES__PER_REQUEST_CHANNELS="true")
    async with Clients([other.url]) as clients:
        asked = await clients.ask("moved", thread_id="a", url=first.url, prefer="respond-async")
        first.kill()
        waiting = asyncio.create_task(clients.read(asked.correlation_id, wait=5))
        await until(lambda: _subscribers(cluster, asked.correlation_id) == 1)
        async with original_agent(cluster.kafka.address, cluster.redis.url):
            while (read := await waiting).status_code == 202:  # the group is still forming
                waiting = asyncio.create_task(clients.read(asked.correlation_id, wait=5))

        assert read.json()["response"] == "Processed your query: 'moved'"


def _subscribers(cluster: Cluster, correlation_id: str) -> int:
    with Redis.from_url(cluster.redis.url) as redis:
        [(_, number)] = redis.pubsub_numsub(f"chat.response:{correlation_id}")
    return int(number)


async def test_forged_replies_on_the_channels_are_told_to_nobody(cluster: Cluster) -> None:
    """Neither rubbish, nor a foreign thread, nor what claims another id reaches who waits."""
    [gateway] = cluster.start("gateway", REPLIES__PER_REQUEST_CHANNELS="true")
    redis = Redis.from_url(cluster.redis.url)
    async with Clients([gateway.url]) as clients:
        asked = await clients.ask("answer a", thread_id="a", prefer="respond-async")
        forged = {
            "correlation_id": asked.correlation_id,
            "thread_id": "another",
            "response": "forged",
            "timestamp": "2024-01-10T10:30:02Z",
        }
        for message in ("rubbish", "[]", "7", json.dumps(forged)):
            for channel in (f"chat.response:{asked.correlation_id}", "chat.replies"):
                redis.publish(channel, message)
        redis.close()

        assert (await clients.read(asked.correlation_id)).status_code == 202
        cluster.start("worker")
        ended = await clients.end_of(asked, seconds=15)
        assert ended.json()["response"].startswith("answer to answer a")
