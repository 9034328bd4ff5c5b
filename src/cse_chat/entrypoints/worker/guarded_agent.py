"""Stands between the domain and agents that may say, raise and do anything."""

import asyncio
import re
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from types import TracebackType
from typing import Final, NoReturn, Self

import structlog

from cse_chat.domain.errors import (
    AgentCrashedError,
    AgentError,
    AgentRefusedError,
    AgentUnavailableError,
    AnswerTooLargeError,
)
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.artifacts import Artifact
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.agents import AgentFaultError
from cse_chat.entrypoints.worker.agent_rules import MAX_ANSWER_BYTES, size_of
from cse_chat.entrypoints.worker.cancellation import is_being_stopped

_log = structlog.get_logger(__name__)

_MAX_MESSAGE: Final = 1_000  # characters of what a refusal tells the user
_UNSHOWABLE: Final = re.compile("[\\0\\ud800-\\udfff]")
_CLOSING: Final = timedelta(seconds=5)


class GuardedAgent:
    """Passes on what the agent yields, and turns whatever it does wrong into an `AgentError`.

    Entered, it opens the agent if that is a context manager, and closes it when it is left. An
    attempt that is stopped ends as stopped, whatever the agent makes of its cancellation; only
    one that goes on awaiting cannot be ended from outside, and keeps its slot.
    """

    def __init__(self, agent: Agent, *, closing: timedelta = _CLOSING) -> None:
        """Store the arguments.

        Args:
            agent: Whoever answers.
            closing: How long an answer that is broken off may clean up.
        """
        self._agent = agent
        self._closing = closing.total_seconds()

    @property
    def may_answer_early(self) -> bool:
        """Whether the agent says that it may be asked for nothing: see `Agent`."""
        return getattr(self._agent, "may_answer_early", False) is True

    async def __aenter__(self) -> Self:
        """Open the agent.

        Raises:
            AgentError: It says itself why it cannot be opened.
            AgentFaultError: It raised anything else; the log has the place.
        """
        if isinstance(self._agent, AbstractAsyncContextManager):
            try:
                await self._agent.__aenter__()
            except AgentError:
                raise
            except (Exception, SystemExit, asyncio.CancelledError) as error:
                if is_being_stopped():
                    raise
                _log.exception("agent_not_opened")
                raise AgentFaultError(
                    f"the agent cannot be opened: {type(error).__name__}; the log says where"
                ) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the agent; an error there is logged, because nothing depends on it any more."""
        if isinstance(self._agent, AbstractAsyncContextManager):
            try:
                await self._agent.__aexit__(kind, error, trace)
            except (Exception, SystemExit, asyncio.CancelledError):
                # Also what was cancelled in it, such as a task of its own that it waits for.
                if is_being_stopped():
                    raise
                _log.exception("agent_not_closed")

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`.

        Raises:
            AgentCrashedError: The agent raised, or yielded, what it may not.
            AnswerTooLargeError: It says more than an answer may hold.
        """
        saying = self._begun(question, history)
        task = asyncio.current_task()
        size, spoke = 0, False
        while True:
            try:
                event = await anext(saying)
            except StopAsyncIteration:
                break
            except BaseException as error:  # noqa: BLE001 -- it is raised as what it means
                _raise_failure(error)
            try:
                if task and task.cancelling():
                    raise _ignoring()  # noqa: TRY301 -- it ends like whatever else goes wrong here
                size = _grown(size, event)
                spoke = spoke or _says_something(event)
                yield event
            except BaseException:  # what it says is of no use, or nobody wants it any more
                await self._close(saying)
                raise
        if task and task.cancelling():
            raise _ignoring()
        if not spoke:
            raise _broken(AgentCrashedError("it ended without a text or an artifact"))

    def _begun(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent, None]:
        try:
            saying: object = self._agent.answer(question, history)
        except BaseException as error:  # noqa: BLE001 -- as above
            _raise_failure(error)
        if isinstance(saying, AsyncGenerator):
            return saying
        if isinstance(saying, Coroutine):
            saying.close()  # else Python warns that nobody awaited it
        raise _broken(
            AgentCrashedError(f"answer must be an async generator, not {type(saying).__name__}")
        )

    async def _close(self, saying: AsyncGenerator[AgentEvent, None]) -> None:
        try:
            async with asyncio.timeout(self._closing):
                await saying.aclose()
        except asyncio.CancelledError:
            if is_being_stopped():
                raise
            _log.exception("answer_not_closed")
        except BaseException:  # noqa: BLE001 -- why it is closed counts, not what comes of it
            _log.exception("answer_not_closed")


def _raise_failure(error: BaseException) -> NoReturn:
    """Raise what *error*, which the agent raised, is for the domain.

    Raises:
        AgentError: The agent failed.
        CancelledError: The attempt is being stopped.
    """
    failure = _failure(error)
    if failure is error:
        raise error
    raise failure from error


def _ignoring() -> asyncio.CancelledError:
    """Return what an attempt ends with whose agent was told to stop, and goes on."""
    _log.warning("agent_ignored_its_cancellation")
    return asyncio.CancelledError()


def _grown(size: int, event: object) -> int:
    """Return the bytes of an answer that gets *event* after *size* bytes.

    Raises:
        AgentError: It may not get it.
    """
    try:
        size += size_of(event)
        if size <= MAX_ANSWER_BYTES:
            return size
        error: AgentError = AnswerTooLargeError(MAX_ANSWER_BYTES)
    except AgentError as broken:
        error = broken
    raise _broken(error)


def _says_something(event: object) -> bool:
    return bool(event.text) if isinstance(event, Delta) else isinstance(event, Artifact)


def _failure(error: BaseException) -> BaseException:
    """Return what *error*, which the agent raised, is for the domain."""
    if is_being_stopped():
        return error if isinstance(error, asyncio.CancelledError) else asyncio.CancelledError()
    if isinstance(error, AgentUnavailableError):
        _log.warning("agent_failed", reason=error.slug)
        return error
    if isinstance(error, AgentRefusedError):
        _log.warning("agent_failed", reason=error.slug)
        return _presentable(error)
    _log.exception("agent_crashed")  # it may not end the process, either
    return AgentCrashedError(type(error).__name__)


def _presentable(refusal: AgentRefusedError) -> AgentError:
    """Return *refusal* if its message can be shown to the user, as it will be."""
    text = str(refusal)
    if not text.strip() or len(text) > _MAX_MESSAGE or _UNSHOWABLE.search(text):
        rule = f"the message of a refusal must be a text of 1 to {_MAX_MESSAGE} characters"
        return _broken(AgentCrashedError(rule))
    return refusal


def _broken(error: AgentError) -> AgentError:
    _log.error("agent_broke_a_rule", rule=str(error))
    return error
