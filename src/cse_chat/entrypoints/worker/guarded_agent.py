"""Stands between the domain and agents that may raise anything."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import structlog

from cse_chat.domain.errors import AgentCrashedError, AgentError
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.artifacts import Cell, Series, Table
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.worker.cancellation import is_being_stopped

_log = structlog.get_logger(__name__)


class GuardedAgent:
    """Passes on what the agent yields, and turns what it raises into an `AgentError`."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`.

        Raises:
            AgentCrashedError: The agent raised, or yielded, what is not one of ours.
        """
        try:
            async for event in self._agent.answer(question, history):
                _check(event)
                yield event
        except AgentError as error:
            _log.warning("agent_failed", reason=error.slug)
            raise
        except asyncio.CancelledError as error:
            if is_being_stopped():
                raise
            _log.exception("agent_crashed")  # something it awaited was cancelled, not the attempt
            raise AgentCrashedError(type(error).__name__) from error
        except (Exception, SystemExit) as error:  # an agent may not end the process
            _log.exception("agent_crashed")
            raise AgentCrashedError(type(error).__name__) from error


def _check(event: object) -> None:
    """Refuse what no answer could be made of, or nobody could encode later.

    Raises:
        TypeError: It is none of our events, or holds values of other types.
        UnicodeEncodeError: Its text holds a lone surrogate.
    """
    if not isinstance(event, AgentEvent):
        raise TypeError(f"an agent may not yield {type(event).__name__}")
    if isinstance(event, Delta):
        _check_text(event.text)
    elif isinstance(event, Table | Series):
        rows = event.rows if isinstance(event, Table) else event.points
        for cell in (cell for row in rows for cell in row):
            if not isinstance(cell, Cell):
                raise TypeError(f"a cell may not be {type(cell).__name__}")
            if isinstance(cell, str):
                _check_text(cell)


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise TypeError(f"a text may not be {type(text).__name__}")
    text.encode()
