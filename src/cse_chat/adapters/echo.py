"""An agent that says what it was asked: for tests and benchmarks."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question


class EchoAgent:
    """Answers with the original design's mock text, after a delay."""

    def __init__(self, delay: timedelta = timedelta(0)) -> None:
        self._seconds = delay.total_seconds()
        self.may_answer_early = not self._seconds

    async def answer(
        self,
        question: Question,
        history: Sequence[Exchange],  # noqa: ARG002 - the port's; an echo remembers nothing
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`."""
        if self._seconds:
            await asyncio.sleep(self._seconds)
        yield Basis(model_used="echo")
        yield Delta(f"Processed your query: '{question.text}'")
