"""A real Kafka, and in it topics and a group of its own for each test."""

from collections.abc import AsyncGenerator, Generator

import pytest

from brokers.kafka import KafkaServer
from cse_chat.adapters.kafka.dead_letters import KafkaDeadLetters
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.requests import KafkaRequestLog
from cse_chat.adapters.kafka.responses import KafkaResponseLog
from cse_chat.domain.ports.requests import DeadLetters, RequestLog, RequestSource
from cse_chat.domain.ports.responses import ResponseLog
from tests.integration.kafka.places import Place, made


@pytest.fixture
async def place(kafka_address: str) -> Place:
    return await made(kafka_address)


@pytest.fixture(scope="session")
def second_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[KafkaServer]:
    with KafkaServer(tmp_path_factory.mktemp("own")) as server:
        yield server


@pytest.fixture
def own_server(second_server: KafkaServer) -> KafkaServer:
    """A server that a test may kill and freeze; it runs again for the next one."""
    second_server.revive()
    return second_server


@pytest.fixture
async def own_place(own_server: KafkaServer) -> Place:
    return await made(own_server.address)


@pytest.fixture
async def producer(place: Place) -> AsyncGenerator[SupervisedProducer]:
    async with SupervisedProducer(place.address) as producer:
        yield producer


@pytest.fixture
def log(producer: SupervisedProducer, place: Place) -> RequestLog:
    return KafkaRequestLog(producer, topic=place.requests)


@pytest.fixture
def responses(producer: SupervisedProducer, place: Place) -> ResponseLog:
    return KafkaResponseLog(producer, topic=place.responses)


@pytest.fixture
def dead_letters(producer: SupervisedProducer, place: Place) -> DeadLetters:
    return place.dead_letters_by(producer)


@pytest.fixture
async def source(place: Place, dead_letters: KafkaDeadLetters) -> AsyncGenerator[RequestSource]:
    async with place.source(dead_letters) as source:
        yield source
