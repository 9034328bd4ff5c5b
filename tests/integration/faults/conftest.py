"""Gateways and workers over servers of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.faults.cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
def cluster_without_topics(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path, topics=False) as cluster:
        yield cluster
