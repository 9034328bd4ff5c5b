"""What every test gets."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

pytest.register_assert_rewrite("tests.contracts")


@pytest.fixture(autouse=True)
async def _no_task_is_left_behind() -> AsyncGenerator[None]:
    """Fail a test that leaves a task running: it would be cut off silently."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"left running: {left}"
