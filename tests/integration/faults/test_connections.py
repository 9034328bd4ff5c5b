"""The connections to Kafka are reset again and again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers.kafka import KafkaServer
from brokers.ports import free_port
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, OPEN, Clients
from tests.integration.faults.oracle import faults_of
from tests.integration.faults.proxy import Proxy

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def proxy() -> Iterator[tuple[Proxy, int]]:
    """A proxy, and the port of the server behind it."""
    port = free_port()
    with Proxy(port) as proxy:
        yield proxy, port


@pytest.mark.long_fault
async def test_f16_connections_that_are_reset_lose_and_repeat_nothing(
    proxy: tuple[Proxy, int], tmp_path: Path
) -> None:
    between, port = proxy
    kafka = KafkaServer(tmp_path / "kafka", port=port, advertised_port=between.port)
    with kafka:
        async with Cluster(tmp_path, kafka) as cluster:
            [gateway] = cluster.start("gateway", HTTP__WAIT_SECONDS="15")
            cluster.start("worker")
            async with Clients([gateway.url]) as clients:
                between.reset_after = 20_000
                async with clients.asking(5):
                    await asyncio.sleep(8)
                between.reset_after = None

                assert between.passed > 100_000
                assert between.resets > 3
                assert {asked.status for asked in clients.asked} <= {ANSWERED, OPEN, 503}
                assert await faults_of(clients, list(cluster.runs()), seconds=20) == []
