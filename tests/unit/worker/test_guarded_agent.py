import pytest

from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.errors import AgentCrashedError, AgentRefusedError
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from tests.builders import a_question
from tests.contracts.agent import AgentContract
from tests.memory import ScriptedAgent


class TestGuardedAgent(AgentContract):
    @pytest.fixture
    def agent(self) -> Agent:
        return GuardedAgent(EchoAgent())


async def _ask(agent: Agent) -> None:
    async for _ in GuardedAgent(agent).answer(a_question("secret"), ()):
        pass


async def test_our_own_errors_pass() -> None:
    refusal = AgentRefusedError("No.")

    with pytest.raises(AgentRefusedError) as raised:
        await _ask(ScriptedAgent(refusal))

    assert raised.value is refusal


async def test_any_other_error_is_a_failed_attempt_that_says_no_more_than_its_kind() -> None:
    with pytest.raises(AgentCrashedError, match=r"^ZeroDivisionError$") as raised:
        await _ask(ScriptedAgent(ZeroDivisionError("secret")))

    assert isinstance(raised.value.__cause__, ZeroDivisionError)


async def test_what_is_no_event_is_a_failed_attempt() -> None:
    class Strange:
        async def answer(self, *_: object) -> object:
            yield "just text"

    with pytest.raises(AgentCrashedError, match=r"^TypeError$"):
        await _ask(Strange())  # type: ignore[arg-type] # that is the point
