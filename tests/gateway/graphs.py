"""The real graph with another agent or port in it, served in the test's own loop."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from dependency_injector import providers
from httpx import AsyncClient

from cse_chat.domain.errors import AgentRefusedError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.sections.processes import AgentSettings, HttpSettings
from tests.clients import client_of
from tests.settings import in_memory


class HeldAgent:
    """Answers with the question, once it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        await self.let_go.wait()
        yield Basis(model_used="held")
        yield Delta(f"{question.text}, after {len(history)} exchanges")


class RefusingAgent:
    """Answers nothing."""

    async def answer(
        self,
        question: Question,
        history: Sequence[Exchange],
    ) -> AsyncGenerator[AgentEvent]:
        if question.text:  # none is blank; without the `yield` this were no generator
            raise AgentRefusedError("I do not advise on what to buy.")
        yield Delta("")  # pragma: no cover -- never reached


class Failing:
    """Stands in for a use case or a port whose every call raises *error*."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, *_: object, **__: object) -> object:
        raise self._error

    append = __call__
    find = __call__
    look = __call__
    own = __call__
    owner = __call__
    newest = __call__


def a_container(
    agent: Agent | None = None,
    *,
    wait_seconds: float = 5,
    deadline_seconds: float = 60,
    **providing: object,
) -> Container:
    """Return the embedded graph with *agent*, by default echo.

    Args:
        agent: Who answers.
        wait_seconds: The service's own wait.
        deadline_seconds: How long a question is worth answering.
        providing: What a provider gives instead, by the provider's name.
    """
    container = Container(
        settings=in_memory(
            http=HttpSettings(wait_seconds=wait_seconds),
            agent=AgentSettings(name="echo", deadline_seconds=deadline_seconds),
        )
    )
    if agent:
        container.chosen_agent.override(providers.Object(agent))
    for name, value in providing.items():
        getattr(container, name).override(providers.Object(value))
    return container


@asynccontextmanager
async def served(
    agent: Agent | None = None,
    *,
    wait_seconds: float = 5,
    **providing: Any,  # noqa: ANN401 -- as `a_container`
) -> AsyncGenerator[AsyncClient]:
    """Serve the graph of `a_container`."""
    container = a_container(agent, wait_seconds=wait_seconds, **providing)
    async with asyncio.timeout(10), client_of(create_app(container)) as client:
        yield client
