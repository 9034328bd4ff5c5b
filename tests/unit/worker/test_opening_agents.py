"""The lifetime of an agent: opened before the first question, closed after the last."""

import pytest
from structlog.testing import capture_logs

from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.entrypoints.agents import AgentFaultError
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from tests.builders import a_question


class Opening(EchoAgent):
    """Has a lifetime; either end of it may fail."""

    def __init__(
        self, *, opening: BaseException | None = None, closing: BaseException | None = None
    ) -> None:
        super().__init__()
        self._opening = opening
        self._closing = closing
        self.told: list[str] = []

    async def __aenter__(self) -> None:
        if self._opening:
            raise self._opening
        self.told.append("opened")

    async def __aexit__(self, *_: object) -> None:
        if self._closing:
            raise self._closing
        self.told.append("closed")


async def test_it_opens_and_closes_the_agent() -> None:
    agent = Opening()

    async with GuardedAgent(agent):
        assert agent.told == ["opened"]

    assert agent.told == ["opened", "closed"]


async def test_an_agent_without_a_lifetime_needs_none() -> None:
    async with GuardedAgent(EchoAgent()) as agent:
        assert [event async for event in agent.answer(a_question("hi"), ())]


async def test_an_agent_that_says_why_it_cannot_be_opened_is_believed() -> None:
    error = AgentUnavailableError("set ORACLE_KEY")

    with pytest.raises(AgentUnavailableError) as raised:
        async with GuardedAgent(Opening(opening=error)):
            pass

    assert raised.value is error


@pytest.mark.parametrize("error", [OSError("canary"), SystemExit(3)])
async def test_any_other_error_of_opening_is_told_by_its_kind(error: BaseException) -> None:
    with pytest.raises(AgentFaultError) as raised:
        async with GuardedAgent(Opening(opening=error)):
            pass

    kind = type(error).__name__
    assert str(raised.value) == f"the agent cannot be opened: {kind}; the log says where"


async def test_an_error_of_closing_is_logged_and_ends_nothing() -> None:
    with capture_logs() as logs:
        async with GuardedAgent(Opening(closing=SystemExit(3))):
            pass

    assert [line["event"] for line in logs] == ["agent_not_closed"]
