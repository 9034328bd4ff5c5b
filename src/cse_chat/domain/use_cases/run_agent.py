"""Run one attempt of the agent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.model.answers import Answer, Basis, Delta, Step
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
        pieces: list[str] = []
        artifacts: list[Artifact] = []
        steps: list[Step] = []
        basis = Basis(model_used="unknown")
        async for event in self.agent.answer(request.question, before):
            match event:
                case Delta():
                    pieces.append(event.text)
                case Step():
                    steps.append(event)
                case Basis():
                    basis = event
                case _:
                    artifacts.append(event)
        return Answer(
            text="".join(pieces), basis=basis, artifacts=tuple(artifacts), steps=tuple(steps)
        )
