"""What the tests of real processes share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.processes import RunningProcess


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RunningProcess]]:
    """Start the service with settings; it is gone when the test ends."""
    with ExitStack() as started:
        yield lambda **settings: started.enter_context(RunningProcess(tmp_path, **settings))
