"""Agents that say much, and one that hangs."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question


class TalkativeAgent:
    """Says many pieces of text, and lets everybody else go on between them."""

    def __init__(self, *, pieces: int, size: int) -> None:
        self._pieces = [f"{n:06d}".ljust(size, "-") for n in range(pieces)]

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        yield Basis(model_used=f"{question.text} {len(history)}")
        for piece in self._pieces:
            yield Delta(piece)
            await asyncio.sleep(0)


class HangingAgent:
    """Says a word, and nothing more."""

    def __init__(self) -> None:
        self.stopped = 0

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        yield Basis(model_used=f"{question.text} {len(history)}")
        yield Delta("Well")
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped += 1
