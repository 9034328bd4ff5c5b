"""Faults while somebody follows: what is told is what was recorded, each event once and in order."""

import asyncio
import random

import pytest
from redis import Redis

from tests.integration.faults.audiences import audience
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.followers import CUT, Follower, HangsUpAfter
from tests.integration.faults.load import OPEN, Clients
from tests.integration.faults.tellings import event_of
from tests.integration.faults.test_redis_loss import restarted_empty
from tests.integration.faults.test_storm import SEED

pytestmark = pytest.mark.timeout(180)

QUESTION = "utter this"


def attempts_told(follower: Follower) -> list[int]:
    events = map(event_of, follower.told)
    return [event["attempt"] for event in events if event["type"] == "started"]


async def test_f1_what_a_killed_worker_said_is_discarded_and_said_anew(cluster: Cluster) -> None:
    [gateway] = cluster.start("gateway")
    cluster.start("worker", 2)
    async with audience(cluster, [gateway.url], QUESTION) as heard:
        await heard.hears(20)
        cluster.worker_of(QUESTION).kill()

    assert await heard.faults() == []
    assert [attempts_told(each) for each in heard.everybody] == [[1, 2]] * 3
    assert [each.connections for each in heard.everybody] == [1] * 3


async def test_f9_who_followed_at_a_killed_gateway_goes_on_at_another(cluster: Cluster) -> None:
    first, other = cluster.start("gateway", 2)
    cluster.start("worker")
    async with audience(cluster, [first.url, other.url], QUESTION) as heard:
        await heard.hears(20)
        first.kill()

    assert await heard.faults() == []
    assert [each.endings for each in heard.everybody] == [[CUT]] * 3
    assert [attempts_told(each) for each in heard.everybody] == [[1]] * 3


@pytest.mark.long_fault
async def test_f10_a_gateway_that_is_told_to_stop_lets_followers_go_on_elsewhere(
    cluster: Cluster,
) -> None:
    """And who waits beside them with a place where its answer will be."""
    first, other = cluster.start("gateway", 2)
    cluster.start("worker")
    async with (
        Clients([other.url]) as clients,
        audience(cluster, [first.url, other.url], QUESTION) as heard,
    ):
        await heard.hears(10)
        waiting = asyncio.create_task(clients.ask("slow w", thread_id="w", url=first.url))
        await heard.hears(20)
        first.terminate()
        assert (await waiting).status == OPEN
        assert await asyncio.to_thread(first.process.wait, 20) == 0

    assert await heard.faults() == []
    endings = [each.endings for each in heard.everybody]
    assert endings == [["shutdown"], ["shutdown"], ["1012"]]


async def test_f22_followers_hear_on_when_the_subscriptions_are_cut(cluster: Cluster) -> None:
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    with Redis.from_url(cluster.redis.url) as redis:
        async with audience(cluster, [gateway.url], QUESTION) as heard:
            for number in (5, 10, 15, 20):
                await heard.hears(number)
                redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    assert await heard.faults() == []
    assert [each.connections for each in heard.everybody] == [1] * 3


@pytest.mark.long_fault
async def test_f20_a_redis_that_restarts_with_its_file_is_one_gap(cluster: Cluster) -> None:
    """What was recorded in its last second may be lost, and nobody knows whether it is."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with audience(cluster, [gateway.url], QUESTION) as heard:
        await heard.hears(20)
        await asyncio.to_thread(cluster.redis.restart)

    assert await heard.faults(gaps=1) == []
    assert [each.connections for each in heard.everybody] == [1] * 3


async def test_f19_a_redis_that_restarts_empty_is_one_gap(cluster: Cluster) -> None:
    """The answer is begun anew in the new epoch, and told from there to its end."""
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with audience(cluster, [gateway.url], QUESTION) as heard:
        await heard.hears(20)
        await asyncio.to_thread(restarted_empty, cluster)

    assert await heard.faults(gaps=1) == []
    assert [each.connections for each in heard.everybody] == [1] * 3


@pytest.mark.long_fault
async def test_f34_a_hundred_disconnects_and_a_killed_worker_make_no_difference_of_a_byte(
    cluster: Cluster,
) -> None:
    """Over SSE and over a WebSocket, here and there; `CSE_CHAT_TEST_SEED` says who leaves when."""
    urls = [gateway.url for gateway in cluster.start("gateway", 2)]
    cluster.start("worker", 2)
    chance = random.Random(SEED)  # noqa: S311 -- it has to be repeatable

    def hangs_up(number: int) -> HangsUpAfter:
        own = random.Random(SEED + number)  # noqa: S311 -- as above
        return lambda: own.choice([1, 1, 2])

    async with audience(cluster, urls, "speak for long", hangs_up=hangs_up) as heard:
        await heard.hears(chance.randrange(30, 80))
        cluster.worker_of("speak for long").kill()

    assert await heard.faults() == []
    assert min(each.connections for each in heard.everybody) > 100
    assert [attempts_told(each) for each in heard.everybody] == [[1, 2]] * 3
