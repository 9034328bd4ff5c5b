"""FastStream over Kafka both ways, acknowledged after the work.

A question goes to a topic with its correlation id and a reply topic; the worker's handler returns
the answer, which FastStream publishes there before it acknowledges (`AckPolicy.ACK`); the gateway
has one subscriber of the reply topic, and a future for each question. Chosen for it: no validation
of handler arguments and no log, both of which it is quicker without; `acks="all"`, because the
question has to be durable. With this policy and `max_workers` above 1 FastStream has a consumer for
each worker, which takes and commits one record after the other. Tried with 64 clients: one for each
partition answered two to three times as many as one for all in most rounds, and took half as much
processor time for each; four were between.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from bench.contestants.face import Ask
from bench.contestants.records import response_to
from bench.contestants.roles import Place, play

WORKERS: Final = int(os.environ.get("BENCH_WORKERS", "1"))
_WAIT_SECONDS: Final = 30


@asynccontextmanager
async def gateway(place: Place) -> AsyncGenerator[Ask]:
    """Open a broker that publishes questions and subscribes to the replies."""
    broker = _broker(place)
    waiting: dict[str, asyncio.Future[Mapping[str, Any]]] = {}

    @broker.subscriber(
        place.responses, group_id=f"{place.name}.gateway", auto_offset_reset="earliest"
    )
    async def take(response: dict[str, Any]) -> None:
        future = waiting.get(response["correlation_id"])
        if future and not future.done():
            future.set_result(response)

    async def ask(request: dict[str, Any]) -> Mapping[str, Any]:
        correlation_id = request["correlation_id"]
        waiting[correlation_id] = asyncio.get_running_loop().create_future()
        try:
            await broker.publish(
                request,
                place.requests,
                key=request["thread_id"].encode(),
                correlation_id=correlation_id,
                reply_to=place.responses,
            )
            return await asyncio.wait_for(waiting[correlation_id], _WAIT_SECONDS)
        finally:
            del waiting[correlation_id]

    async with broker:
        await broker.start()
        yield ask


async def work(place: Place, ready: Callable[[], None]) -> None:
    """Answer until cancelled."""
    broker = _broker(place)

    @broker.subscriber(
        place.requests,
        group_id=place.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.ACK,
        max_workers=WORKERS,
    )
    async def answer(request: dict[str, Any]) -> dict[str, Any]:
        return response_to(request)

    async with broker:
        await broker.start()
        ready()
        await asyncio.Event().wait()


def _broker(place: Place) -> KafkaBroker:
    return KafkaBroker(
        place.kafka, acks="all", enable_idempotence=True, apply_types=False, logger=None
    )


if __name__ == "__main__":
    play(gateway, work)
