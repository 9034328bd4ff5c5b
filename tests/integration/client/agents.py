"""An agent to watch at work."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from typing_extensions import override

from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from tests.integration.faults.stub_agent import StubAgent

TEXT = "It was the best of times, it was the worst of times, it was the age of wisdom."


class NarratingAgent(StubAgent):
    """Takes a step and tells something; ``stumble``: not at its first attempt; ``begin``: and hangs."""

    def __init__(self) -> None:
        super().__init__()
        self._has_stumbled = False

    @override
    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`."""
        mode = question.text.split(" ", 1)[0]
        if mode not in {"tell", "stumble", "begin"}:
            async for event in super().answer(question, history):
                yield event
            return
        yield Basis(model_used="narrator")
        yield Step(name="read", label="Reading the book", status=StepStatus.STARTED)
        await asyncio.sleep(0.2)
        yield Step(name="read", label="Reading the book", status=StepStatus.DONE)
        for place, word in enumerate(TEXT.split(" ")):
            yield Delta(word if place == 0 else f" {word}")
            await asyncio.sleep(0.03)
            if place == 6 and mode == "begin":
                await asyncio.Event().wait()
            if place == 6 and mode == "stumble" and not self._has_stumbled:
                self._has_stumbled = True
                raise AgentUnavailableError("told to stumble")
