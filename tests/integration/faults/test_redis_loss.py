"""Redis loses what it had; what was answered comes back from Kafka, and is not answered again."""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.partitioner import DefaultPartitioner
from redis import Redis

from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, OPEN, Asked, Clients
from tests.integration.faults.oracle import faults_of

pytestmark = pytest.mark.timeout(180)

PARTITIONS = 12


def emptied(cluster: Cluster) -> None:
    with Redis.from_url(cluster.redis.url) as redis:
        redis.flushall()


def restarted_empty(cluster: Cluster) -> None:
    cluster.redis.kill()
    shutil.rmtree(cluster.redis.folder)
    cluster.redis.start()


long_fault = pytest.mark.long_fault


def threads_of_one_partition() -> Iterator[str]:
    """Yield threads whose requests stand behind each other in one partition."""
    partitioned = DefaultPartitioner()
    places = list(range(PARTITIONS))
    for number in itertools.count():
        if partitioned(f"same-{number}".encode(), places, places) == 0:
            yield f"same-{number}"


async def response_is_kept(cluster: Cluster, asked: Asked) -> None:
    """Return when Kafka has it: a worker that is killed before, and Redis with it, loses it."""
    async with AIOKafkaConsumer(
        "chat.responses", bootstrap_servers=cluster.kafka.address, auto_offset_reset="earliest"
    ) as consumer:
        while dict((await consumer.getone()).headers)["ce_id"].decode() != asked.correlation_id:
            pass


@pytest.mark.parametrize("loses", [restarted_empty, pytest.param(emptied, marks=long_fault)])
async def test_f19_what_was_answered_is_not_answered_again_after_redis_lost_it(
    cluster: Cluster, loses: Callable[[Cluster], None]
) -> None:
    """Behind a slow one it was answered and not yet committed: it is delivered again."""
    [gateway] = cluster.start("gateway")
    [worker] = cluster.start("worker")
    slow_thread, quick_thread = itertools.islice(threads_of_one_partition(), 2)
    async with Clients([gateway.url]) as clients:
        slow = await clients.ask("slow one", thread_id=slow_thread, prefer="respond-async")
        quick = await clients.ask("answer it", thread_id=quick_thread)
        assert (slow.status, quick.status) == (OPEN, ANSWERED)
        await response_is_kept(cluster, quick)
        worker.kill()
        await asyncio.to_thread(loses, cluster)

        cluster.start("worker")

        faults = await faults_of(clients, list(cluster.runs()), seconds=30, most_executions=2)
        assert faults == []
        assert (await clients.end_of(quick, seconds=0)).json() == quick.body
    begun = [run.text for run in cluster.runs() if run.what == "start"]
    assert (begun.count("slow one"), begun.count("answer it")) == (2, 1)


@long_fault
@pytest.mark.parametrize("loses", [emptied, restarted_empty])
async def test_f19_redis_loses_everything_under_load(
    cluster: Cluster, loses: Callable[[Cluster], None]
) -> None:
    """Answers, history and what is under way come back within seconds."""
    gateways = cluster.start("gateway", 2)
    cluster.start("worker", 2)
    async with Clients([gateway.url for gateway in gateways]) as clients:
        # Not as quick as can be: a thread keeps a thousand turns, and each of them is looked for.
        async with clients.asking(5, pause=0.02), clients.asking(5, "slow"):
            await asyncio.sleep(3)
            await asyncio.to_thread(loses, cluster)
            await asyncio.sleep(5)

        assert {asked.status for asked in clients.asked} <= {ANSWERED, OPEN, 504}
        faults = await faults_of(clients, list(cluster.runs()), seconds=30, most_executions=2)
        assert faults == []


async def test_f19_what_was_answered_in_a_partition_that_is_idle_since_does_not_expire(
    cluster: Cluster,
) -> None:
    """The gateway registers it again; another worker has the partition, and nothing to do in it."""
    [gateway] = cluster.start("gateway", AGENT__DEADLINE_SECONDS="10")
    [worker] = cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        asked = await clients.ask("slow one", thread_id="idle")
        assert asked.status == ANSWERED
        await response_is_kept(cluster, asked)
        worker.terminate()
        await asyncio.to_thread(worker.process.wait)
        cluster.start("worker")
        await asyncio.to_thread(restarted_empty, cluster)

        assert (await clients.end_of(asked, seconds=15)).json() == asked.body
        assert await faults_of(clients, list(cluster.runs()), seconds=0) == []
