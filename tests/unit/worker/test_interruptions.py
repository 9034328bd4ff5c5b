"""Deliveries wait for a store that is away, and go on when it is back."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from cse_chat.domain.errors import TransportError
from cse_chat.entrypoints.worker.interruptions import LONGEST, SHORTEST, Interruptions
from tests.waiting import until

SOON = timedelta(milliseconds=100)
NEVER = timedelta(hours=1)
ALONE = LONGEST / 4


class Pauses:
    """Lets pass at once what each waits alone, and the rest when told."""

    def __init__(self) -> None:
        self.asked: list[timedelta] = []
        self.over = asyncio.Event()
        self.alone_over = asyncio.Event()
        self.alone_over.set()

    async def __call__(self, duration: timedelta) -> None:
        self.asked.append(duration)
        await (self.alone_over if duration <= ALONE else self.over).wait()

    def begun(self, count: int) -> bool:
        """Return whether so many can be called."""
        return len([pause for pause in self.asked if pause > ALONE]) == count


async def started(
    interruptions: Interruptions, pauses: Pauses, count: int
) -> Sequence[asyncio.Task[None]]:
    """Return so many that wait, the one that waits longest first."""
    waiting = [asyncio.create_task(interruptions.wait(LONGEST)) for _ in range(count)]
    await until(lambda: pauses.begun(count))
    return waiting


async def ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def done(tasks: Sequence[asyncio.Task[None]]) -> int:
    """Return how many are, and that they are the first."""
    are = [task.done() for task in tasks]
    assert are == sorted(are, reverse=True), are
    return sum(are)


async def more_done(tasks: Sequence[asyncio.Task[None]], before: int) -> int:
    """Return how many are once they are more than *before*; those of one moment together."""
    await until(lambda: done(tasks) > before)
    for _ in range(3):
        await asyncio.sleep(0)
    return done(tasks)


@pytest.mark.parametrize(
    ("longest", "asked"),
    [
        (timedelta(seconds=0.5), [0.5]),
        (timedelta(seconds=1), [0.5, 0.5]),
        (timedelta(seconds=2), [0.5, 1.5]),
        (timedelta(seconds=4), [1, 3]),
        (timedelta(seconds=30), [7.5, 22.5]),
    ],
)
async def test_whoever_is_interrupted_waits_for_as_long_as_it_is_to(
    longest: timedelta, asked: Sequence[float]
) -> None:
    pauses = Pauses()
    pauses.over.set()

    await Interruptions(pauses).wait(longest)

    assert [pause.total_seconds() for pause in pauses.asked] == asked


async def test_each_that_gets_through_calls_two_others() -> None:
    pauses = Pauses()
    interruptions = Interruptions(pauses, look_every=NEVER)
    waiting = await started(interruptions, pauses, 5)

    for so_many in (2, 4, 5, 5):
        interruptions.end()
        for _ in range(5):
            await asyncio.sleep(0)
        assert done(waiting) == so_many


async def test_nobody_is_called_in_the_first_quarter_of_its_pause() -> None:
    """What is interrupted whatever others do would keep the worker busy."""
    pauses = Pauses()
    pauses.alone_over.clear()
    interruptions = Interruptions(pauses, look_every=NEVER)
    waiting = asyncio.create_task(interruptions.wait(LONGEST))
    await until(lambda: pauses.asked == [ALONE])

    interruptions.end()

    pauses.alone_over.set()
    await until(lambda: pauses.begun(1))
    assert not waiting.done()
    await ended([waiting])


async def test_more_and_more_look_whether_the_store_is_back_until_one_is_interrupted() -> None:
    pauses = Pauses()
    interruptions = Interruptions(pauses, look_every=SOON)
    waiting = await started(interruptions, pauses, 7)
    seen = [0]

    for _ in range(2):
        seen.append(await more_done(waiting, seen[-1]))
    interruptions.tell(TransportError("still away"))
    seen.append(await more_done(waiting, seen[-1]))

    assert seen == [0, 1, 3, 4]
    await ended(waiting)


async def test_who_waits_no_more_is_not_called_in_place_of_another() -> None:
    pauses = Pauses()
    interruptions = Interruptions(pauses, look_every=NEVER)
    waiting = await started(interruptions, pauses, 2)
    await ended(waiting)
    pauses.over.set()
    await interruptions.wait(LONGEST)
    pauses.over.clear()
    pauses.asked.clear()
    waiting = await started(interruptions, pauses, 2)

    interruptions.end()

    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


async def test_the_log_is_told_how_often_and_why_and_of_no_single_question() -> None:
    interruptions = Interruptions(Pauses(), tell_every=SOON)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        with structlog.contextvars.bound_contextvars(correlation_id="of the first"):
            for why in ("a", "b", "Redis: gone"):
                interruptions.tell(TransportError(why))
        await until(lambda: len(logs) == 1)
        interruptions.tell(TransportError("Kafka: gone"))
        await until(lambda: len(logs) == 2)

    told = {"event": "processing_interrupted", "log_level": "warning"}
    told["reason"] = TransportError.slug
    assert logs == [
        {**told, "because": "Redis: gone", "times": 3},
        {**told, "because": "Kafka: gone", "times": 1},
    ]


async def test_the_shortest_pause_is_waited_alone() -> None:
    pauses = Pauses()

    await Interruptions(pauses).wait(SHORTEST)

    assert pauses.asked == [SHORTEST]
