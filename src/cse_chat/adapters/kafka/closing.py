"""Ending clients of aiokafka within a time limit: by themselves some never end."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

_POLITE = 2.0  # seconds for what should take milliseconds
_IMPOLITE = 1.0


async def within(seconds: float, ending: Coroutine[Any, Any, object]) -> bool:
    """Await *ending* for at most *seconds*; say whether it came to its end, without an error.

    A client that is torn apart raises all kinds of things, stray cancellations among them, that
    nobody can do anything about.
    """
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        over = task.done()
        task.cancel()
        # Retrieved, so that nobody is told later of an exception nobody looked at.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
    if not over:
        await asyncio.wait({task}, timeout=_IMPOLITE)
    return over and not task.cancelled() and task.exception() is None


async def end_producer(producer: AIOKafkaProducer) -> None:
    """Close *producer*, which was given nothing by its own `send`."""
    await within(_POLITE, producer.stop())
    await within(_IMPOLITE, producer.client.close())


async def end_consumer(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and close *consumer*."""
    with suppress(Exception):
        # Leaves the group, and ends the refresh of offsets: else `stop` cancels that, takes the
        # cancellation for its own, and returns without having left or closed anything.
        consumer.unsubscribe()
    if await within(_POLITE, consumer.stop()):
        return
    coordinator = consumer._coordinator  # noqa: SLF001 - `stop` gave up before it came to these
    if coordinator is not None:
        for name in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"):
            task = getattr(coordinator, name)
            if task is not None:
                await within(_IMPOLITE, _cancelled(task))
    fetcher = consumer._fetcher  # noqa: SLF001 - the same
    if fetcher is not None:
        await within(_IMPOLITE, fetcher.close())
    await within(_IMPOLITE, consumer._client.close())  # noqa: SLF001 - the same


async def end_reader(consumer: AIOKafkaConsumer) -> None:
    """Close a *consumer* that belongs to no group."""
    if not await within(_POLITE, consumer.stop()):
        await within(_IMPOLITE, consumer._client.close())  # noqa: SLF001 - `stop` did not come to it


async def _cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    await asyncio.wait({task})
    task.cancelled() or task.exception()
