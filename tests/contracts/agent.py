"""What every `Agent` must do."""

import asyncio
from collections.abc import AsyncGenerator

from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.ports.agent import Agent
from tests.builders import a_question


class AgentContract:
    """Subclass in ``test_*.py`` and give an ``agent`` fixture."""

    async def test_it_says_something_and_what_it_stands_on(self, agent: Agent) -> None:
        events = await _said(agent, "What are the top performing stocks?")

        assert all(isinstance(event, AgentEvent) for event in events)
        assert "".join(event.text for event in events if isinstance(event, Delta)).strip()
        assert len([event for event in events if isinstance(event, Basis)]) == 1

    async def test_calls_at_the_same_time_do_not_mix(self, agent: Agent) -> None:
        """The same question gets the same answer, whatever else is asked meanwhile."""
        alone = await _said(agent, "What is the price of JKH?")

        together = await asyncio.gather(
            *(_said(agent, text) for text in ["What is the price of JKH?", "hi"] * 5)
        )

        assert all(events == alone for events in together[::2])

    async def test_an_attempt_may_be_stopped_before_it_has_begun(self, agent: Agent) -> None:
        await _answering(agent).aclose()

    async def test_an_attempt_may_be_stopped_at_every_event(self, agent: Agent) -> None:
        """It says nothing more, and the next answer is whole."""
        whole = await _said(agent, "What is the price of JKH?")

        for heard in range(1, len(whole) + 1):
            answering = _answering(agent)
            assert [await anext(answering) for _ in range(heard)] == whole[:heard]
            await answering.aclose()
            assert [event async for event in answering] == []

        assert await _said(agent, "What is the price of JKH?") == whole

    async def test_an_attempt_may_be_stopped_while_it_works(self, agent: Agent) -> None:
        """It lets its cancellation pass, and the next answer is whole."""
        whole = await _said(agent, "What is the price of JKH?")
        asking = asyncio.create_task(_said(agent, "What is the price of JKH?"))
        await asyncio.sleep(0)

        asking.cancel()

        await asyncio.wait({asking})
        assert asking.cancelled() or asking.result() == whole
        assert await _said(agent, "What is the price of JKH?") == whole


def _answering(agent: Agent) -> AsyncGenerator[AgentEvent, None]:
    return agent.answer(a_question("What is the price of JKH?"), ())


async def _said(agent: Agent, text: str) -> list[AgentEvent]:
    async with asyncio.timeout(10):
        return [event async for event in agent.answer(a_question(text), ())]
