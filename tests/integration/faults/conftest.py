"""Gateways and workers over servers that a test may break."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from brokers.kafka import KafkaServer
from tests.integration.faults.cluster import Cluster


@pytest.fixture
async def cluster_without_topics(
    tmp_path: Path, kafka_of_clusters: KafkaServer
) -> AsyncGenerator[Cluster]:
    async with Cluster(tmp_path, kafka_of_clusters, topics=False) as cluster:
        yield cluster


@pytest.fixture
async def own_cluster(tmp_path: Path) -> AsyncGenerator[Cluster]:
    """A cluster whose Kafka, too, may be killed and frozen."""
    with KafkaServer(tmp_path / "kafka") as kafka:
        async with Cluster(tmp_path, kafka) as cluster:
            yield cluster
