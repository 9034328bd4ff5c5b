"""Whatever goes over a real Kafka and Redis is in the AsyncAPI document, as it says there."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from cse_chat.adapters.kafka import names
from cse_chat.entrypoints.http.channels.headers import shown
from tests.builders import a_thread_id
from tests.gateway.asyncapi import CHANNELS, MESSAGES, validator_of
from tests.integration.processes import RunningProcess
from tests.integration.roles.conftest import Servers

TOPICS: Final = (names.REQUESTS, names.RESPONSES, names.DEAD_LETTERS, names.AUDIT)
BEAT: Final = "chat.heartbeat:"  # a server's time: no message to anybody


def channel_of(address: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the one channel in the document that *address* is of, and the channel."""
    (found,) = (
        (name, channel)
        for name, channel in CHANNELS.items()
        if re.fullmatch(re.sub(r"\\{\w+\\}", r"[\\w-]+", re.escape(channel["address"])), address)
    )
    return found


def messages_of(
    channel: dict[str, Any], payload: object, headers: dict[str, str] | None = None
) -> list[str]:
    """Return the names of the messages of *channel* that *payload* can be."""
    return [
        name
        for name in channel["messages"]
        if validator_of(MESSAGES[name]["payload"]).is_valid(payload)
        and (headers is None or validator_of(MESSAGES[name]["headers"]).is_valid(headers))
    ]


async def told(heard: PubSub, of: str) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
    """Yield the channel and the payload of what is published about the request *of*."""
    async for message in heard.listen():
        if message["type"] != "pmessage":
            continue
        address, payload = message["channel"].decode(), message["data"].decode()
        if not address.startswith(BEAT) and of in address + payload:
            yield address, json.loads(payload)


async def test_what_is_published_of_a_question_is_in_the_document(
    start: Callable[..., RunningProcess], servers: Servers
) -> None:
    gateway = start(role="gateway", **servers.settings)
    start(role="worker", **servers.settings)
    found = []

    async with (
        Redis.from_url(servers.redis.url) as redis,
        redis.pubsub() as heard,
        httpx.AsyncClient(base_url=gateway.url, timeout=40, trust_env=False) as http,
    ):
        await heard.psubscribe("chat.*")
        answer = await http.post("/api/chat", json={"message": "Why?"})
        async with (
            asyncio.timeout(20),
            aclosing(told(heard, answer.json()["correlation_id"])) as all_,
        ):
            async for address, payload in all_:
                name, channel = channel_of(address)
                found.append((name, messages_of(channel, payload)))
                if name == "gatewayReplies":  # the last thing that settling does
                    break

    assert [each for each in found if each[0] == "hints"] in ([], [("hints", ["Hint"])])
    assert [each for each in found if each[0] != "hints"] == [
        *(("stream", [f"{kind}Event"]) for kind in ("Accepted", "Started", "Delta", "Answered")),
        ("response", ["ChatResponse"]),
        ("gatewayReplies", ["Announcement"]),
    ]


async def test_what_is_on_record_of_questions_rubbish_and_feedback_is_in_the_document(
    start: Callable[..., RunningProcess], servers: Servers
) -> None:
    gateway = start(role="gateway", **servers.settings)
    start(role="worker", **servers.settings)
    thread = a_thread_id()
    found: dict[str, ConsumerRecord] = {}

    async with (
        AIOKafkaProducer(bootstrap_servers=servers.kafka.address) as producer,
        httpx.AsyncClient(base_url=gateway.url, timeout=40, trust_env=False) as http,
    ):
        answer = await http.post("/api/chat", json={"message": "Why?", "thread_id": thread})
        asked = answer.json()["correlation_id"]
        rated = await http.post(f"/api/chat/{asked}/feedback", json={"rating": "up"})
        rubbish = await producer.send_and_wait(
            names.REQUESTS, key=thread.encode(), value=b"rubbish"
        )
    async with AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=servers.kafka.address, auto_offset_reset="earliest"
    ) as consumer:
        async with asyncio.timeout(20):
            while len(found) < len(TOPICS):
                record = await consumer.getone()
                is_rubbish = (record.topic, record.offset) == (names.REQUESTS, rubbish.offset)
                if record.key == thread.encode() and not is_rubbish:
                    found[record.topic] = record

    assert (answer.status_code, rated.status_code) == (200, 200)
    for topic, fitting in {
        names.REQUESTS: "RequestRecord",
        names.RESPONSES: "ResponseRecord",
        names.DEAD_LETTERS: "DeadLetterRecord",
        names.AUDIT: "AuditRecord",
    }.items():
        name, channel = channel_of(topic)
        record = found[topic]
        is_json = topic != names.DEAD_LETTERS
        payload = json.loads(record.value) if is_json else record.value.decode()
        assert (name, messages_of(channel, payload, shown(record.headers))) == (name, [fitting])
        described = MESSAGES[fitting]["headers"]["properties"]
        assert {header for header, _ in record.headers} <= described.keys()
