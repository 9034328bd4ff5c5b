"""Passes that are made again and again for as long as the process lives."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from cse_chat.domain.errors import TransportError

_log = structlog.get_logger(__name__)

PASS_INTERVAL = timedelta(milliseconds=500)


@asynccontextmanager
async def repeated(
    pass_: Callable[[], Awaitable[object]], *, every: timedelta
) -> AsyncGenerator[None]:
    """Make *pass_* every so often while inside; one that fails is logged and made again."""
    task = asyncio.create_task(_repeat(pass_, every.total_seconds()))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(pass_: Callable[[], Awaitable[object]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await pass_()
        except TransportError as error:
            _log.warning("pass_interrupted", reason=error.slug)
        except Exception:  # noqa: BLE001 - one bad pass must not end the next ones
            _log.exception("pass_failed")
