"""Run one attempt of the agent."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.model.answers import Answer, Basis, Delta, Said
from cse_chat.domain.model.artifacts import Artifact
from cse_chat.domain.model.history import Exchange, Turn, exchanges
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.agent import Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAgent:
    """Give the agent a question and the exchanges before it; gather what it says.

    Attributes:
        monotonic: Seconds from any origin; never goes back.
    """

    agent: Agent
    monotonic: Callable[[], float]

    async def __call__(
        self, request: ChatRequest, before: Sequence[Turn], say: Callable[[Said], None]
    ) -> tuple[Answer, timedelta]:
        """Return the answer and the agent's own time.

        Args:
            request: To be answered.
            before: What was said in its thread, oldest first.
            say: Told what the agent says, as it comes.

        Raises:
            AgentError: The attempt failed.
        """
        began = self.monotonic()
        earlier = exchanges(before, before=request.correlation_id)
        answer = await self._gather(request, earlier, say)
        return answer, timedelta(seconds=self.monotonic() - began)

    async def _gather(
        self, request: ChatRequest, before: Sequence[Exchange], say: Callable[[Said], None]
    ) -> Answer:
        said: list[Said] = []
        basis = Basis(model_used="unknown")
        async with aclosing(self.agent.answer(request.question, before)) as events:
            async for event in events:
                if isinstance(event, Basis):
                    basis = event
                else:
                    said.append(event)
                    say(event)
        return Answer(
            text="".join(event.text for event in said if isinstance(event, Delta)),
            basis=basis,
            artifacts=tuple(event for event in said if isinstance(event, Artifact)),
            said=tuple(said),
        )
