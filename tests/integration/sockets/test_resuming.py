"""From any cursor: exactly what is behind it, however often the connection breaks."""

import asyncio
import random

from tests.integration.sockets.agents import TalkativeAgent
from tests.integration.sockets.clients import Frame, talking
from tests.integration.sockets.services import Service, a_service

_QUESTIONS = 30
_BREAKS = 100


async def all_that_is_told(service: Service, thread_id: str) -> list[Frame]:
    """Return it as one hears it who was there all the time."""
    told = []
    async with talking(service.url, thread_id) as client:
        await client.says("follow")
        for _ in range(_QUESTIONS):
            told += await client.hears_the_outcome()
    return told


async def all_that_is_told_in_pieces(
    service: Service, thread_id: str, chance: random.Random
) -> list[Frame]:
    """Return it as one hears it whose connection breaks again and again."""
    told: list[Frame] = []
    for _ in range(_BREAKS):
        async with talking(service.url, thread_id) as client:
            await client.says("follow", after=told[-1]["cursor"] if told else None)
            told += [await client.hears() for _ in range(chance.randrange(3))]
            if chance.random() < 0.5:
                await client.vanishes()
    while sum(frame.get("is_final", False) for frame in told) < _QUESTIONS:
        async with talking(service.url, thread_id) as client:
            await client.says("follow", after=told[-1]["cursor"])
            told.append(await client.hears())
    return told


async def ask_all(service: Service, thread_id: str) -> None:
    async with talking(service.url, thread_id) as client:
        for n in range(_QUESTIONS):
            await client.says("ask", ref=str(n), message=f"Question {n}")


async def test_a_hundred_breaks_make_no_difference_of_a_byte() -> None:
    agent = TalkativeAgent(pieces=100, size=30)
    async with a_service(agent) as service, asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        whole = tasks.create_task(all_that_is_told(service, "t"))
        chance = random.Random(1)  # noqa: S311 -- the same every time
        pieces = tasks.create_task(all_that_is_told_in_pieces(service, "t", chance))
        tasks.create_task(ask_all(service, "t"))

    assert pieces.result() == whole.result()
    text = "".join(frame["response"] for frame in whole.result() if frame["type"] == "delta")
    assert text == agent.text * _QUESTIONS
