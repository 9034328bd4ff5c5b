"""A thread is deleted at one gateway while others, and workers, go on with it."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from redis import Redis

from cse_chat.adapters.kafka.names import AUDIT, RESPONSES
from tests.brokers.afresh import PARTITIONS
from tests.integration.faults.cluster import Cluster
from tests.waiting import until, until_it

pytestmark = pytest.mark.timeout(120)

ASYNC = {"Prefer": "respond-async"}
SOON = timedelta(seconds=2)


async def kept(cluster: Cluster, topic: str) -> list[dict[str, Any]]:
    """Return all that is in a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=cluster.kafka.address, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, 0)
        found: list[dict[str, Any]] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [json.loads(record.value) for record in records]
    finally:
        await consumer.stop()
    return found


async def asked(
    client: httpx.AsyncClient, gateway: str, text: str, **headers: str
) -> httpx.Response:
    return await client.post(
        f"{gateway}/api/chat", json={"message": text, "thread_id": "t"}, headers=headers
    )


async def test_a_thread_that_is_deleted_elsewhere_lets_everybody_go_and_stays_gone(
    cluster: Cluster,
) -> None:
    here, there = (each.url for each in cluster.start("gateway", 2, HTTP__WAIT_SECONDS="30"))
    cluster.start("worker")
    async with httpx.AsyncClient(timeout=40) as client:
        await asked(client, here, "answer first")
        waiting = asyncio.create_task(asked(client, here, "hang"))
        await until(lambda: any(run.text == "hang" for run in cluster.runs()), seconds=10)
        queued = await asked(client, here, "answer never", **ASYNC)

        deleted = await client.delete(f"{there}/api/threads/t")
        async with asyncio.timeout(SOON.total_seconds()):
            told = await waiting

        assert (deleted.status_code, deleted.json()["cancelled"]) == (200, 2)
        assert (told.status_code, told.json()["detail"]) == (409, "The conversation was deleted.")
        await until_it(lambda: _is_refused(client, here))
        for gateway in (here, there):
            assert (await client.get(f"{gateway}/api/threads/t")).status_code == 404
            assert (await client.get(f"{gateway}/api/threads/t/messages")).status_code == 404
            assert (await client.get(f"{gateway}/api/threads")).json()["threads"] == []
            later = await client.get(f"{gateway}{queued.headers['location']}")
            assert later.json()["status"] == "cancelled"
        # The slot and the lane are free, and the tails are written.
        other = await client.post(f"{here}/api/chat", json={"message": "answer other"})
        assert other.status_code == 200

        async def are_on_record() -> bool:
            ended = [each.get("status") for each in await kept(cluster, RESPONSES)]
            return ended.count("cancelled") >= len({"hang", "answer never"})

        await until_it(are_on_record)
    [record] = await kept(cluster, AUDIT)
    assert (record["kind"], record["thread_id"], record["user_id"]) == ("deleted", "t", "local")
    assert [run.text for run in cluster.runs() if run.what == "start"] == [
        "answer first",
        "hang",
        "answer other",
    ]


async def test_what_no_worker_has_seen_is_never_run_once_its_thread_is_deleted(
    cluster: Cluster,
) -> None:
    [gateway] = (each.url for each in cluster.start("gateway"))
    async with httpx.AsyncClient(timeout=40) as client:
        accepted = await asked(client, gateway, "answer never", **ASYNC)
        assert (await client.delete(f"{gateway}/api/threads/t")).json()["cancelled"] == 1

        cluster.start("worker")
        other = await client.post(f"{gateway}/api/chat", json={"message": "answer other"})
        await until_it(lambda: _is_recorded(cluster, accepted.json()["correlation_id"]))

        assert other.status_code == 200
    assert [run.text for run in cluster.runs() if run.what == "start"] == ["answer other"]


async def test_an_unregistered_question_of_a_deleted_thread_is_cancelled_by_the_worker(
    cluster: Cluster,
) -> None:
    """Redis lost what it knew of the question, but not that the thread was deleted."""
    [gateway] = (each.url for each in cluster.start("gateway"))
    async with httpx.AsyncClient(timeout=40) as client:
        accepted = await asked(client, gateway, "answer never", **ASYNC)
        await client.delete(f"{gateway}/api/threads/t")
        cid = accepted.json()["correlation_id"]
        with Redis.from_url(cluster.redis.url) as redis:
            redis.delete(f"chat.request:{cid}", f"chat.response:{cid}")

        cluster.start("worker")
        await until_it(lambda: _is_recorded(cluster, cid))
        read = await client.get(f"{gateway}/api/chat/{cid}")

    assert read.json()["status"] == "cancelled"
    assert list(cluster.runs()) == []


async def _is_refused(client: httpx.AsyncClient, gateway: str) -> bool:
    """Say whether the gateway has heard that the thread is deleted."""
    return (await asked(client, gateway, "again")).status_code == httpx.codes.NOT_FOUND


async def _is_recorded(cluster: Cluster, correlation_id: str) -> bool:
    return [correlation_id, "cancelled"] in [
        [each["correlation_id"], each.get("status")] for each in await kept(cluster, RESPONSES)
    ]
