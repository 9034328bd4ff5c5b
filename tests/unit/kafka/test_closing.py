"""A client that breaks while it is closed is closed all the same."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from cse_chat.adapters.kafka.closing import end_consumer, within


class Consumer:
    """As much of the library's as is used; it breaks when it is stopped."""

    def __init__(self) -> None:
        self._coordinator = None
        self._fetcher = self._client = self
        self.closed = 0

    def unsubscribe(self) -> None:
        pass

    async def stop(self) -> None:
        raise RuntimeError("torn apart")

    async def close(self) -> None:
        self.closed += 1


async def test_a_consumer_that_breaks_on_its_way_is_closed_piece_by_piece() -> None:
    consumer = Consumer()
    library: Any = consumer

    await end_consumer(library)

    assert consumer.closed == 2  # fetcher and client


async def _broken() -> None:
    raise RuntimeError("torn apart")


async def _late() -> None:
    await asyncio.sleep(10)


async def _in_time() -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("ending", "is_ended"), [(_in_time, True), (_broken, False), (_late, False)]
)
async def test_it_is_said_whether_it_came_to_its_end(
    ending: Callable[[], Coroutine[Any, Any, None]],
    *,
    is_ended: bool,
) -> None:
    assert await within(0.05, ending()) is is_ended
