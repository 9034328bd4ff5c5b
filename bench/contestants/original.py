"""The baseline: the original design, completed only where it would not run.

Per question one Pub/Sub subscription, and a record that Kafka has acknowledged; a worker that takes
one record after the other, announces the answer, appends both turns to the history, hands the
answer to Kafka and commits. Its Redis pool has the design's 100 connections, so that it breaks
above 100 questions at once: that is its result.

Completed: the producer waits for the acknowledgement (`send` alone promises nothing), the module is
`redis.asyncio`, the batch size has its right name, group readers begin at the oldest record, a body
in place of a question in the URL. Left as it is where that makes it quicker: the worker's producer
has aiokafka's own acks and does not wait for them.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from redis.asyncio import ConnectionPool, Redis

from bench.contestants.face import Ask
from bench.contestants.records import response_to
from bench.contestants.roles import Place, play

_POOL: Final = 100
_WAIT_SECONDS: Final = 30
_HISTORY_SECONDS: Final = 24 * 3_600
_BATCH: Final = 16_384


@asynccontextmanager
async def gateway(place: Place) -> AsyncGenerator[Ask]:
    """Open a producer and a pool."""
    redis = _redis(place)
    producer = AIOKafkaProducer(
        bootstrap_servers=place.kafka,
        acks="all",
        enable_idempotence=True,
        max_batch_size=_BATCH,
        value_serializer=_encoded,
    )
    async with redis, producer:

        async def ask(request: dict[str, Any]) -> Mapping[str, Any]:
            channel = f"chat.response:{request['correlation_id']}"
            pubsub = redis.pubsub()
            try:
                await pubsub.subscribe(channel)
                await producer.send_and_wait(
                    place.requests, value=request, key=request["thread_id"].encode()
                )
                async with asyncio.timeout(_WAIT_SECONDS):
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            return _decoded(message["data"])
                raise TimeoutError
            finally:
                await pubsub.unsubscribe(channel)
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # it is declared without types

        yield ask


async def work(place: Place, ready: Callable[[], None]) -> None:
    """Take one record after the other."""
    redis = _redis(place)
    consumer = AIOKafkaConsumer(
        place.requests,
        bootstrap_servers=place.kafka,
        group_id=place.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        value_deserializer=json.loads,
    )
    producer = AIOKafkaProducer(bootstrap_servers=place.kafka, value_serializer=_encoded)
    async with redis, producer, consumer:
        ready()
        async for record in consumer:
            request = record.value
            response = response_to(request)
            await redis.publish(f"chat.response:{request['correlation_id']}", json.dumps(response))
            history = f"chat:{request['thread_id']}:messages"
            await redis.rpush(history, _turn("user", request["message"]))
            await redis.rpush(history, _turn("agent", response["response"]))
            await redis.expire(history, _HISTORY_SECONDS)
            await producer.send(place.responses, value=response, key=record.key)
            await consumer.commit()


def _redis(place: Place) -> Redis:
    return Redis(connection_pool=ConnectionPool.from_url(place.redis, max_connections=_POOL))


def _turn(role: str, content: str) -> str:
    return json.dumps({"role": role, "content": content})


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _decoded(data: bytes) -> Mapping[str, Any]:
    decoded: dict[str, Any] = json.loads(data)
    return decoded


if __name__ == "__main__":
    play(gateway, work)
