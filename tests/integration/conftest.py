"""What the tests of real processes share."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from brokers.kafka import KafkaServer
from tests.integration.faults.cluster import Cluster
from tests.integration.processes import RunningProcess


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RunningProcess]]:
    """Start the service with settings; it is gone when the test ends."""
    with ExitStack() as started:
        yield lambda **settings: started.enter_context(RunningProcess(tmp_path, **settings))


@pytest.fixture(scope="session")
def kafka_of_clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """One for all clusters, one cluster after the other; nobody kills or freezes it."""
    with KafkaServer(tmp_path_factory.mktemp("clusters")) as kafka:
        yield kafka


@pytest.fixture
async def cluster(tmp_path: Path, kafka_of_clusters: KafkaServer) -> AsyncGenerator[Cluster]:
    """Servers for gateways and workers: Redis may be killed and frozen, Kafka may not."""
    async with Cluster(tmp_path, kafka_of_clusters) as cluster:
        yield cluster
