"""The source while its server is killed, frozen, or not there."""

import asyncio

import pytest

from brokers.kafka import KafkaServer
from brokers.ports import free_port
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.requests import KafkaRequestLog
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.domain.errors import TransportError
from tests.builders import a_correlation_id
from tests.integration.kafka.places import Place, freeze
from tests.integration.kafka.readers import BACK, Reader, append, finished, until_acknowledged
from tests.waiting import until


async def test_a_server_that_is_killed_is_read_again_when_it_is_back(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with (
        SupervisedProducer(own_place.address) as producer,
        own_place.source(own_place.dead_letters_by(producer)) as source,
        Reader(source) as reader,
    ):
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await append(log, "before", "unfinished")
        await until(lambda: len(reader.taken) == 2, seconds=10)
        await source.acknowledge(finished(reader.taken[0]))

        own_server.kill()
        await until(lambda: not source.healthy, seconds=10)
        async with asyncio.timeout(10):
            with pytest.raises(TransportError):
                await source.acknowledge(finished(reader.taken[1]))
        await asyncio.to_thread(own_server.start)
        await until(lambda: source.healthy and producer.healthy, seconds=BACK)
        await append(log, "after")

        await until(lambda: "after" in reader.texts, seconds=BACK)
        await until_acknowledged(reader, own_place, 3)


async def test_a_server_frozen_for_three_seconds_is_read_on(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with (
        SupervisedProducer(own_place.address) as producer,
        own_place.source(own_place.dead_letters_by(producer)) as source,
        Reader(source) as reader,
    ):
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await append(log, "before")
        await until(lambda: len(reader.taken) == 1, seconds=10)

        await freeze(own_server)
        asyncio.get_running_loop().call_later(3, own_server.thaw)
        await append(log, "after")

        await until(lambda: "after" in reader.texts, seconds=BACK)
        await until_acknowledged(reader, own_place, 2)


async def test_closing_ends_in_time_although_the_server_is_frozen(
    own_server: KafkaServer, own_place: Place
) -> None:
    loop = asyncio.get_running_loop()
    letters = InMemoryDeadLetters()
    async with own_place.source(letters) as source, Reader(source):
        await until(lambda: source.healthy, seconds=10)
        await freeze(own_server)
        closing = loop.time()

    assert loop.time() - closing < 12


async def test_nobody_at_the_address_is_said_in_time() -> None:
    place = Place(f"127.0.0.1:{free_port()}", "nowhere")
    async with asyncio.timeout(10), place.source(InMemoryDeadLetters()) as source:
        assert not source.healthy
        assert source.problem == "Kafka does not answer (KafkaConnectionError)"


async def test_a_missing_topic_is_said_with_what_to_run(kafka_address: str) -> None:
    place = Place(kafka_address, a_correlation_id())
    async with asyncio.timeout(10), place.source(InMemoryDeadLetters()) as source:
        assert not source.healthy
        assert source.problem == (
            f"Kafka has no topic {place.requests}: run  cse-chat topics create"
        )
