"""Waiting for what must become true, instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(
    predicate: Callable[[], bool], *, seconds: float = 20, every: float = 0.001
) -> None:
    """Return as soon as *predicate* holds, looked at *every* so many seconds; fail after *seconds*."""
    async with asyncio.timeout(seconds):
        while not predicate():  # noqa: ASYNC110 - what is waited for has no event to offer
            await asyncio.sleep(every)


async def until_it(
    predicate: Callable[[], Awaitable[bool]], *, seconds: float = 20, every: float = 0.02
) -> None:
    """Return as soon as what *predicate* asks for holds; see `until`."""
    async with asyncio.timeout(seconds):
        while not await predicate():  # noqa: ASYNC110 - as above
            await asyncio.sleep(every)
