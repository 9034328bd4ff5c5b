"""The page of the published document, in a real browser."""

from playwright.async_api import Browser, expect

from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.http.published.operations import OPERATIONS
from tests.gateway.graphs import a_container
from tests.integration.page.browsers import visiting


async def test_every_operation_is_shown_and_a_question_can_be_asked_from_it(
    browser: Browser,
) -> None:
    """Under the strictest policy, and without a request to anybody else."""
    async with visiting(browser, create_app(a_container()), path="/schema") as visit:
        page = visit.page
        await expect(page.locator(".opblock")).to_have_count(len(OPERATIONS))
        await page.locator("#operations-chat-SendChat").get_by_role("button").first.click()
        await page.get_by_role("button", name="Try it out").click()
        await page.get_by_role("button", name="Execute").click()

        answer = page.locator(".live-responses-table td.response-col_description").last
        await expect(answer).to_contain_text("Processed your query: 'What are the top performing")
        assert (visit.troubles, visit.foreign) == ([], [])
