"""Run one attempt of the agent."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from cse_chat.domain.model.answers import Answer, Basis, Delta, Said
from cse_chat.domain.model.artifacts import Artifact
from cse_chat.domain.model.deliveries import Delivery, Hint
from cse_chat.domain.model.history import Exchange, Turn, exchanges
from cse_chat.domain.model.outcomes import Outcome, Status
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
    now: Callable[[], datetime]

    async def __call__(
        self,
        delivery: Delivery | Hint,
        before: Sequence[Turn],
        say: Callable[[Said], None],
        *,
        attempt: int,
    ) -> Outcome:
        """Return that the request is answered, and how.

        Args:
            delivery: Brought the request, or told of it.
            before: What was said in its thread, oldest first.
            say: Told what the agent says, as it comes.
            attempt: Which one it is.

        Raises:
            AgentError: The attempt failed.
        """
        request = delivery.request
        waited = max(timedelta(0), self.now() - request.asked_at)
        began = self.monotonic()
        earlier = exchanges(before, before=request.correlation_id)
        answer = await self._gather(request, earlier, say)
        return Outcome(
            correlation_id=request.correlation_id,
            thread_id=request.thread_id,
            user_id=request.user_id,
            status=Status.ANSWERED,
            settled_at=self.now(),
            durability=delivery.durability,
            answer=answer,
            attempt=attempt,
            queue_time=waited,
            processing_time=timedelta(seconds=self.monotonic() - began),
        )

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
