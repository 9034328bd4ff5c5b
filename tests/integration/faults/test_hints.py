"""Questions that are answered while Kafka still takes them, and what is left where it does not."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from tests.integration.faults.cluster import Cluster
from tests.integration.processes import RunningProcess
from tests.waiting import until_it

pytestmark = pytest.mark.timeout(120)

PARTITIONS = 12
CANARY = "canary-81c7"
ANSWER = f"Processed your query: '{CANARY}'"


@asynccontextmanager
async def asking(gateway: RunningProcess) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway.url, timeout=20, trust_env=False) as client:
        yield client


async def ask(client: httpx.AsyncClient, text: str) -> httpx.Response:
    """Ask what begins a conversation."""
    return await client.post("/api/chat", json={"message": text})


async def ahead(gateway: RunningProcess, worker: RunningProcess) -> int:
    """Return how many questions had an answer when Kafka had them."""
    told = []
    async with httpx.AsyncClient(trust_env=False) as client:
        for url in (gateway.url, worker.url):
            lines = (await client.get(f"{url}/metrics")).text.splitlines()
            told += [line for line in lines if line.startswith("chat_answered_ahead_total ")]
    return sum(int(float(line.split()[1])) for line in told)


async def hinted_at(client: httpx.AsyncClient, redis: Redis) -> None:
    """Return once hints are heard in every partition, and the ledger is known to lack nothing there."""

    async def is_so() -> bool:
        await ask(client, "hello")  # in any partition
        heard = await redis.pubsub_channels("chat.hints:*")
        complete = await redis.keys("chat.applied:*")
        return (len(heard), len(complete)) == (PARTITIONS, PARTITIONS)

    await until_it(is_so)


async def holding(redis: Redis, text: str, *, kind: bytes | None = None) -> list[str]:
    """Return the keys, of that type if one is given, that hold *text*."""
    found = []
    async for key in redis.scan_iter():
        type_ = await redis.type(key)
        held: object
        match type_:
            case b"string":
                held = await redis.get(key)
            case b"hash":
                held = await redis.hgetall(key)
            case b"list":
                held = await redis.lrange(key, 0, -1)
            case b"stream":
                held = await redis.xrange(key)
            case _:
                held = await redis.zrange(key, 0, -1)
        if text in str(held).replace("\\'", "'") and kind in {None, type_}:
            found.append(key.decode())
    return found


async def is_on_offer(redis: Redis) -> bool:
    """Say whether a worker has the answer ready, and nobody can read it."""
    keys = await holding(redis, ANSWER)
    return bool(keys) and all(key.startswith("chat.offer:") for key in keys)


async def test_what_is_answered_ahead_is_kept_like_any_other(cluster: Cluster) -> None:
    [gateway] = cluster.start("gateway", AGENT__NAME="echo")
    [worker] = cluster.start("worker", AGENT__NAME="echo")
    async with asking(gateway) as client, Redis.from_url(cluster.redis.url) as redis:
        await hinted_at(client, redis)
        told: dict[str, Any] = {}

        async def is_ahead() -> bool:
            before = await ahead(gateway, worker)
            told.update((await ask(client, "Why?")).json())

            async def is_done() -> bool:
                return bool(
                    await redis.hget(f"chat.request:{told['correlation_id']}", "done:response")
                )

            await until_it(is_done)
            return await ahead(gateway, worker) > before

        await until_it(is_ahead)

        assert (told["response"], told["metadata"]["durability"], told["metadata"]["attempt"]) == (
            "Processed your query: 'Why?'",
            "kafka",
            1,
        )
        thread = (await client.get(f"/api/threads/{told['thread_id']}/messages")).json()
        assert [turn["role"] for turn in thread["messages"]] == ["user", "agent"]
        followed = await client.get(
            f"/api/threads/{told['thread_id']}/events", headers={"Accept": "application/json"}
        )
        events = followed.json()["events"]
        assert [event["type"] for event in events] == ["accepted", "started", "delta", "answered"]


async def test_what_comes_behind_many_that_were_answered_ahead_is_answered(
    cluster: Cluster,
) -> None:
    """The worker reads seldom by then."""
    [gateway] = cluster.start("gateway", AGENT__NAME="echo")
    [worker] = cluster.start("worker", AGENT__NAME="echo")
    async with asking(gateway) as client, Redis.from_url(cluster.redis.url) as redis:
        await hinted_at(client, redis)
        enough = await ahead(gateway, worker) + 30
        begun: list[str] = []
        while await ahead(gateway, worker) < enough:
            begun += [(await ask(client, "Why?")).json()["thread_id"] for _ in range(10)]

        follow_ups = [{"thread_id": thread_id, "message": "And then?"} for thread_id in begun]
        alone = await client.post("/api/chat", json=follow_ups.pop())
        together = [client.post("/api/chat", json=question) for question in follow_ups]
        answers = [alone, *await asyncio.gather(*together)]

        assert [answer.status_code for answer in answers] == [200] * len(begun)
        assert {answer.json()["response"] for answer in answers} == {
            "Processed your query: 'And then?'"
        }


async def test_f13_a_question_that_a_frozen_kafka_did_not_take_has_no_answer(
    own_cluster: Cluster,
) -> None:
    """A worker had one ready, which nobody is told; Kafka may hold the question all the same."""
    [gateway] = own_cluster.start("gateway", AGENT__NAME="echo")
    own_cluster.start("worker", AGENT__NAME="echo")
    async with asking(gateway) as client, Redis.from_url(own_cluster.redis.url) as redis:
        await hinted_at(client, redis)
        own_cluster.kafka.freeze()
        asked = asyncio.create_task(ask(client, CANARY))
        await until_it(lambda: is_on_offer(redis))
        refused = await asked
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/not-accepted")

        own_cluster.kafka.thaw()

        async def is_answering() -> bool:
            return (await ask(client, "again")).status_code == 200

        await until_it(is_answering, seconds=40)

        async def is_forgotten() -> bool:
            return await holding(redis, ANSWER) == []

        await until_it(is_forgotten)
        [messages] = await holding(redis, CANARY, kind=b"list")
        turns = [json.loads(turn) for turn in await redis.lrange(messages, 0, -1)]
        assert [turn.get("status") for turn in turns] == [None, "cancelled"]


async def test_f2_a_worker_killed_between_its_answer_and_the_delivery(own_cluster: Cluster) -> None:
    """What it had ready counts when Kafka has the question; the next worker finishes it."""
    [gateway] = own_cluster.start("gateway", AGENT__NAME="echo", HTTP__WAIT_SECONDS="20")
    [worker] = own_cluster.start("worker", AGENT__NAME="echo")
    async with asking(gateway) as client, Redis.from_url(own_cluster.redis.url) as redis:
        await hinted_at(client, redis)
        own_cluster.kafka.freeze()
        asked = asyncio.create_task(ask(client, CANARY))
        await until_it(lambda: is_on_offer(redis))
        worker.process.kill()
        own_cluster.kafka.thaw()
        answer = await asked
        own_cluster.start("worker", AGENT__NAME="echo")

        assert (answer.status_code, answer.json()["response"]) == (200, ANSWER)
        row = f"chat.request:{answer.json()['correlation_id']}"

        async def is_done() -> bool:
            return bool(await redis.hget(row, "done:response"))

        await until_it(is_done, seconds=40)
        turns = f"/api/threads/{answer.json()['thread_id']}/messages"
        messages = (await client.get(turns)).json()["messages"]
        assert [turn["role"] for turn in messages] == ["user", "agent"]


async def test_who_asks_is_answered_as_ever_when_the_offer_has_got_lost(
    own_cluster: Cluster,
) -> None:
    [gateway] = own_cluster.start("gateway", AGENT__NAME="echo", HTTP__WAIT_SECONDS="20")
    own_cluster.start("worker", AGENT__NAME="echo")
    async with asking(gateway) as client, Redis.from_url(own_cluster.redis.url) as redis:
        await hinted_at(client, redis)
        own_cluster.kafka.freeze()
        asked = asyncio.create_task(ask(client, CANARY))
        await until_it(lambda: is_on_offer(redis))
        await redis.delete(*await holding(redis, ANSWER))
        own_cluster.kafka.thaw()

        answer = await asked
        assert (answer.status_code, answer.json()["response"]) == (200, ANSWER)
