"""The page for everyone: keyboard, screen reader, phone, dark, zoom, less motion."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import HeldAgent, RefusingAgent, a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.scenes import (
    LOOKS,
    TabularAgent,
    an_app,
    answered,
    ask,
    violations,
)


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_in_any_state_of_the_page(browser: Browser, look: str) -> None:
    app = an_app(TabularAgent(model="cse-analyst/rules"))
    async with visiting(browser, app, **LOOKS[look]) as visit:
        page = visit.page
        found = {"start": await violations(page)}
        await ask(page, "Top stocks?")
        await answered(page)
        found["answer"] = await violations(page)
        await page.get_by_role("button", name="Price (LKR)").click()
        await page.get_by_text("Show the figures").click()
        found["sorted"] = await violations(page)
        await page.context.set_offline(offline=True)
        await ask(page, "Anybody there?")
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.locator("#banner")).to_be_visible()
        found["error"] = await violations(page)
        await page.context.set_offline(offline=False)
        await page.get_by_role("button", name="Earlier").click()
        found["earlier"] = await violations(page)
        await page.get_by_role("button", name="Clear all").click()
        await page.get_by_role("button", name="Really clear all?").click()
        found["none earlier"] = await violations(page)

        assert found == {state: [] for state in found}
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_axe_finds_nothing_while_an_answer_is_awaited_and_refused(browser: Browser) -> None:
    agent = HeldAgent()
    async with visiting(browser, create_app(a_container(agent))) as visit:
        await ask(visit.page, "Slow?")
        await expect(visit.page.get_by_text("Looking at the market")).to_be_visible()

        assert await violations(visit.page) == []
        agent.let_go.set()


async def test_axe_would_find_something(browser: Browser) -> None:
    """So that its silence elsewhere means something."""
    async with visiting(browser, an_app()) as visit:
        await visit.page.locator("#message").evaluate("field => field.labels[0].remove()")
        await visit.page.locator("#message").evaluate("field => field.placeholder = ''")

        assert [found.partition(":")[0] for found in await violations(visit.page)] == ["label"]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 256), (550, 450)])
async def test_nothing_of_the_page_is_cut_off_on_a_phone_or_zoomed_in(
    browser: Browser, *, width: int, height: int, dark: bool
) -> None:
    """Tables scroll inside of their box; the page itself never scrolls sideways."""
    async with visiting(browser, an_app(), width=width, height=height, dark=dark) as visit:
        page = visit.page
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        await ask(page, "Top stocks? " + "very-long-word" * 20)
        await answered(page)
        scroll_width = await page.evaluate("document.documentElement.scrollWidth")
        paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        await page.get_by_role("button", name="Earlier").click()
        panel = await page.get_by_role("dialog").bounding_box()

        assert scroll_width == width
        assert (sum(map(int, re.findall(r"\d+", paper))) < 128) is dark
        assert panel is not None
        assert (panel["x"] >= 0, panel["width"] <= width) == (True, True)


async def test_everything_can_be_reached_by_keyboard_and_shows_its_focus(browser: Browser) -> None:
    async with visiting(browser, an_app(TabularAgent(model="cse-analyst/rules"))) as visit:
        page = visit.page
        composer = page.get_by_label("Your question")
        await expect(composer).to_be_focused()
        await page.keyboard.type("Top stocks?")
        await page.keyboard.press("Shift+Enter")
        await expect(composer).to_have_value("Top stocks?\n")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await answered(page)
        await expect(composer).to_be_focused()
        await page.get_by_role("button", name="Earlier conversations").focus()

        assert await tabbed(page) == [
            "New conversation",
            "Copy as CSV: Closes",
            "Download as CSV: Closes",
            "Show the figures",
            "Copy as CSV: Quotes",
            "Download as CSV: Quotes",
            "Quotes",
            "Symbol",
            "Price (LKR)",
            "Change",
            "Share",
            "Volume (shares)",
            "Copy text",
            "Show the price history of JKH",
            "Who owns JKH?",
            "How did JKH do over the last month?",
            "message",
        ]


async def tabbed(page: Page) -> list[str]:
    """Press Tab until the composer has the focus; return what had it, each with a visible ring."""
    script = """() => {
      const { ariaLabel, textContent, id } = document.activeElement;
      const ring = document.activeElement.closest("form") ?? document.activeElement;
      return [ariaLabel || textContent || id, getComputedStyle(ring).outlineStyle];
    }"""
    names: list[str] = []
    while "message" not in names and len(names) < 40:
        await page.keyboard.press("Tab")
        name, outline = await page.evaluate(script)
        assert outline == "solid", name
        names.append(name)
    return names


async def test_a_conversation_is_held_by_keyboard_alone(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        page = visit.page
        await page.keyboard.type("First?")
        await page.keyboard.press("Enter")
        await answered(page)
        await page.get_by_role("button", name="New conversation").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Your question")).to_be_focused()
        await page.get_by_role("button", name="Earlier conversations").focus()
        await page.keyboard.press("Enter")
        await page.locator(".entry").focus()
        await page.keyboard.press("Enter")
        await answered(page)

        await expect(page.get_by_label("Your question")).to_be_focused()


async def test_a_finished_answer_is_announced_once_and_without_its_table(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        page = visit.page
        await page.evaluate(
            """() => {
              window.said = [];
              const note = () => said.push(document.querySelector('#announcer').textContent);
              new MutationObserver(note).observe(
                document.querySelector('#announcer'), { childList: true });
            }"""
        )
        await ask(page, "Top stocks?")
        await answered(page)
        live = await page.get_by_role("log").get_attribute("aria-live")
        said = [text for text in await page.evaluate("said") if text]

        assert said == ["Answer: Exchange 1 on 2026-07-24: +2.50%\nTop stocks?"]
        assert live == "off"
        await page.reload()
        await answered(page)
        await expect(page.locator("#announcer")).to_be_empty()


async def test_a_trouble_is_an_alert_when_it_happens(browser: Browser) -> None:
    async with visiting(browser, create_app(a_container(RefusingAgent()))) as visit:
        await ask(visit.page, "Should I buy?")
        await expect(visit.page.get_by_role("alert")).to_have_count(1)

        await expect(visit.page.locator("#announcer")).to_be_empty()


@pytest.mark.parametrize(("motion", "name"), [("reduce", "none"), ("no-preference", "pulse")])
async def test_nothing_moves_for_who_wants_no_motion(
    browser: Browser, motion: str, name: str
) -> None:
    agent = HeldAgent()
    app = create_app(a_container(agent))
    async with visiting(browser, app, reduced_motion=motion) as visit:
        await ask(visit.page, "Slow?")
        dot = visit.page.locator(".dots i").first
        await expect(dot).to_have_css("animation-name", name)
        agent.let_go.set()
