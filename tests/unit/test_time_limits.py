import asyncio

import pytest

from tests.time_limits import ENDED_AFTER, ended_after


async def test_every_test_with_a_loop_is_ended_by_it(request: pytest.FixtureRequest) -> None:
    assert request.node.stash[ENDED_AFTER] > 0


async def test_a_test_that_waits_for_ever_fails_where_it_waits() -> None:
    async def stuck() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await ended_after(0.01, stuck)()


async def test_a_test_that_is_quick_enough_is_given_what_it_asked_for() -> None:
    given: list[object] = []

    async def quick(number: int, *, text: str) -> None:
        given.extend((number, text))

    await ended_after(60, quick)(1, text="x")

    assert given == [1, "x"]
