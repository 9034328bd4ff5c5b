"""The servers that tests run against: real ones, started when the first test asks (a plugin).

A session has one of each, so what a test makes there has names of its own: fresh topics and
groups, fresh ids or a logical database that was empty. A test that kills or freezes a server
starts its own.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar
from urllib.parse import urlsplit

import pytest

from brokers.artefacts import fetch_libraries
from brokers.errors import BrokerError
from brokers.kafka import KafkaServer
from brokers.processes import Server
from brokers.redis import RedisServer

_KAFKA: Final = "CSE_CHAT_TEST_KAFKA"
_REDIS: Final = "CSE_CHAT_TEST_REDIS"
_AnyServer = TypeVar("_AnyServer", bound=Server)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch Kafka before the first test begins: no test's time is meant for that."""
    names = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if not session.config.option.collectonly and names & {
        "kafka_address",
        "own_server",
        "own_place",
        "kafka_of_clusters",
        "own_cluster",
        "proxy",
    }:
        try:
            fetch_libraries()
        except BrokerError:  # whoever needs it says so
            return


@pytest.fixture(scope="session")
def kafka_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Kafka listens, as host:port: CSE_CHAT_TEST_KAFKA, else one of our own."""
    given = os.environ.get(_KAFKA)
    if given:
        _require(f"//{given.split(',')[0]}", setting=_KAFKA)
        yield given
        return
    with _running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        yield server.address


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Redis listens: CSE_CHAT_TEST_REDIS, else one of our own."""
    given = os.environ.get(_REDIS)
    if given:
        _require(given, setting=_REDIS)
        yield given
        return
    with _running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server.url


@contextmanager
def _running(server: _AnyServer) -> Iterator[_AnyServer]:
    try:
        server.start()
    except BrokerError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield server
    finally:
        server.kill()


def _require(address: str, *, setting: str) -> None:
    """Fail unless somebody listens at the address that the *setting* names."""
    try:
        parts = urlsplit(address)
        place = (parts.hostname or "", parts.port or 0)
        socket.create_connection(place, timeout=5).close()
    except (OSError, ValueError) as error:
        pytest.fail(f"{setting} does not lead to a server: {error}", pytrace=False)
