"""The page of the AsyncAPI document, in a real browser."""

from playwright.async_api import Browser, expect

from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.http.channels.document import asyncapi_document
from tests.gateway.graphs import a_container
from tests.integration.page.browsers import visiting

PATIENCE = 40_000  # milliseconds: the library reads 3 MB, then the document by the official parser
SHUT_IN = """() => {
    const tried = {origin: self.origin};
    for (const store of ["localStorage", "sessionStorage"]) {
        try { tried[store] = String(window[store]); } catch (error) { tried[store] = error.name; }
    }
    return tried;
}"""


async def test_every_operation_is_shown_without_a_request_to_anybody_else(browser: Browser) -> None:
    operations = asyncapi_document()["operations"]

    async with visiting(browser, create_app(a_container()), path="/asyncapi") as visit:
        shown = visit.page.locator("#operations [id^='operation-'][id$='-message']")
        await expect(shown).to_have_count(len(operations), timeout=PATIENCE)
        await expect(visit.page.locator("#messages")).to_contain_text("Chat Request v1")

        assert (visit.troubles, visit.foreign) == ([], [])


async def test_the_page_cannot_reach_what_belongs_to_the_chat(browser: Browser) -> None:
    """It runs what a library compiles, so it has an origin of its own, and no storage."""
    async with visiting(browser, create_app(a_container()), path="/asyncapi") as visit:
        tried = await visit.page.evaluate(SHUT_IN)
        await expect(visit.page.locator("#operations")).to_be_visible(timeout=PATIENCE)

    assert tried == {
        "origin": "null",
        "localStorage": "SecurityError",
        "sessionStorage": "SecurityError",
    }
