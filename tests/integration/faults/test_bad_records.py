"""Records that nobody should have written, before real workers: each has its defined end."""

import json
from collections import Counter
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.integration.compatibility.original import REQUESTS, chat_request
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import Clients

pytestmark = pytest.mark.timeout(150)
ME = "local"


def value_of(request: dict[str, Any]) -> bytes:
    return json.dumps(request).encode()


async def letters(kafka: str, number: int) -> Counter[str]:
    """Return how often each reason stands in the first *number* dead letters."""
    reasons: Counter[str] = Counter()
    async with AIOKafkaConsumer(
        "chat.requests.dlq", bootstrap_servers=kafka, auto_offset_reset="earliest"
    ) as consumer:
        while reasons.total() < number:
            letter = await consumer.getone()
            reasons[dict(letter.headers)["dlq-reason"].decode()] += 1
    return reasons


async def test_each_bad_record_has_its_end_and_the_line_goes_on(cluster: Cluster) -> None:
    """One that comes twice, or is settled, runs no agent; what is another's is set aside."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    asked = chat_request("answer twice", thread_id="bad", user_id=ME)
    stolen_id = {**asked, "user_id": "another"}
    stolen_thread = chat_request("answer stolen", thread_id="bad", user_id="another")
    later = chat_request("answer later", thread_id="bad", user_id=ME)
    version_2 = chat_request("answer v2", thread_id="bad", user_id=ME)
    async with (
        AIOKafkaProducer(bootstrap_servers=cluster.kafka.address) as producer,
        Clients([gateway.url]) as clients,
    ):
        for request in (asked, asked, stolen_id, stolen_thread, asked):
            await producer.send_and_wait(REQUESTS, key=b"bad", value=value_of(request))
        await producer.send_and_wait(
            REQUESTS,
            key=b"bad",
            value=value_of(version_2),
            headers=[("ce_type", b"lk.cse.chat.request.v2")],
        )
        await producer.send_and_wait(REQUESTS, key=b"bad", value=b"x" * 1_000_000)
        await producer.send_and_wait(REQUESTS, key=b"bad", value=value_of(later))

        reasons = await letters(cluster.kafka.address, 4)
        ends = await clients.history("bad")
        while len(ends) < 4:
            ends = await clients.history("bad")

    assert reasons == {"id-conflict": 1, "not-owner": 1, "malformed-record": 2}
    assert [run.text for run in cluster.runs() if run.what == "start"] == [
        "answer twice",
        "answer later",
    ]
    # What waits may be registered before the answer to what is before it.
    assert Counter(turn["role"] for turn in ends) == {"user": 2, "agent": 2}
