"""What gateways hear of events is slow to begin, or too much; followers are told everything."""

import asyncio

import httpx
import pytest
from redis.asyncio import Redis

from tests.integration.faults.audiences import recorded_in
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.followers import Follower, SocketFollower, StreamFollower
from tests.integration.faults.load import ANSWERED, Clients
from tests.integration.faults.proxy import WithholdingProxy
from tests.integration.faults.tellings import broken_tellings
from tests.waiting import until, until_it

pytestmark = pytest.mark.timeout(240)

TOO_MUCH = 32 * 1024 * 1024
"""Bytes beyond which Redis gives up a subscriber that does not read."""


def followers_of(
    client: httpx.AsyncClient, urls: list[str], thread_id: str, *, outcomes: int
) -> tuple[Follower, Follower]:
    path = f"/api/threads/{thread_id}/events"
    return (
        StreamFollower(client, urls, path, outcomes=outcomes),
        SocketFollower(urls, thread_id, outcomes=outcomes),
    )


@pytest.mark.parametrize("reads_before", [False, True])
async def test_f23_what_happens_before_a_subscription_is_confirmed_is_told(
    cluster: Cluster, *, reads_before: bool
) -> None:
    """Also where it takes so long that followers have begun to read without: nothing is busy then."""
    with WithholdingProxy(cluster.redis.port) as between:
        [gateway] = cluster.start("gateway", REDIS__URL=f"redis://127.0.0.1:{between.port}/0")
        cluster.start("worker")
        async with httpx.AsyncClient(timeout=30) as client, Clients([gateway.url]) as clients:
            await clients.ask("answer f-0", thread_id="f")
            followers = followers_of(client, clients.urls, "f", outcomes=2)
            between.withholds = True
            async with asyncio.timeout(12), asyncio.TaskGroup() as following:
                for each in followers:
                    following.create_task(each.follow())
                await until(lambda: between.withheld == 1)
                if reads_before:
                    await until(lambda: all(each.told for each in followers))
                answered = await clients.ask("answer f-1", thread_id="f")
                between.withholds = False

    recorded = await recorded_in(cluster.redis.url, "f")
    answer = answered.body["response"]
    assert [broken_tellings(each.told, recorded, answer=answer) for each in followers] == [[], []]
    assert between.withheld == 1


@pytest.mark.long_fault
async def test_f25_what_a_frozen_gateway_was_told_too_much_of_is_read_from_the_log(
    cluster: Cluster,
) -> None:
    """Redis drops its subscription meanwhile; its followers keep their connections, and miss nothing."""
    threads, questions = [f"loud-{number}" for number in range(6)], 6
    frozen, other = cluster.start("gateway", 2, HTTP__WAIT_SECONDS="30")
    cluster.start("worker")
    async with (
        httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client,
        Clients([other.url]) as clients,
        Redis.from_url(cluster.redis.url) as redis,
    ):

        async def subscribers() -> int:
            return len(await redis.client_list(_type="pubsub"))

        async def ask_all(thread_id: str) -> None:
            for number in range(1, questions):
                asked = await clients.ask(f"shout {number}", thread_id=thread_id)
                assert asked.status == ANSWERED

        await asyncio.gather(*(clients.ask("answer", thread_id=each) for each in threads))
        followers = {
            each: followers_of(client, [frozen.url], each, outcomes=questions) for each in threads
        }
        async with asyncio.TaskGroup() as following:
            everybody = [each for both in followers.values() for each in both]
            for each in everybody:
                following.create_task(each.follow())
            await until(lambda: all(each.told for each in everybody), seconds=20)
            heard = await subscribers()
            frozen.freeze()
            await asyncio.gather(*map(ask_all, threads))

            async def one_was_dropped() -> bool:
                return await subscribers() == heard - 1

            await until_it(one_was_dropped)
            frozen.thaw()

    for thread_id, both in followers.items():
        recorded = await recorded_in(cluster.redis.url, thread_id)
        answer = f"{'!' * 700_000}answer to shout {questions - 1}, of local"
        for each in both:
            assert broken_tellings(each.told, recorded, answer=answer) == []
            assert (each.connections, each.endings) == (1, [])
