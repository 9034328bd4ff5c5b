"""What every test gets."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.unit.logged import restored

pytest.register_assert_rewrite("tests.contracts")

# Here and nowhere else, so that one session starts each server once.
pytest_plugins = ["tests.brokers.servers", "tests.side_by_side", "tests.time_limits"]


def pytest_configure() -> None:
    """Measure no time where examples are tried, and keep log lines short.

    A busy machine makes an example slow, not wrong. structlog's own default draws each traceback
    with locals.
    """
    settings.register_profile(
        "untimed",
        settings(),  # what Hypothesis takes here or in CI
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("untimed")
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.ReturnLoggerFactory(),
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Watch the tasks of every test that has a loop; the others need none."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "no_task_is_left_behind")


@pytest.fixture
async def no_task_is_left_behind() -> AsyncGenerator[None]:
    """Fail a test that leaves a task running: it would be cut off silently."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"left running: {left}"


@pytest.fixture
def the_log_is_restored() -> Iterator[None]:
    """Undo what a test says about the logging of this process."""
    with restored():
        yield
