"""What the page says of what is no longer there, where a restart ends nothing."""

from dependency_injector import providers
from litestar import Litestar
from playwright.async_api import Browser, expect

from cse_chat.adapters.memory.requests import InMemoryRequestLog
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.http.app import create_app
from tests.clients import listening
from tests.gateway.graphs import HeldAgent, a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.scenes import TabularAgent, answered, ask


class DurableLog:
    """Says of what it takes that it outlives the process."""

    def __init__(self, log: InMemoryRequestLog) -> None:
        self._log = log

    async def append(self, request: ChatRequest) -> Durability:
        await self._log.append(request)
        return Durability.KAFKA


def a_durable_app(agent: Agent | None = None) -> Litestar:
    container = a_container(agent or TabularAgent())
    container.requests.override(providers.Object(DurableLog(container.memory_log())))
    return create_app(container)


async def test_no_restart_is_blamed_for_a_conversation_that_is_over(browser: Browser) -> None:
    async with visiting(browser, a_durable_app()) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        await answered(page)
        await visit.stop_service()
        async with listening(a_durable_app(), port=visit.port):
            await ask(page, "And now?")
            await answered(page, 2)
            await expect(page.locator(".log .note")).to_contain_text("kept for a limited time")
        async with listening(a_durable_app(), port=visit.port):
            await page.reload()
            await expect(page.locator("#forgotten")).to_contain_text("kept for a limited time")

        await expect(page.locator("body")).not_to_contain_text("restarted")


async def test_no_restart_is_blamed_for_a_question_that_is_over(browser: Browser) -> None:
    async with visiting(browser, a_durable_app(HeldAgent())) as visit:
        page = visit.page
        await ask(page, "Slow?")
        await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
        await visit.stop_service()
        async with listening(a_durable_app(), port=visit.port):
            alert = page.get_by_role("alert")
            await expect(alert).to_contain_text("kept for a limited time")

            await expect(page.locator("body")).not_to_contain_text("restarted")
