"""A service that speaks for a while, and clients that are quick to come back."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from cse_chat.client.retries import Patience
from tests.integration.faults.cluster import ROOT
from tests.integration.faults.stub_agent import RUNS
from tests.integration.processes import RunningProcess, environment

ENTRY_POINT = "[cse_chat.agents]\nnarrator = tests.integration.client.agents:NarratingAgent\n"


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProcess]:
    """One process, whose agent does what it is told."""
    folder = tmp_path_factory.mktemp("speaking")
    info = folder / "site" / "narrator-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: narrator\nVersion: 1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINT)
    env = environment(folder, AGENT__NAME="narrator") | {
        "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT)]),
        RUNS: str(folder / "runs"),
    }
    with RunningProcess(folder, env) as running:
        yield running


@pytest.fixture
def quick() -> Patience:
    """Begins with the first gateway, comes back soon, and takes silence for a failure soon."""
    return Patience(
        limit=timedelta(seconds=30),
        first_bytes=timedelta(seconds=1),
        silence=timedelta(seconds=3),
        chance=lambda: 0.02,
    )


@pytest.fixture(scope="package")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProcess]:
    """One process, whose agent says what it was asked."""
    with RunningProcess(tmp_path_factory.mktemp("echo")) as running:
        yield running
