"""How long a worker waits until it asks for what comes next."""

import asyncio

from cse_chat.entrypoints.worker.pace import Pace
from tests.faults.virtual_time import run_virtual

MOMENT = 0.001
WHILE = 0.01
MANY = 16


def noted(answered: int) -> Pace:
    pace = Pace()
    for _ in range(answered):
        pace.note(was_answered=True)
    return pace


async def seconds_of(pace: Pace) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.pause()
    return round(loop.time() - began, 6)


def test_it_is_a_moment_until_many_in_a_row_were_answered_before() -> None:
    async def scene() -> list[float]:
        return [await seconds_of(noted(answered)) for answered in (0, MANY - 1, MANY, MANY + 1)]

    assert run_virtual(scene()) == [MOMENT, MOMENT, WHILE, WHILE]


def test_one_that_was_not_answered_begins_the_row_anew() -> None:
    async def scene() -> list[float]:
        pace = noted(MANY)
        pace.note(was_answered=False)
        found = [await seconds_of(pace)]
        for _ in range(MANY):
            pace.note(was_answered=True)
        return [*found, await seconds_of(pace)]

    assert run_virtual(scene()) == [MOMENT, WHILE]


def test_who_is_hurried_pauses_no_longer_than_a_moment() -> None:
    async def scene() -> list[float]:
        pace = noted(MANY)
        pausing = asyncio.create_task(seconds_of(pace))
        await asyncio.sleep(0.004)
        pace.hurry()
        return [await pausing, await seconds_of(pace)]

    assert run_virtual(scene()) == [0.004, MOMENT]


def test_one_that_was_not_answered_ends_a_pause_that_has_begun() -> None:
    """More of its kind may be on their way."""

    async def scene() -> float:
        pace = noted(MANY)
        pausing = asyncio.create_task(seconds_of(pace))
        await asyncio.sleep(0.004)
        pace.note(was_answered=True)
        await asyncio.sleep(0.001)
        pace.note(was_answered=False)
        return await pausing

    assert run_virtual(scene()) == 0.005
