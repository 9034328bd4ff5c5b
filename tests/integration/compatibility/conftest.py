"""The servers and processes that strangers talk to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.faults.cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path) as cluster:
        yield cluster
