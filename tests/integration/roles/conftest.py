"""A Kafka and a Redis of their own, with the topics in it that the product has."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from brokers.kafka import KafkaServer
from brokers.ports import free_port
from brokers.redis import RedisServer
from tests.integration.processes import run


@dataclass(frozen=True, slots=True)
class Servers:
    """What the roles of this folder run over."""

    kafka: KafkaServer
    redis: RedisServer

    @property
    def settings(self) -> dict[str, str]:
        return {
            "KAFKA__BOOTSTRAP_SERVERS": self.kafka.address,
            "KAFKA__SESSION_SECONDS": "6",
            "REDIS__URL": self.redis.url,
        }


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    with KafkaServer(folder / "kafka") as kafka, RedisServer(folder / "redis") as redis:
        servers = Servers(kafka, redis)
        made = run(folder, "topics", "create", **servers.settings)
        assert made.returncode == 0, made.stderr
        yield servers


@pytest.fixture
def nowhere() -> str:
    """Host and port at which nothing listens."""
    return f"127.0.0.1:{free_port()}"
