"""Streams at gateways over Kafka and Redis: they end, Redis fails, and clients lose nothing."""

import asyncio
import random
from collections.abc import Sequence

import httpx
import pytest
from redis.asyncio import Redis

from cse_chat.entrypoints.metrics.reading import Scrape
from tests.integration.faults.cluster import Cluster
from tests.integration.processes import RunningProcess
from tests.integration.streams.readers import Sent, stream
from tests.waiting import until_it

pytestmark = pytest.mark.timeout(120)

STORMS = 60


async def asked(client: httpx.AsyncClient, url: str, message: str) -> tuple[str, str]:
    """Ask, and return where the events of the request and of its thread are."""
    response = await client.post(
        f"{url}/api/chat", json={"message": message}, headers={"Prefer": "respond-async"}
    )
    body = response.json()
    return body["events_url"], f"/api/threads/{body['thread_id']}/events"


async def told_from(
    client: httpx.AsyncClient, gateway: RunningProcess, path: str, told: Sequence[Sent] = ()
) -> list[Sent]:
    """Return what *gateway* tells behind what was told, to its end."""
    last = told[-1].id if told else None
    async with stream(client, f"{gateway.url}{path}", last=last) as following:
        return await following.rest()


async def all_of(client: httpx.AsyncClient, gateway: RunningProcess, path: str) -> list[bytes]:
    """Return every event as JSON tells it, once it is over."""
    found: list[bytes] = []
    after: str | None = "0" * 16 + "-0"
    while after:
        look = await client.get(f"{gateway.url}{path}", params={"after": after, "wait": "5"})
        events, after = look.json()["events"], look.json()["next"]
        found += [_within(look.content, event) for event in events]
    return found


def _within(body: bytes, event: dict[str, str]) -> bytes:
    """Return *event* as it stands in *body*."""
    begin = body.index(b'{"cursor":"%b"' % event["cursor"].encode())
    end = min(
        found
        for found in (body.find(b',{"cursor":', begin), body.find(b'],"next":', begin))
        if found > 0
    )
    return body[begin:end]


async def test_a_gateway_that_ends_says_so_and_another_tells_on_without_hole_or_repeat(
    cluster: Cluster,
) -> None:
    first, other = cluster.start("gateway", 2)
    cluster.start("worker")
    async with asyncio.timeout(60), httpx.AsyncClient(timeout=30) as client:
        own, of_thread = await asked(client, first.url, "speak to me")
        following = [
            asyncio.create_task(told_from(client, first, path)) for path in (own, of_thread, own)
        ]
        await until_it(lambda: _tells(client, first))
        first.terminate()
        cut = await asyncio.gather(*following)
        assert await asyncio.to_thread(first.process.wait, 20) == 0

        assert [told[-1].name for told in cut] == ["shutdown"] * 3
        for told in cut:
            told.pop()
        assert all("delta" in {one.name for one in told} for told in cut)
        whole = [told + await told_from(client, other, own, told) for told in cut]
        kept = await all_of(client, other, own)

    assert [[one.data for one in told] for told in whole] == [kept] * 3
    assert whole[0][-1].name == "answered"
    assert not [line for line in first.log() if line["level"] in {"warning", "error"}]


async def _tells(client: httpx.AsyncClient, gateway: RunningProcess) -> bool:
    scrape = Scrape.of((await client.get(f"{gateway.url}/metrics")).text, at=0)
    return scrape.total("chat_stream_events_total", "delta") > 20


async def test_whoever_comes_back_again_and_again_here_and_there_has_every_byte_once(
    cluster: Cluster,
) -> None:
    gateways = cluster.start("gateway", 2)
    cluster.start("worker")
    chance = random.Random(11)  # noqa: S311 -- the same disconnects each time
    told: list[Sent] = []
    async with asyncio.timeout(60), httpx.AsyncClient(timeout=30) as client:
        own, _ = await asked(client, gateways[0].url, "speak to me")
        for number in range(STORMS):
            last = told[-1].id if told else None
            path = f"{gateways[number % 2].url}{own}"
            async with stream(client, path, last=last) as following:
                rest = chance.randrange(1, 4)
                async for one in following.told:
                    told.append(one)
                    rest -= 1
                    if not rest:
                        break
        told += await told_from(client, gateways[0], own, told)
        kept = await all_of(client, gateways[1], own)

    assert [one.data for one in told] == kept
    async with Redis.from_url(cluster.redis.url) as redis:

        async def nobody_is_heard() -> bool:
            return not await redis.pubsub_channels("chat.stream:*")

        await until_it(nobody_is_heard)


async def test_a_redis_that_is_away_for_a_while_interrupts_a_stream_and_it_goes_on(
    cluster: Cluster,
) -> None:
    (gateway,) = cluster.start("gateway")
    cluster.start("worker")
    async with asyncio.timeout(90), httpx.AsyncClient(timeout=60) as client:
        own, _ = await asked(client, gateway.url, "speak to me")
        following = asyncio.create_task(told_from(client, gateway, own))
        await until_it(lambda: _tells(client, gateway))
        cluster.redis.freeze()
        await until_it(lambda: _is_interrupted(client, gateway))
        cluster.redis.thaw()
        told = await following
        kept = await all_of(client, gateway, own)

    assert [one.data for one in told] == kept
    assert told[-1].name == "answered"


async def test_a_redis_that_was_restarted_is_a_gap_and_the_stream_goes_on_to_its_outcome(
    cluster: Cluster,
) -> None:
    """What was recorded in its last second may be lost, and nobody knows whether it is."""
    (gateway,) = cluster.start("gateway")
    cluster.start("worker")
    async with asyncio.timeout(90), httpx.AsyncClient(timeout=60) as client:
        own, of_thread = await asked(client, gateway.url, "speak to me")
        following = asyncio.create_task(told_from(client, gateway, own))
        await until_it(lambda: _tells(client, gateway))
        await asyncio.to_thread(cluster.redis.kill)
        await asyncio.to_thread(cluster.redis.start)
        told = await following
        kept = await client.get(f"{gateway.url}{of_thread}?wait=0")

    names = [one.name for one in told]
    (gap,) = (number for number, name in enumerate(names) if name == "gap")
    assert 0 < gap < len(names) - 1
    assert names[-1] == "answered"
    assert [one.event for one in told[gap + 1 :]][:100] == kept.json()["events"]


async def _is_interrupted(client: httpx.AsyncClient, gateway: RunningProcess) -> bool:
    scrape = Scrape.of((await client.get(f"{gateway.url}/metrics")).text, at=0)
    return scrape.total("chat_stream_interruptions_total") > 0
