"""The analyst behind the agent port."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.agent import AnalystAgent
from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Table
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.ports.agent import Agent
from tests.builders import a_question
from tests.contracts.agent import AgentContract


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which the file is built already."""
    folder = tmp_path_factory.mktemp("analyst")
    Market.open(folder).close()
    return folder


@pytest.fixture
async def agent(data_dir: Path) -> AsyncGenerator[AnalystAgent]:
    async with AnalystAgent(data_dir) as opened:
        yield opened


class TestAnalystAgent(AgentContract):
    """The contract, over the shipped data."""


async def _events(agent: Agent, text: str, *earlier: str) -> list[AgentEvent]:
    history = [Exchange(question, "...") for question in earlier]
    async with asyncio.timeout(10):
        return [event async for event in agent.answer(a_question(text), history)]


async def test_an_answer_has_its_steps_text_table_and_basis(agent: AnalystAgent) -> None:
    events = await _events(agent, "What are the top performing stocks?")

    steps = [event for event in events if isinstance(event, Step)]
    assert [step.status for step in steps] == [StepStatus.STARTED, StepStatus.DONE]
    assert steps[1].detail == "movers"
    text = "".join(event.text for event in events if isinstance(event, Delta))
    assert text.startswith("Top gainers on 2026-07-24:\n1. LOLC Finance PLC (LOFC) +10.20%")
    assert text.endswith("Data: CSE, 2026-07-24 (delayed)")
    (table,) = [event for event in events if isinstance(event, Table)]
    assert (table.rows[0][1], table.columns[4].unit) == ("LOFC", "%")
    (basis,) = [event for event in events if isinstance(event, Basis)]
    assert basis.model_used == "cse-analyst/rules"
    assert str(basis.as_of) == "2026-07-24"
    assert basis.sources == ("Colombo Stock Exchange (www.cse.lk)",)


async def test_an_answer_without_facts_names_no_date_and_no_source(agent: AnalystAgent) -> None:
    events = await _events(agent, "hi")

    assert events[-1] == Basis(model_used="cse-analyst/rules")


async def test_the_thread_is_understood_from_its_questions(agent: AnalystAgent) -> None:
    events = await _events(agent, "and its sector?", "price of Sampath")

    text = "".join(event.text for event in events if isinstance(event, Delta))
    assert text.startswith("Sampath Bank PLC (SAMP) is in the sector Banks.")


async def test_the_loop_goes_on_while_answers_are_made(agent: AnalystAgent) -> None:
    """Every step of the loop between two events would be missing, were the engine run on it."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await _events(agent, "market summary")
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)

    assert turns > 3


async def test_a_cancelled_answer_leaves_the_agent_usable(agent: AnalystAgent) -> None:
    asking = asyncio.create_task(_events(agent, "market summary"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    assert await _events(agent, "hi")


async def test_an_agent_that_is_not_open_is_unavailable(data_dir: Path) -> None:
    agent = AnalystAgent(data_dir)
    with pytest.raises(AgentUnavailableError):
        await _events(agent, "hi")
    async with agent:
        pass
    with pytest.raises(AgentUnavailableError):
        await _events(agent, "hi")


async def test_an_unreadable_file_is_told_as_unavailable(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(data_dir, folder)
    async with AnalystAgent(folder) as agent:
        for built in folder.rglob("*"):
            if built.is_file():
                built.unlink()
        agent_threads_open_the_file_anew = await asyncio.gather(
            *(_events(agent, "price of JKH") for _ in range(8)), return_exceptions=True
        )

    for outcome in agent_threads_open_the_file_anew:
        assert isinstance(outcome, list | AgentUnavailableError)


async def test_data_that_cannot_be_opened_are_told_at_the_start(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    with pytest.raises(MarketDataError, match="file"):
        async with AnalystAgent(blocked):
            pass


async def test_a_slow_look_up_does_not_hold_up_the_others(agent: AnalystAgent) -> None:
    answers = await asyncio.gather(*(_events(agent, "price of JKH") for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)
