"""Waiting for what must become true, instead of sleeping."""

import asyncio
from collections.abc import Callable


async def until(predicate: Callable[[], bool], *, seconds: float = 5, every: float = 0.001) -> None:
    """Return as soon as *predicate* holds, looked at *every* so many seconds; fail after *seconds*."""
    async with asyncio.timeout(seconds):
        while not predicate():  # noqa: ASYNC110 - what is waited for has no event to offer
            await asyncio.sleep(every)
