"""What an entry point may name by mistake, and one that is right."""

from collections.abc import AsyncGenerator, Iterator
from typing import Self

from cse_chat.domain.model.answers import AgentEvent, Delta


class Right:
    """The least that an agent is."""

    def __init__(self, text: str = "Right.") -> None:
        self._text = text

    @classmethod
    def made(cls) -> Self:
        return cls()

    async def answer(self, question: object, history: object) -> AsyncGenerator[AgentEvent]:
        yield Delta(self._text)


class Demanding(Right):
    def __init__(self, model: str) -> None:
        super().__init__(model)


class Broken(Right):
    def __init__(self) -> None:
        raise OSError("canary")


class Mute:
    pass


class Hasty:
    async def answer(self, question: object, history: object) -> str:
        return "Here."


class Synchronous:
    def answer(self, question: object, history: object) -> Iterator[Delta]:
        yield Delta("Here.")


class Forgetful:
    async def answer(self, question: object) -> AsyncGenerator[AgentEvent]:
        yield Delta("Here.")


class Undecided(Right):
    may_answer_early = "sometimes"


class HalfOpen(Right):
    async def __aenter__(self) -> None:
        pass


class Uncalled(Right):
    answer = "Here."  # type: ignore[assignment] # that is the point


class Shy:
    @property
    def answer(self) -> object:
        raise LookupError("canary")


async def made_slowly() -> Right:
    return Right()


NO_CLASS = "text"
