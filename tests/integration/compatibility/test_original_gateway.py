"""A gateway of the original design gets its answers from our workers."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.compatibility.original import chat_request, original_gateway
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import Clients

pytestmark = pytest.mark.timeout(120)
ME = "local"


def assert_answers(response: dict[str, Any], request: dict[str, Any]) -> None:
    """Check every field against the contract's section 4."""
    timestamp = response.pop("timestamp")
    metadata = response.pop("metadata")
    assert response == {
        "correlation_id": request["correlation_id"],
        "thread_id": request["thread_id"],
        "response": f"answer to {request['message']}, of {request['user_id']}",
        "streaming": False,
        "chunk_index": 0,
        "is_final": True,
    }
    assert timestamp.endswith("Z")
    assert datetime.fromisoformat(timestamp).tzinfo == UTC
    assert isinstance(metadata.pop("processing_time_ms"), int)
    assert isinstance(metadata.pop("queue_time_ms"), int)
    assert metadata == {
        "model_used": "stub",
        "attempt": 1,
        "durability": "kafka",
        "as_of": None,
        "sources": [],
    }


@pytest.mark.parametrize("timestamp", ["2024-01-10T10:30:00Z", "2024-01-10T10:30:00"])
async def test_it_is_answered_and_our_gateway_can_read_it(cluster: Cluster, timestamp: str) -> None:
    [ours] = cluster.start("gateway")
    cluster.start("worker")
    requests = [
        chat_request(f"answer {n}", thread_id="thread_abc123", user_id=ME, timestamp=timestamp)
        for n in range(3)
    ]
    async with (
        original_gateway(cluster.kafka.address, cluster.redis.url) as gateway,
        Clients([ours.url]) as clients,
    ):
        for request in requests:
            response = await gateway.ask(request)
            read = await clients.read(request["correlation_id"])
            assert (read.status_code, read.json()) == (200, response)
            assert_answers(response, request)

        turns = [
            (turn["role"], turn["content"], turn["correlation_id"])
            for turn in await clients.history("thread_abc123")
        ]
    assert turns == [
        turn
        for request in requests
        for turn in (
            ("user", request["message"], request["correlation_id"]),
            ("agent", f"answer to {request['message']}, of {ME}", request["correlation_id"]),
        )
    ]


async def test_what_it_sends_at_once_in_one_thread_runs_one_at_a_time(cluster: Cluster) -> None:
    cluster.start("worker")
    requests = [chat_request(f"slow {n}", thread_id="thread_abc123", user_id=ME) for n in range(3)]
    async with original_gateway(cluster.kafka.address, cluster.redis.url) as gateway:
        asking = [asyncio.create_task(gateway.ask(request)) for request in requests]
        for request, response in zip(requests, await asyncio.gather(*asking), strict=True):
            assert_answers(response, request)
    marks = [(run.what, run.text) for run in cluster.runs()]
    texts = [text for what, text in marks if what == "start"]
    # One at a time, whichever the producer sent first.
    assert marks == [(what, text) for text in texts for what in ("start", "end")]
