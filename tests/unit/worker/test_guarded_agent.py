"""Agents that do what no agent may, and what becomes of the attempt.

See also `test_agent_rules`, `test_opening_agents` and `test_stopping_agents`.
"""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from structlog.testing import capture_logs

from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.errors import (
    AgentCrashedError,
    AgentError,
    AgentRefusedError,
    ClaimLostError,
)
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Table
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from tests.builders import a_question
from tests.contracts.agent import AgentContract
from tests.memory import ScriptedAgent


class TestGuardedAgent(AgentContract):
    @pytest.fixture
    def agent(self) -> Agent:
        return GuardedAgent(EchoAgent())


A_STEP = Step(name="n", label="l", status=StepStatus.DONE)


class Saying:
    """Says what it is given, whatever it is."""

    def __init__(self, *events: AgentEvent) -> None:
        self._events = events

    async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
        for event in self._events:
            yield event


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


async def test_a_future_that_somebody_else_cancelled_is_a_failed_attempt() -> None:
    """It looks like our own cancellation; taken for it, the request would be lost."""

    class Careless:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            future.cancel()
            await future
            yield Delta("never")

    with pytest.raises(AgentCrashedError, match=r"^CancelledError$"):
        await _ask(Careless())


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
        BaseExceptionGroup("", [SystemExit(3), ValueError()]),
        ExceptionGroup("", [ValueError()]),
        ClaimLostError(),
        AgentError("canary"),
        StopAsyncIteration(),
    ],
)
async def test_whatever_an_agent_raises_is_a_failed_attempt(error: BaseException) -> None:
    """It can neither end the process nor speak for another part of it."""

    class Raiser:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            yield Delta("Look: ")
            raise error

    with pytest.raises(AgentCrashedError, match=r"^[A-Za-z]+$") as raised:
        await _ask(Raiser())

    assert raised.value.retryable


async def test_an_agent_that_raises_before_it_begins_is_a_failed_attempt() -> None:
    class Raiser:
        def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            raise KeyboardInterrupt

    with pytest.raises(AgentCrashedError, match=r"^KeyboardInterrupt$"):
        await _ask(Raiser())


@pytest.mark.parametrize("message", ["", "  ", "\ud800", "a\0b", "x" * 1_001])
async def test_a_refusal_that_no_user_could_read_is_a_failed_attempt(message: str) -> None:
    with pytest.raises(AgentCrashedError, match=r"^the message of a refusal must be a text of 1"):
        await _ask(ScriptedAgent(AgentRefusedError(message)))


async def test_a_coroutine_instead_of_a_generator_is_a_failed_attempt() -> None:
    """And closed, or Python would warn that nobody awaited it."""

    class Hasty:
        async def answer(self, *_: object) -> str:
            return "never"

    with pytest.raises(AgentCrashedError, match=r"^answer must be an async generator, not corou"):
        await _ask(Hasty())  # type: ignore[arg-type] # that is the point


@pytest.mark.parametrize("events", [(), (Basis(model_used="m"), A_STEP), (Delta(""),)])
async def test_saying_nothing_is_a_failed_attempt(events: tuple[AgentEvent, ...]) -> None:
    with pytest.raises(AgentCrashedError, match=r"^it ended without a text or an artifact$"):
        await _ask(Saying(*events))


async def test_an_answer_may_be_a_table_alone() -> None:
    table = Table(title="T", columns=(), rows=())

    assert [e async for e in GuardedAgent(Saying(table)).answer(a_question(), ())] == [table]


async def test_what_no_answer_may_hold_is_a_failed_attempt_that_says_the_rule() -> None:
    with capture_logs() as logs, pytest.raises(AgentCrashedError, match="NUL"):
        await _ask(Saying(Delta("canary\0")))

    assert [(line["event"], line["rule"]) for line in logs] == [
        ("agent_broke_a_rule", "a text may not hold the character NUL")
    ]
