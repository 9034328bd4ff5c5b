"""Agents that do not end by themselves: how they are stopped, whatever they make of it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from cse_chat.domain.errors import AgentCrashedError, AgentRefusedError, AnswerTooLargeError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from tests.builders import a_question
from tests.memory import ScriptedAgent

COLUMNS = (Column(name="a", label="A"),)


class Endless:
    """Says one thing again and again."""

    def __init__(self, event: AgentEvent) -> None:
        self._event = event
        self.said = 0
        self.closed = False

    async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
        try:
            while True:
                self.said += 1
                yield self._event
        finally:
            await asyncio.sleep(0)  # a clean-up that awaits
            self.closed = True


class Stubborn:
    """Waits for ever; stopped, it does something else than to end."""

    def __init__(self, then: str = "obeys") -> None:
        self._then = then
        self.waiting = asyncio.Event()
        self.cleaned_up = False

    async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
        try:
            try:
                self.waiting.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if self._then == "obeys":
                    raise
            if self._then == "raises":
                raise ValueError
            if self._then == "refuses":
                raise AgentRefusedError("No.")
            while self._then == "talks":
                yield Delta("as I was saying")
        finally:
            await asyncio.sleep(0)
            self.cleaned_up = True


async def _ask(agent: Agent) -> None:
    async for _ in GuardedAgent(agent).answer(a_question("secret"), ()):
        pass


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


@pytest.mark.parametrize(
    "event",
    [
        Delta("x" * 1_000),
        Step(name="n", label="l" * 1_000, status=StepStatus.DONE),
        Table(title="T", columns=COLUMNS, rows=(("x" * 1_000,),)),
        Basis(model_used="m", sources=("x" * 1_000,)),
    ],
)
async def test_an_agent_that_never_stops_talking_is_stopped(event: AgentEvent) -> None:
    """Before its answer is more than a record of Kafka takes, and without another attempt."""
    talker = Endless(event)

    with pytest.raises(AnswerTooLargeError, match="768 KiB at most") as raised:
        await _ask(talker)

    assert not raised.value.retryable
    assert 600 < talker.said < 786
    assert talker.closed


async def test_events_without_content_are_bounded_too() -> None:
    talker = Endless(Delta(""))

    with pytest.raises(AnswerTooLargeError):
        await _ask(talker)

    assert talker.said < 30_000


async def test_an_agent_that_never_ends_is_stopped() -> None:
    agent = Stubborn()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await _ask(agent)

    assert agent.cleaned_up


@pytest.mark.parametrize("then", ["talks", "returns", "raises", "refuses"])
async def test_a_stopped_attempt_ends_as_stopped_whatever_the_agent_makes_of_it(then: str) -> None:
    agent = Stubborn(then)
    asking = asyncio.create_task(_ask(agent))
    await agent.waiting.wait()

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert agent.cleaned_up


async def test_an_agent_that_swallows_its_deadline_has_missed_it() -> None:
    agent = Stubborn("talks")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await _ask(agent)

    assert agent.cleaned_up


async def test_an_answer_that_nobody_wants_any_more_is_closed() -> None:
    agent = Endless(Delta("on and on"))
    answering = GuardedAgent(agent).answer(a_question(), ())
    await anext(answering)

    await answering.aclose()

    assert agent.closed


@pytest.mark.parametrize("closing", ["raises", "talks", "hangs"])
async def test_a_clean_up_that_fails_changes_nothing(closing: str) -> None:
    class Untidy:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            try:
                yield Delta("\0")
            finally:
                if closing == "raises":
                    raise SystemExit(3)
                if closing == "hangs":
                    await asyncio.Event().wait()
                yield Delta("one more word")

    guarded = GuardedAgent(Untidy(), closing=timedelta(milliseconds=1))
    with capture_logs() as logs, pytest.raises(AgentCrashedError, match="NUL"):
        async for _ in guarded.answer(a_question(), ()):
            pass

    assert [line["event"] for line in logs] == ["agent_broke_a_rule", "answer_not_closed"]


async def test_a_clean_up_that_takes_long_ends_with_the_attempt() -> None:
    class Slow:
        async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
            try:
                yield Delta("\0")
            finally:
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await _ask(Slow())
