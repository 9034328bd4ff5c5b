"""The analyst's threads and data: opened, shared, left."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.agent import AnalystAgent
from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent
from tests.builders import a_question


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one folder to all, so that the file is built once."""
    return tmp_path_factory.mktemp("analyst")


@pytest.fixture
async def agent(data_dir: Path) -> AsyncGenerator[AnalystAgent]:
    async with AnalystAgent(data_dir) as opened:
        yield opened


async def _events(agent: AnalystAgent, text: str) -> list[AgentEvent]:
    async with asyncio.timeout(10):
        return [event async for event in agent.answer(a_question(text), ())]


async def test_the_loop_goes_on_while_answers_are_made(agent: AnalystAgent) -> None:
    """A task beside it would hardly get a turn, were the engine run on the loop.

    It sleeps in truth: one that only gave way would keep the interpreter from the engine's thread.
    """
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.0001)

    counting = asyncio.create_task(count())
    try:
        for _ in range(20):
            await _events(agent, "market summary")
    finally:
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)

    assert turns > 20


async def test_a_cancelled_answer_leaves_the_agent_usable(agent: AnalystAgent) -> None:
    asking = asyncio.create_task(_events(agent, "market summary"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    assert await _events(agent, "hi")


async def test_many_questions_at_once_get_the_answers_of_one_alone(agent: AnalystAgent) -> None:
    answers = await asyncio.gather(*(_events(agent, "price of JKH") for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)


async def test_once_left_it_is_unavailable_and_can_be_opened_again(data_dir: Path) -> None:
    agent = AnalystAgent(data_dir)
    async with agent:
        before = await _events(agent, "price of JKH")
    with pytest.raises(AgentUnavailableError):
        await _events(agent, "price of JKH")

    async with agent:
        assert await _events(agent, "price of JKH") == before
