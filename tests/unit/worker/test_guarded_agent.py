import asyncio
from collections.abc import AsyncGenerator

import pytest

from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.errors import AgentCrashedError, AgentRefusedError
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.artifacts import Column, Series, Table
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


@pytest.mark.parametrize("by_timeout", [True, False])
async def test_our_own_cancellation_passes(*, by_timeout: bool) -> None:
    agent = ScriptedAgent(asyncio.Event())
    asking = asyncio.create_task(_ask(agent))
    if by_timeout:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await _ask(ScriptedAgent(asyncio.Event()))
    await agent.started.wait()

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_an_agent_cannot_end_the_process() -> None:
    class Quitter:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            raise SystemExit(3)
            yield Delta("never")  # type: ignore[unreachable] # it makes this a generator

    with pytest.raises(AgentCrashedError, match=r"^SystemExit$"):
        await _ask(Quitter())


COLUMNS = (Column(name="a", label="A"),)


@pytest.mark.parametrize(
    "event",
    [
        Delta(7),  # type: ignore[arg-type] # that is the point
        Delta("\ud800"),
        Table(title="T", columns=COLUMNS, rows=((object(),),)),  # type: ignore[arg-type] # as above
        Series(title="S", columns=COLUMNS, points=(("\udfff",),)),
    ],
)
async def test_what_nobody_could_encode_is_a_failed_attempt(event: AgentEvent) -> None:
    class Strange:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            yield event

    with pytest.raises(AgentCrashedError):
        await _ask(Strange())


async def test_what_everybody_can_encode_passes() -> None:
    table = Table(title="T", columns=COLUMNS, rows=(("x",), (1,), (2.5,), (None,)))

    class Good:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            yield table

    assert [e async for e in GuardedAgent(Good()).answer(a_question(), ())] == [table]


async def test_what_is_no_event_is_a_failed_attempt() -> None:
    class Strange:
        async def answer(self, *_: object) -> object:
            yield "just text"

    with pytest.raises(AgentCrashedError, match=r"^TypeError$"):
        await _ask(Strange())  # type: ignore[arg-type] # that is the point
