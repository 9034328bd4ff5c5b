"""The floor: what Kafka and Redis themselves take, and no HTTP.

One process is client, generator and gateway: so many coroutines that each ask, wait and ask again,
with aiokafka behind a gate and one Redis channel for all answers. The worker announces what it took
in one pipeline a batch. Nothing is kept, deduplicated, ordered or retried: not a design, a bound.

``python -m bench.contestants.floor <role> <kafka> <redis> <id>``; the generator reads a `Plan` and
writes a `Result`, like `bench.load`.
"""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from redis.asyncio import Redis

from bench.clients import Tally
from bench.contestants.roles import Place, be_worker
from bench.load import counted
from bench.plans import Plan, Result

_GATE: Final = 100
_BATCH: Final = 262_144
_COMMIT_SECONDS: Final = 0.2
_FETCH_MS: Final = 100
_ANSWER: Final = b"Processed your query: '%b'"


class _Asking:
    """What the clients share: a producer, and who waits for which number."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic
        self._gate = asyncio.Semaphore(_GATE)
        self._waiting: dict[bytes, asyncio.Future[bytes]] = {}

    async def ask(self, number: bytes, question: bytes) -> bytes:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        async with self._gate:
            await self._producer.send_and_wait(self._topic, question, key=number)
        return await future

    def take(self, announced: bytes) -> None:
        number, _, answer = announced.partition(b" ")
        self._waiting.pop(number).set_result(answer)


async def _client(number: int, asking: _Asking, tally: Tally) -> None:
    asked = 0
    while not tally.ended.is_set():
        asked += 1
        question = b"question %07d of client %04d" % (asked, number)
        tally.asked()
        began = time.perf_counter()
        answer = await asking.ask(b"%d-%d" % (number, asked), question)
        if answer == _ANSWER % question:
            tally.succeeded(began)
        else:
            tally.failed("wrong answer")
        tally.answered()
    tally.left()


async def measure(plan: Plan, place: Place) -> Result:
    """Put the load of *plan* on the worker."""
    tally = Tally(clients=plan.clients, requests=plan.requests)
    async with _asking(place) as asking:
        clients = [
            asyncio.create_task(_client(number, asking, tally)) for number in range(plan.clients)
        ]
        result = await counted(plan, tally)
        for client in clients:
            if client.cancel():  # its answer was not there in time
                tally.failed("no answer")
        await asyncio.wait(clients)
    return replace(
        result,
        errors=dict(tally.errors),
        cpu=result.cpu | {"gateway": result.generator_cpu},
    )


@asynccontextmanager
async def _asking(place: Place) -> AsyncGenerator[_Asking]:
    producer = AIOKafkaProducer(
        bootstrap_servers=place.kafka,
        acks="all",
        enable_idempotence=True,
        max_batch_size=_BATCH,
    )
    async with producer, Redis.from_url(place.redis) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(place.responses)
        asking = _Asking(producer, place.requests)

        async def take() -> None:
            async for message in pubsub.listen():
                if message["type"] == "message":
                    asking.take(message["data"])

        taking = asyncio.create_task(take())
        try:
            yield asking
        finally:
            taking.cancel()
            await asyncio.wait([taking])


async def work(place: Place, ready: Callable[[], None]) -> None:
    """Announce what is asked, a batch at a time."""
    consumer = AIOKafkaConsumer(
        place.requests,
        bootstrap_servers=place.kafka,
        group_id=place.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_FETCH_MS,
    )
    async with consumer, Redis.from_url(place.redis) as redis:
        ready()
        committed = time.monotonic()
        while True:
            batches = await consumer.getmany(timeout_ms=_FETCH_MS)
            if not batches:
                continue
            announcing = redis.pipeline(transaction=False)
            for records in batches.values():
                for record in records:
                    answer = _ANSWER % record.value
                    announcing.publish(  # type: ignore[unused-awaitable]  # a pipeline only takes it
                        place.responses, b"%b %b" % (record.key, answer)
                    )
            await announcing.execute()
            if time.monotonic() > committed + _COMMIT_SECONDS:
                await consumer.commit()
                committed = time.monotonic()


def main() -> None:
    """Do what standard input says, and say on standard output how it went."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    gc.disable()  # like `bench.load`
    result = uvloop.run(measure(plan, Place.of(sys.argv[2:])))
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":
    if sys.argv[1] == "generator":
        main()
    else:
        be_worker(work, Place.of(sys.argv[2:]))
