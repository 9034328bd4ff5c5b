"""Stands between the domain and agents that may raise anything."""

from collections.abc import AsyncGenerator, Sequence

import structlog

from cse_chat.domain.errors import AgentCrashedError, AgentError
from cse_chat.domain.model.answers import AgentEvent
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.domain.ports.agent import Agent

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
                if not isinstance(event, AgentEvent):
                    raise TypeError(f"an agent may not yield {type(event).__name__}")  # noqa: TRY301 - one way out for every fault
                yield event
        except AgentError as error:
            _log.warning("agent_failed", reason=error.slug)
            raise
        except Exception as error:
            _log.exception("agent_crashed")
            raise AgentCrashedError(type(error).__name__) from error
