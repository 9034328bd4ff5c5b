"""One browser for all tests of the page; it lives in one event loop, so they run in that, too."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.integration.page.browsers import chromium

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is in this folder in the browser's loop."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Start Chromium once: it takes as long as several tests."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def no_task_is_left_behind(browser: Browser) -> AsyncGenerator[None]:
    """See the fixture of all tests; the driver of the browser has tasks of its own."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = {task for task in asyncio.all_tasks() - before if not _is_playwright(task)}
    assert not left - {asyncio.current_task()}, f"left running: {left}"


def _is_playwright(task: asyncio.Task[object]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "playwright" in Path(code.co_filename).parts
