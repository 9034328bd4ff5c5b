"""Run one attempt of the agent."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.model.answers import Answer, Basis, Delta, Said
from cse_chat.domain.model.artifacts import Artifact
from cse_chat.domain.model.history import Exchange, exchanges
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.agent import Agent
from cse_chat.domain.ports.threads import History


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAgent:
    """Give the agent a question and the exchanges before it; gather what it says.

    Attributes:
        monotonic: Seconds from any origin; never goes back.
        remembered: How many of a thread's last settled requests the agent may look back on.
    """

    agent: Agent
    history: History
    monotonic: Callable[[], float]
    remembered: int = 20

    async def __call__(self, request: ChatRequest) -> tuple[Answer, timedelta]:
        """Return the answer and the agent's own time.

        Raises:
            AgentError: The attempt failed.
            TransportError: The history cannot be read.
        """
        turns = await self.history.recent(request.thread_id, self.remembered)
        began = self.monotonic()
        answer = await self._gather(request, exchanges(turns, before=request.correlation_id))
        return answer, timedelta(seconds=self.monotonic() - began)

    async def _gather(self, request: ChatRequest, before: Sequence[Exchange]) -> Answer:
        said: list[Said] = []
        basis = Basis(model_used="unknown")
        async with aclosing(self.agent.answer(request.question, before)) as events:
            async for event in events:
                if isinstance(event, Basis):
                    basis = event
                else:
                    said.append(event)
        return Answer(
            text="".join(event.text for event in said if isinstance(event, Delta)),
            basis=basis,
            artifacts=tuple(event for event in said if isinstance(event, Artifact)),
            said=tuple(said),
        )
