"""Records that nobody should have written, before real workers: each has its defined end."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from redis.asyncio import Redis

from cse_chat.adapters.kafka.names import REPLY_TO
from cse_chat.adapters.wire.requests import encode_request
from tests.builders import a_question, a_request
from tests.integration.compatibility.original import REQUESTS, chat_request, original_gateway
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, OPEN, Asked, Clients
from tests.integration.faults.oracle import faults_of
from tests.integration.faults.test_workers import started

pytestmark = pytest.mark.timeout(150)
ME = "local"
FAILED = 502


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
    [worker] = cluster.start("worker")
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
        counters = (await clients.health(worker.url))["counters"]

    assert counters["dead_letters"] == reasons
    assert counters["claims"]["settled-before"] == 2
    assert reasons == {"id-conflict": 1, "not-owner": 1, "malformed-record": 2}
    assert [run.text for run in cluster.runs() if run.what == "start"] == [
        "answer twice",
        "answer later",
    ]
    # What waits may be registered before the answer to what is before it.
    assert Counter(turn["role"] for turn in ends) == {"user": 2, "agent": 2}


async def test_who_asks_in_the_thread_of_another_is_told_that_it_failed(cluster: Cluster) -> None:
    [ours] = cluster.start("gateway")
    cluster.start("worker")
    theirs = chat_request("answer stolen", thread_id="owned", user_id="another")
    async with (
        original_gateway(cluster.kafka.address, cluster.redis.url) as gateway,
        Clients([ours.url]) as clients,
        Redis.from_url(cluster.redis.url, decode_responses=True) as redis,
    ):
        mine = await clients.ask("answer mine", thread_id="owned")
        told = await gateway.ask(theirs)
        kept = json.loads(await redis.get(f"chat.response:{theirs['correlation_id']}") or "")
        reasons = await letters(cluster.kafka.address, 1)

        assert (told["status"], told["problem"]["type"]) == ("failed", "/problems/not-owner")
        assert kept == told
        assert reasons == {"not-owner": 1}
        assert (await clients.read(theirs["correlation_id"])).status_code == 404
        assert {turn["correlation_id"] for turn in await clients.history("owned")} == {
            mine.correlation_id
        }
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []


async def test_an_id_that_runs_for_another_is_not_disturbed(cluster: Cluster) -> None:
    """Neither by another's record under its id, nor by its own in another thread."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with (
        AIOKafkaProducer(bootstrap_servers=cluster.kafka.address) as producer,
        Clients([gateway.url]) as clients,
        Redis.from_url(cluster.redis.url, decode_responses=True) as redis,
    ):
        waiting = asyncio.create_task(clients.ask("slow mine", thread_id="mine"))
        await started(cluster, 1)
        [key] = [key async for key in redis.scan_iter("chat.request:*")]
        for thread_id, user_id in (("theirs", "another"), ("moved", ME)):
            forged = chat_request("answer forged", thread_id=thread_id, user_id=user_id)
            forged["correlation_id"] = key.removeprefix("chat.request:")
            await producer.send_and_wait(REQUESTS, key=thread_id.encode(), value=value_of(forged))
        assert await letters(cluster.kafka.address, 2) == {"id-conflict": 2}
        assert (await waiting).status == ANSWERED

        assert [run.text for run in cluster.runs() if run.what == "start"] == ["slow mine"]
        assert await clients.history("moved") == []
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []


async def test_a_settled_question_that_is_delivered_again_runs_no_agent(cluster: Cluster) -> None:
    """As it was written, and by somebody who knows the schema alone."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with (
        AIOKafkaProducer(bootstrap_servers=cluster.kafka.address) as producer,
        AIOKafkaConsumer(
            REQUESTS, bootstrap_servers=cluster.kafka.address, auto_offset_reset="earliest"
        ) as consumer,
        Clients([gateway.url]) as clients,
    ):
        assert (await clients.ask("answer a-0", thread_id="a")).status == ANSWERED
        assert (await clients.ask("fail a-1", thread_id="a")).status == FAILED
        for record in [await consumer.getone(), await consumer.getone()]:
            assert record.headers
            for headers in (list(record.headers), []):
                await producer.send_and_wait(
                    REQUESTS, key=record.key, value=record.value, headers=headers
                )
        # Behind them in the same thread: when it is answered, they are done with.
        assert (await clients.ask("answer a-2", thread_id="a")).status == ANSWERED

        texts = Counter(run.text for run in cluster.runs() if run.what == "start")
        assert texts == {"answer a-0": 1, "fail a-1": 3, "answer a-2": 1}
        faults = await faults_of(
            clients, list(cluster.runs()), seconds=5, most_executions=texts["fail a-1"]
        )
        assert faults == []


@pytest.mark.parametrize("with_headers", [False, True])
async def test_an_id_that_nobody_registered_is_answered_and_can_be_read(
    cluster: Cluster, *, with_headers: bool
) -> None:
    """Whoever wrote it; one whose headers say that its time is over has expired."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    now = datetime.now(UTC)
    good = a_request(a_question("answer u-0", thread_id="u", user_id=ME), asked_at=now)
    late = a_request(
        a_question("answer late", thread_id="u", user_id=ME),
        asked_at=now - timedelta(hours=1),
        deadline=timedelta(minutes=1),
    )
    async with (
        AIOKafkaProducer(bootstrap_servers=cluster.kafka.address) as producer,
        Clients([gateway.url]) as clients,
    ):
        for request in (late, good) if with_headers else (good,):
            record = encode_request(request)
            headers = [*record.headers, (REPLY_TO, b"gone")] if with_headers else []
            await producer.send_and_wait(
                REQUESTS, key=record.key, value=record.value, headers=headers
            )
        ended = await clients.end_of(
            Asked("u", "answer u-0", OPEN, good.correlation_id), seconds=20
        )

        assert ended.json()["response"] == f"answer to answer u-0, of {ME}"
        assert [run.text for run in cluster.runs() if run.what == "start"] == ["answer u-0"]
        if with_headers:
            expired = await clients.read(late.correlation_id)
            assert expired.json()["status"] == "expired"
