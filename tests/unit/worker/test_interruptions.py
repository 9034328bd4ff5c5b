"""Deliveries wait for a store that is away, and go on together when it is back."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from structlog.testing import capture_logs

from cse_chat.domain.errors import TransportError
from cse_chat.entrypoints.worker.interruptions import LONGEST, SHORTEST, Interruptions
from tests.waiting import until


class Pauses:
    """Lets the shortest ones pass at once, and the others when told."""

    def __init__(self) -> None:
        self.asked: list[timedelta] = []
        self.over = asyncio.Event()
        self.shortest_over = asyncio.Event()
        self.shortest_over.set()

    async def __call__(self, duration: timedelta) -> None:
        self.asked.append(duration)
        await (self.shortest_over if duration == SHORTEST else self.over).wait()


async def started(
    interruptions: Interruptions, pauses: Pauses, count: int
) -> Sequence[asyncio.Task[None]]:
    """Return so many that wait, the one that waits longest first."""
    waiting = []
    for number in range(count):
        waiting.append(asyncio.create_task(interruptions.wait(LONGEST)))
        await until(lambda: pauses.asked.count(LONGEST - SHORTEST) > number)  # noqa: B023 - at once
    return waiting


def done(tasks: Sequence[asyncio.Task[None]]) -> list[bool]:
    return [task.done() for task in tasks]


async def test_whoever_is_interrupted_waits_for_as_long_as_it_is_to() -> None:
    pauses = Pauses()
    (waiting,) = await started(Interruptions(pauses), pauses, 1)

    assert pauses.asked == [SHORTEST, LONGEST - SHORTEST]
    assert not waiting.done()
    pauses.over.set()
    await waiting


async def test_all_go_on_as_soon_as_another_got_through() -> None:
    pauses = Pauses()
    interruptions = Interruptions(pauses)
    waiting = await started(interruptions, pauses, 3)

    interruptions.end()

    await asyncio.gather(*waiting)
    interruptions.end()  # nobody waits any more


async def test_nobody_tries_again_before_the_shortest_pause_is_over() -> None:
    pauses = Pauses()
    pauses.shortest_over.clear()
    interruptions = Interruptions(pauses)
    waiting = asyncio.create_task(interruptions.wait(LONGEST))
    await until(lambda: pauses.asked == [SHORTEST])

    interruptions.end()

    pauses.shortest_over.set()
    await until(lambda: len(pauses.asked) == 2)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait({waiting})


async def test_the_one_that_has_waited_longest_looks_whether_the_store_is_back() -> None:
    pauses = Pauses()
    interruptions = Interruptions(pauses, look_again=timedelta(milliseconds=50))
    waiting = await started(interruptions, pauses, 3)
    waiting[0].cancel()
    await asyncio.wait({waiting[0]})

    await waiting[1]

    assert done(waiting) == [True, True, False]
    await waiting[2]


async def test_interruptions_are_told_once_a_second_with_their_number() -> None:
    now = 0.0
    interruptions = Interruptions(Pauses(), monotonic=lambda: now)
    with capture_logs() as logs:
        for now in (0.0, 0.1, 0.9, 1.0, 1.5):  # noqa: B007 - the clock reads it
            interruptions.tell(TransportError("gone"))

    told = [(line["event"], line["reason"], line["deliveries"]) for line in logs]
    event, reason = "processing_interrupted", TransportError.slug
    assert told == [(event, reason, 1), (event, reason, 3)]
