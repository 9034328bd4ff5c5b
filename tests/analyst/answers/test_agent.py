"""The analyst as an agent."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.agent import MODEL, AnalystAgent
from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Table
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.ports.agent import Agent
from tests.builders import a_question
from tests.contracts.agent import AgentContract


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: the database is built once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def analyst(data_dir: Path) -> AsyncIterator[AnalystAgent]:
    async with AnalystAgent(data_dir) as opened:
        yield opened


class TestAnalystAgent(AgentContract):
    @pytest.fixture
    def agent(self, analyst: AnalystAgent) -> Agent:
        return analyst


async def _said(agent: Agent, text: str, *history: Exchange) -> list[AgentEvent]:
    return [event async for event in agent.answer(a_question(text), history)]


async def test_an_answer_has_its_text_its_table_its_date_and_its_source(
    analyst: AnalystAgent,
) -> None:
    said = await _said(analyst, "What are the top performing stocks?")

    [basis] = [event for event in said if isinstance(event, Basis)]
    [table] = [event for event in said if isinstance(event, Table)]
    text = "".join(event.text for event in said if isinstance(event, Delta))
    assert (basis.model_used, str(basis.as_of)) == (MODEL, "2026-07-24")
    assert any("Colombo Stock Exchange" in source for source in basis.sources)
    assert "LOFC" in text
    assert [row[1] for row in table.rows][:2] == ["LOFC", "RHTL"]


async def test_its_steps_begin_and_end(analyst: AnalystAgent) -> None:
    steps = [event for event in await _said(analyst, "price of JKH") if isinstance(event, Step)]

    begun = [step.name for step in steps if step.status is StepStatus.STARTED]
    done = [step.name for step in steps if step.status is StepStatus.DONE]
    assert begun[0] == "analyse"
    assert set(begun) <= set(done)


async def test_a_follow_up_is_understood_from_the_exchanges_before_it(
    analyst: AnalystAgent,
) -> None:
    said = await _said(analyst, "and its sector?", Exchange("price of Sampath bank", "..."))

    assert "Banks" in "".join(event.text for event in said if isinstance(event, Delta))


async def test_an_answer_without_facts_has_no_date_and_no_table(analyst: AnalystAgent) -> None:
    said = await _said(analyst, "write me a poem about the sea")

    [basis] = [event for event in said if isinstance(event, Basis)]
    assert (basis.as_of, basis.sources) == (None, ())
    assert not [event for event in said if isinstance(event, Table)]


async def test_before_it_is_opened_another_attempt_may_succeed(data_dir: Path) -> None:
    with pytest.raises(AgentUnavailableError):
        await _said(AnalystAgent(data_dir), "price of JKH")


async def test_data_that_cannot_be_read_now_may_be_read_later(
    analyst: AnalystAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(analyst._answerer, "answer", broken)

    with pytest.raises(AgentUnavailableError):
        await _said(analyst, "price of JKH")


async def test_a_folder_that_cannot_be_used_is_told_when_it_is_opened(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")

    with pytest.raises((MarketDataError, OSError)):
        async with AnalystAgent(in_the_way):
            pass
