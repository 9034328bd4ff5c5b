"""Making topics, comparing them, and what is said when they cannot be."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from brokers.ports import free_port
from cse_chat.adapters.kafka.errors import MissingTopicError
from cse_chat.adapters.kafka.topics import Topic, create, describe, require, topics
from cse_chat.domain.errors import TransportError


def _planned() -> list[Topic]:
    suffix = uuid4().hex[:8]
    planned = topics(partitions=3, replication=1)
    return [replace(topic, name=f"{topic.name}-{suffix}") for topic in planned]


async def test_making_them_again_makes_nothing(kafka_address: str) -> None:
    planned = _planned()

    assert await create(kafka_address, planned) == [topic.name for topic in planned]
    assert await create(kafka_address, planned) == []


async def test_what_was_made_is_as_it_should_be(kafka_address: str) -> None:
    planned = _planned()
    await create(kafka_address, planned)

    assert [drift.is_well for drift in await describe(kafka_address, planned)] == [True] * 4


async def test_what_is_missing_or_otherwise_is_said(kafka_address: str) -> None:
    planned = _planned()
    await create(kafka_address, planned[:1])
    wanted = replace(
        planned[0],
        partitions=5,
        replication=3,
        configs={**planned[0].configs, "retention.ms": "1"},
    )

    found, missing = await describe(kafka_address, [wanted, planned[1]])

    assert found.differences == (
        "3 partitions, not 5",
        "replication 1, not 3",
        "retention.ms is 604800000, not 1",
    )
    assert not missing.exists


async def test_a_required_topic_that_is_missing_is_named(kafka_address: str) -> None:
    planned = _planned()
    await create(kafka_address, planned[:1])

    await require(kafka_address, [planned[0].name])
    with pytest.raises(MissingTopicError, match=f"no topic {planned[1].name}: run"):
        await require(kafka_address, [topic.name for topic in planned[:2]])


async def test_more_replicas_than_servers_are_refused(kafka_address: str) -> None:
    with pytest.raises(TransportError, match=r"does not make the topic .*eplication"):
        await create(kafka_address, [replace(topic, replication=3) for topic in _planned()])


async def test_nobody_at_the_address_is_said_in_time() -> None:
    address = f"127.0.0.1:{free_port()}"
    async with asyncio.timeout(10):
        with pytest.raises(TransportError, match=f"does not answer.*{address}"):
            await describe(address, _planned())
