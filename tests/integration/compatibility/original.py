"""A gateway and an agent that know nothing but the original design: its schemas and channels."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from redis.asyncio import Redis

REQUESTS = "chat.requests"


def chat_request(
    message: str, *, thread_id: str, user_id: str, timestamp: str = "2024-01-10T10:30:00Z"
) -> dict[str, Any]:
    """Return a Chat Request v1."""
    return {
        "correlation_id": str(uuid4()),
        "thread_id": thread_id,
        "user_id": user_id,
        "message": message,
        "timestamp": timestamp,
        "metadata": {"client_type": "web", "session_id": "session_xyz"},
    }


class OriginalGateway:
    """Subscribes to the channel of its request, sends the bare JSON, and waits."""

    def __init__(self, redis: Redis, producer: AIOKafkaProducer) -> None:
        self._redis = redis
        self._producer = producer

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return what came first on the request's channel."""
        async with self._redis.pubsub() as channel:
            await channel.subscribe(f"chat.response:{request['correlation_id']}")
            await self._producer.send_and_wait(
                REQUESTS, key=request["thread_id"].encode(), value=json.dumps(request).encode()
            )
            async with asyncio.timeout(20):
                async for message in channel.listen():
                    if message["type"] == "message":
                        response: dict[str, Any] = json.loads(message["data"])
                        return response
        raise AssertionError("the channel ended")


@asynccontextmanager
async def original_gateway(kafka: str, redis_url: str) -> AsyncGenerator[OriginalGateway]:
    """Have its connections for as long as the body runs."""
    async with (
        AIOKafkaProducer(bootstrap_servers=kafka) as producer,
        Redis.from_url(redis_url) as redis,
    ):
        yield OriginalGateway(redis, producer)


@asynccontextmanager
async def original_agent(kafka: str, redis_url: str) -> AsyncGenerator[list[dict[str, Any]]]:
    """Answer everything for as long as the body runs; it gets the list of what was answered."""
    answered: list[dict[str, Any]] = []
    async with (
        AIOKafkaConsumer(
            REQUESTS,
            bootstrap_servers=kafka,
            group_id="nl-agent-group",
            auto_offset_reset="earliest",
        ) as consumer,
        Redis.from_url(redis_url) as redis,
    ):
        serving = asyncio.create_task(_serve(consumer, redis, answered))
        try:
            yield answered
        finally:
            serving.cancel()
            await asyncio.wait([serving])


async def _serve(consumer: AIOKafkaConsumer, redis: Redis, answered: list[dict[str, Any]]) -> None:
    async for record in consumer:
        request = json.loads(record.value)
        response = {
            "correlation_id": request["correlation_id"],
            "thread_id": request["thread_id"],
            "response": f"Processed your query: '{request['message']}'",
            "timestamp": "2024-01-10T10:30:02Z",
            "streaming": False,
            "chunk_index": 0,
            "is_final": True,
            "metadata": {"processing_time_ms": 1823, "model_used": "mock"},
        }
        await redis.publish(f"chat.response:{request['correlation_id']}", json.dumps(response))
        answered.append(request)
