"""Time limits that end a test, and not what else runs in its loop (a plugin).

The alarm of pytest-timeout raises its error into whatever runs at that moment. In a loop that may be
a callback, and asyncio logs what callbacks raise and goes on; or the task that talks to the browser,
without which whoever waits for the browser waits for ever. The test, and with it the whole run,
would then never end.
"""

import asyncio
import functools
import inspect
import signal
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Final

import pytest

ENDED_AFTER: Final = pytest.StashKey[float]()
"""In how many seconds the loop ends the test, since its fixtures were there."""

_PART: Final = 0.9
"""How much of the time until the alarm a test may use: the rest is for its cleaning up."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let the loop end a test that has one, shortly before the alarm would ring."""
    until_the_alarm, _ = signal.getitimer(signal.ITIMER_REAL)
    if (
        until_the_alarm
        and isinstance(item, pytest.Function)
        and inspect.iscoroutinefunction(item.obj)
    ):
        item.stash[ENDED_AFTER] = seconds = _PART * until_the_alarm
        item.obj = ended_after(seconds, item.obj)
    return (yield)


def ended_after(
    seconds: float, test: Callable[..., Awaitable[None]]
) -> Callable[..., Awaitable[None]]:
    """Return *test* with a limit: a `TimeoutError` tells where it waits by then."""

    @functools.wraps(test)
    async def ended(*arguments: Any, **fixtures: Any) -> None:  # noqa: ANN401 -- as the test has them
        async with asyncio.timeout(seconds):
            await test(*arguments, **fixtures)

    return ended
