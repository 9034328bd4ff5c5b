"""An agent whose words a test puts into its mouth."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import date

from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question


class Speaker:
    """Says what it is given, at once; what it is given before it is asked waits."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._lines: asyncio.Queue[AgentEvent | Exception | None] = asyncio.Queue()

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`."""
        del history
        self.asked.append(question.text)
        yield Basis(model_used="speaker", as_of=date(2026, 7, 24), sources=("CSE",))
        while (line := await self._lines.get()) is not None:
            if isinstance(line, Exception):
                raise line
            yield line

    def say(self, *lines: AgentEvent | str) -> None:
        """Go on with *lines*; a string is a piece of text."""
        for line in lines:
            self._lines.put_nowait(Delta(line) if isinstance(line, str) else line)

    def begin_step(self, name: str, label: str) -> None:
        """Say that something is being done."""
        self.say(Step(name=name, label=label, status=StepStatus.STARTED))

    def end_step(self, name: str, label: str, detail: str = "") -> None:
        """Say that it is done."""
        self.say(Step(name=name, label=label, status=StepStatus.DONE, detail=detail))

    def break_off(self) -> None:
        """Fail, so that it is asked again."""
        self._lines.put_nowait(AgentUnavailableError("away for a moment"))

    def finish(self, *lines: AgentEvent | str) -> None:
        """Say *lines*, and nothing more."""
        self.say(*lines)
        self._lines.put_nowait(None)
