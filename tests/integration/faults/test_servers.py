"""Kafka and Redis are killed, frozen and restarted under gateways and workers."""

import asyncio
import time
from functools import partial

import httpx
import pytest
from redis import Redis

from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, OPEN, Clients
from tests.integration.faults.oracle import faults_of
from tests.waiting import until_it

pytestmark = pytest.mark.timeout(180)


async def answered_again(clients: Clients, *, seconds: float) -> None:
    """Return when a question is answered as if nothing had been."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    number = 0
    while (await clients.ask(f"answer again-{number}", thread_id="again")).status != ANSWERED:
        assert loop.time() < end, "it did not come back"
        number += 1
        await asyncio.sleep(0.2)


async def is_well(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{url}/health/ready")).is_success


async def misses_kafka(url: str) -> bool:
    """Return whether a process says that Kafka is away, and why."""
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"{url}/health/ready")).json()
    reasons = [problem["reason"] for problem in told["problems"]]
    return told["dependencies"]["kafka"] == "down" and reasons == ["connection-refused"]


async def refused_at_once(clients: Clients, *, within: float) -> None:
    """Return when a question is refused without a wait; each of those before is refused in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        refused = await clients.ask("answer refused", thread_id="refused")
        assert (refused.status, refused.body["type"]) == (503, "/problems/not-accepted")
        assert refused.seconds < 6
        if refused.seconds < 0.5:
            return
        assert loop.time() < end, "it goes on to wait"


async def test_f12_f18_kafka_is_killed_and_comes_back_with_its_data(own_cluster: Cluster) -> None:
    """Meanwhile every question is refused in time; what was accepted before is answered."""
    [gateway] = own_cluster.start("gateway")
    [worker] = own_cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(5):
            await asyncio.sleep(1)
            await asyncio.to_thread(own_cluster.kafka.kill)
            await refused_at_once(clients, within=20)
            for process in (gateway, worker):
                await until_it(partial(misses_kafka, process.url))
            await asyncio.to_thread(own_cluster.kafka.start)
            await answered_again(clients, seconds=30)

        assert max(asked.seconds for asked in clients.asked) < 12
        assert {asked.status for asked in clients.asked} <= {ANSWERED, OPEN, 503, 504}
        assert await faults_of(clients, list(own_cluster.runs()), seconds=30) == []


async def test_f12_a_worker_that_has_nothing_to_write_says_that_kafka_is_away(
    own_cluster: Cluster,
) -> None:
    """By what it reads: it would take the servers for well until somebody asks."""
    [worker] = own_cluster.start("worker")
    await until_it(partial(is_well, worker.url))

    await asyncio.to_thread(own_cluster.kafka.kill)

    await until_it(partial(misses_kafka, worker.url))
    await asyncio.to_thread(own_cluster.kafka.start)
    await until_it(partial(is_well, worker.url), seconds=30)


@pytest.mark.long_fault
async def test_f13_kafka_stands_still_for_three_seconds(own_cluster: Cluster) -> None:
    """Nobody is refused; answers are late."""
    [gateway] = own_cluster.start("gateway", HTTP__WAIT_SECONDS="15")
    own_cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(10):
            await asyncio.sleep(1)
            own_cluster.kafka.freeze()
            await asyncio.sleep(3)
            own_cluster.kafka.thaw()
            await asyncio.sleep(3)

        assert {asked.status for asked in clients.asked} == {ANSWERED}
        assert await faults_of(clients, list(own_cluster.runs()), seconds=10) == []


async def test_f20_redis_restarts_with_what_it_wrote(cluster: Cluster) -> None:
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(5):
            await asyncio.sleep(2)
            await asyncio.to_thread(cluster.redis.restart)
            await answered_again(clients, seconds=15)
            await asyncio.sleep(1)

        assert {asked.status for asked in clients.asked} <= {ANSWERED, OPEN, 504}
        # Up to a second of what it said may be gone: then the agent runs again.
        faults = await faults_of(clients, list(cluster.runs()), seconds=20, most_executions=2)
        assert faults == []


