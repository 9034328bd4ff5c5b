"""Streams over real connections: live, resumed, left, ended."""

import asyncio
import random

import pytest
from httpx import AsyncClient

from tests.integration.streams.readers import Sent, stream
from tests.integration.streams.servers import Served, Speaker, serving
from tests.waiting import until

STORMS = 100


async def test_whoever_follows_is_told_what_happens_when_it_happens() -> None:
    async with asyncio.timeout(20), serving() as served:
        speaker = await served.speaker()
        async with stream(served.client, speaker.path) as following:
            before = [await anext(following.told), await anext(following.told)]
            await speaker.say("JKH")
            live = await anext(following.told)
        response = following.response
        await until(lambda: served.followers == 0)

    assert [one.name for one in before] == ["accepted", "started"]
    assert (live.name, live.event["response"]) == ("delta", "JKH")
    assert [one.id for one in (*before, live)] == [one.event["cursor"] for one in (*before, live)]
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"


async def test_a_stream_of_one_request_ends_behind_its_outcome_and_does_not_come_back() -> None:
    async with asyncio.timeout(20), serving() as served:
        speaker = await served.speaker()
        await speaker.end()
        async with stream(served.client, speaker.own_path) as following:
            told = await following.rest()
        last = {"Last-Event-ID": str(told[-1].id)}
        again = await served.client.get(speaker.own_path, headers=last)

    assert [one.name for one in told] == ["accepted", "started", "answered"]
    assert (again.status_code, again.content) == (204, b"")


async def reassembled(client: AsyncClient, path: str) -> list[Sent]:
    """Return what a client has that loses its connection again and again, and comes back."""
    chance = random.Random(7)  # noqa: S311 -- the same disconnects each time
    told: list[Sent] = []
    for _ in range(STORMS):
        last = told[-1].id if told else None
        async with stream(client, path, last=last) as following:
            rest = chance.randrange(1, 8)
            async for one in following.told:
                told.append(one)
                rest -= 1
                if not rest or one.name == "answered":
                    break
    last = told[-1].id
    async with stream(client, path, last=last) as following:
        told += await following.rest()
    return told


async def spoken(speaker: Speaker, pieces: int) -> None:
    for number in range(pieces):
        await speaker.say(f"piece {number} of it, with a line\nbreak \u0dc3\u0dd2\u0d82 ")
        await asyncio.sleep(0)
    await speaker.end()


async def test_after_100_disconnects_every_byte_was_told_once_and_in_order() -> None:
    async with asyncio.timeout(60), serving() as served:
        speaker = await served.speaker()
        speaking = asyncio.create_task(spoken(speaker, 1_000))
        told = await reassembled(served.client, speaker.own_path)
        await speaking
        recorded = await speaker.recorded()

    assert [one.data for one in told] == recorded
    assert served.container.streams().resumed == STORMS


async def connect(served: Served, path: str) -> asyncio.StreamWriter:
    """Open a stream, wait for its first byte, and return the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await reader.readuntil(b"retry: 1000")
    return writer


async def test_of_1000_clients_that_went_away_nothing_is_left() -> None:
    async with asyncio.timeout(60), serving() as served:
        speaker = await served.speaker()
        tasks = len(asyncio.all_tasks())
        for number in range(10):
            path = speaker.path if number % 2 else speaker.own_path
            writers = await asyncio.gather(*(connect(served, path) for _ in range(100)))
            assert served.followers == served.open_streams == 100
            for writer in writers:
                writer.transport.abort()
            await until(lambda: served.followers == 0)
        await until(lambda: len(asyncio.all_tasks()) <= tasks)

        assert served.open_streams == 0
        assert served.container.streams().told["started"] == 1_000


async def test_whoever_went_away_is_missed_also_when_it_has_asked_for_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A second request behind a stream waits for its end; the end of both is the connection's."""
    async with serving() as served:
        speaker = await served.speaker()
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        for path in (speaker.path, "/health/live"):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        await until(lambda: served.open_streams == 1)

        writer.transport.abort()

        await until(lambda: served.open_streams == served.followers == 0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_whoever_follows_is_told_that_the_server_goes_away() -> None:
    async with asyncio.timeout(20), serving() as served:
        speaker = await served.speaker()
        async with (
            stream(served.client, speaker.path) as of_thread,
            stream(served.client, speaker.own_path) as of_request,
        ):
            await until(lambda: served.followers == 2)
            served.end()
            told = [await each.rest() for each in (of_thread, of_request)]

    assert [[one.name for one in each] for each in told] == [
        ["accepted", "started", "shutdown"]
    ] * 2
    assert [each[-1].id for each in told] == [None, None]


async def test_a_look_that_waits_is_answered_at_once_when_the_server_goes_away() -> None:
    async with asyncio.timeout(20), serving() as served:
        speaker = await served.speaker()
        first = (await served.client.get(f"{speaker.path}?wait=0")).json()
        looking = asyncio.create_task(
            served.client.get(f"{speaker.path}?wait=5&after={first['next']}")
        )
        await until(lambda: served.followers == 1)
        served.end()
        look = (await looking).json()

    assert look == {"events": [], "next": first["next"]}


async def test_whoever_leaves_while_it_looks_is_not_waited_for() -> None:
    async with asyncio.timeout(20), serving() as served:
        speaker = await served.speaker()
        first = (await served.client.get(f"{speaker.path}?wait=0")).json()
        for path in (speaker.path, speaker.own_path):
            _, writer = await asyncio.open_connection("127.0.0.1", served.port)
            query = f"{path}?wait=5&after={first['next']}"
            writer.write(f"GET {query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            await until(lambda: served.followers == 1)
            writer.transport.abort()
            await until(lambda: served.followers == 0, seconds=2)
