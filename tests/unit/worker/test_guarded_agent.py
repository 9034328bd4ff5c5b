"""Agents that do what no agent may, and what becomes of the attempt. See also `test_agent_rules`."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.errors import (
    AgentCrashedError,
    AgentError,
    AgentRefusedError,
    AgentUnavailableError,
    AnswerTooLargeError,
    ClaimLostError,
)
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.agents import AgentFaultError
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from tests.builders import a_question
from tests.contracts.agent import AgentContract
from tests.memory import ScriptedAgent


class TestGuardedAgent(AgentContract):
    @pytest.fixture
    def agent(self) -> Agent:
        return GuardedAgent(EchoAgent())


A_STEP = Step(name="n", label="l", status=StepStatus.DONE)
COLUMNS = (Column(name="a", label="A"),)


class Saying:
    """Says what it is given, whatever it is."""

    def __init__(self, *events: AgentEvent) -> None:
        self._events = events

    async def answer(self, *_: object) -> AsyncGenerator[AgentEvent]:
        for event in self._events:
            yield event


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


async def test_it_opens_and_closes_the_agent() -> None:
    agent = Opening()

    async with GuardedAgent(agent):
        assert agent.told == ["opened"]

    assert agent.told == ["opened", "closed"]


async def test_an_agent_without_a_lifetime_needs_none() -> None:
    async with GuardedAgent(EchoAgent()) as agent:
        await _ask(agent)


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
