"""What every `Agent` must do."""

import asyncio

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


async def _said(agent: Agent, text: str) -> list[AgentEvent]:
    async with asyncio.timeout(10):
        return [event async for event in agent.answer(a_question(text), ())]