@pytest.mark.long_fault
async def test_f21_redis_stands_still_for_six_seconds(cluster: Cluster) -> None:
    """Questions are accepted all the same, and answered when it is back."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(5):
            await asyncio.sleep(1)
            cluster.redis.freeze()
            await asyncio.sleep(6)
            began = time.monotonic()
            accepted = await clients.ask("answer u-0", thread_id="u")
            assert accepted.status == OPEN
            assert time.monotonic() - began < 6
            cluster.redis.thaw()
            await answered_again(clients, seconds=15)

        faults = await faults_of(clients, list(cluster.runs()), seconds=20, most_executions=2)
        assert faults == []


@pytest.mark.long_fault
async def test_f21_what_waits_for_a_redis_that_stood_still_long_does_not_go_on_waiting(
    cluster: Cluster,
) -> None:
    """However often it was tried in vain, and though nobody asks anything more."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        cluster.redis.freeze()
        for number in range(20):
            asked = await clients.ask(f"answer w-{number}", thread_id=f"w-{number}")
            assert asked.is_accepted
        await asyncio.sleep(20)
        cluster.redis.thaw()

        faults = await faults_of(clients, list(cluster.runs()), seconds=12, most_executions=2)
        assert faults == []


async def test_f22_the_subscription_alone_is_cut(cluster: Cluster) -> None:
    """What was announced meanwhile is found by looking."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        with Redis.from_url(cluster.redis.url) as redis:
            async with clients.asking(10):
                for _ in range(5):
                    await asyncio.sleep(0.5)
                    redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

        assert {asked.status for asked in clients.asked} <= {ANSWERED, OPEN}
        assert max(asked.seconds for asked in clients.asked) < 3
        assert await faults_of(clients, list(cluster.runs()), seconds=10) == []


async def test_f23_a_gateway_is_not_ready_before_it_hears_replies(cluster: Cluster) -> None:
    cluster.redis.freeze()
    [gateway] = cluster.start("gateway")
    async with httpx.AsyncClient() as client:
        early = await client.get(f"{gateway.url}/health/ready")
        assert (early.status_code, early.json()["status"]) == (503, "degraded")
        assert early.json()["dependencies"]["replies"] == "down"
        cluster.redis.thaw()

        async def is_ready() -> bool:
            return (await client.get(f"{gateway.url}/health/ready")).status_code == ANSWERED

        await until_it(is_ready)


async def test_f7_records_that_are_no_requests_are_set_aside(cluster: Cluster) -> None:
    from aiokafka import AIOKafkaProducer  # noqa: PLC0415

    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    producer = AIOKafkaProducer(bootstrap_servers=cluster.kafka.address)
    await producer.start()
    rubbish = [b"", None, b"\xff", b"[" * 100_000, b'{"message": 7}', b"x" * 900_000]
    for value in rubbish:
        await producer.send_and_wait("chat.requests", key=b"p", value=value)
    await producer.stop()
    async with Clients([gateway.url]) as clients:
        assert (await clients.ask("answer p-0", thread_id="p")).status == ANSWERED
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []


@pytest.mark.long_fault
async def test_f13_kafka_stands_still_for_thirty_seconds(own_cluster: Cluster) -> None:
    """Questions are refused in time, and nobody hangs; then all is as before."""
    [gateway] = own_cluster.start("gateway")
    own_cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(5):
            await asyncio.sleep(1)
            own_cluster.kafka.freeze()
            await asyncio.sleep(30)
            own_cluster.kafka.thaw()
            await answered_again(clients, seconds=30)

        assert {asked.status for asked in clients.asked} <= {ANSWERED, OPEN, 503, 504}
        assert 503 in {asked.status for asked in clients.asked}
        assert max(asked.seconds for asked in clients.asked) < 15
        assert await faults_of(clients, list(own_cluster.runs()), seconds=30) == []
