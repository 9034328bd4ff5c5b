import asyncio

import pytest

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.metrics.loop_lag import LoopLag
from cse_chat.entrypoints.metrics.processing import ProcessingTimes
from tests.unit.worker.test_lanes import a_delivery
from tests.waiting import until


async def test_a_delivery_is_timed_under_how_it_ended() -> None:
    seconds = iter([10.0, 12.5])
    times = ProcessingTimes(monotonic=lambda: next(seconds))

    async def process(_: Delivery, progress: Progress) -> None:
        progress.ended = "answered"

    await times.around(process)(a_delivery("t"), Progress())

    assert times.seconds["answered"].count == 1
    assert times.seconds["answered"].total == 2.5


@pytest.mark.parametrize("error", [TransportError("away"), asyncio.CancelledError()])
async def test_one_that_breaks_off_is_interrupted(error: BaseException) -> None:
    times = ProcessingTimes()

    async def process(_: Delivery, progress: Progress) -> None:
        progress.ended = "answered"  # settled; what comes behind it failed
        raise error

    with pytest.raises(type(error)):
        await times.around(process)(a_delivery("t"), Progress())

    assert times.seconds["interrupted"].count == 1
    assert times.seconds["answered"].count == 0


async def test_the_lag_of_the_loop_is_looked_at_again_and_again_while_it_is_open() -> None:
    async with LoopLag() as lag:
        await until(lambda: lag.seconds.count >= 2)
    seen = lag.seconds.count

    assert lag.seconds.total >= 0
    assert lag.seconds.count == seen
