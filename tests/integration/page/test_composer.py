"""Where questions are written."""

from playwright.async_api import Browser, expect

from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import HeldAgent, a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.scenes import an_app, answered, ask


async def test_arrow_up_in_an_empty_composer_brings_the_last_inputs_back(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        for number, text in enumerate(("First?", "Second?", "First?", "Third?"), start=1):
            await ask(visit.page, text)
            await answered(visit.page, number)
        await visit.page.reload()
        composer = visit.page.get_by_label("Your question")
        await composer.focus()
        seen = []
        for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"):
            await visit.page.keyboard.press(key)
            seen.append(await composer.input_value())
        await visit.page.keyboard.press("ArrowDown")
        await visit.page.keyboard.press("ArrowDown")

        assert seen == ["Third?", "First?", "Second?", "Second?", "First?"]
        await expect(composer).to_have_value("")


async def test_arrow_up_in_what_is_being_written_only_moves_the_cursor(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "First?")
        await answered(visit.page)
        composer = visit.page.get_by_label("Your question")
        await composer.fill("Sec")
        await composer.press("ArrowUp")

        await expect(composer).to_have_value("Sec")


async def test_a_draft_is_kept_over_a_reload_and_gone_once_it_is_asked(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        composer = visit.page.get_by_label("Your question")
        await composer.fill("Who owns")
        await visit.page.reload()
        await expect(composer).to_have_value("Who owns")
        await ask(visit.page, "Who owns JKH?")
        await visit.page.reload()

        await expect(composer).to_have_value("")


async def test_what_is_written_while_an_answer_is_awaited_is_neither_sent_nor_lost(
    browser: Browser,
) -> None:
    agent = HeldAgent()
    async with visiting(browser, create_app(a_container(agent))) as visit:
        await ask(visit.page, "First?")
        await ask(visit.page, "Second?")
        await expect(visit.page.get_by_label("Your question")).to_have_value("Second?")
        agent.let_go.set()
        await expect(visit.page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
        await visit.page.keyboard.press("Enter")

        await expect(visit.page.get_by_role("log")).to_contain_text("Second?, after 1 exchanges")
