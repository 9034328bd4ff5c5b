import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Route, expect

from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import HeldAgent, RefusingAgent, a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.proxies import breaks, holds_back
from tests.integration.page.scenes import TabularAgent, an_app, answered, ask, questions


async def test_a_question_is_answered_with_its_table_its_date_and_its_source(
    browser: Browser,
) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "Top stocks?")
        log = visit.page.get_by_role("log")
        await expect(log).to_contain_text("Top stocks?")
        table = visit.page.get_by_role("region", name="Quotes")
        cells = await table.locator("tbody tr").all_inner_texts()
        headings = await table.locator("thead th").all_inner_texts()
        aligned = await table.locator("tbody .figure").first.evaluate(
            "cell => getComputedStyle(cell).textAlign"
        )

        assert cells[0].split("\t") == ["JKH", "1,234.50", "+2.50%", "14.41%", "1,208,744"]
        assert cells[1].split("\t") == ["COMB", "201.50", "-0.25%", "\u2013", "0"]
        assert headings == ["Symbol", "Price (LKR)", "Change", "Share", "Volume (shares)"]
        assert aligned == "right"
        await expect(log).to_contain_text("As of 24 July 2026")
        await expect(log).to_contain_text("Source CSE; annual reports")
        await expect(visit.page.get_by_text("Delayed data, not investment advice")).to_be_visible()
        await expect(
            visit.page.get_by_role("img", name="Closes: from 1.50 to 2.00")
        ).to_be_visible()
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_how_long_it_took_is_told_in_seconds_once_it_is_one(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        script = """async (durations) => {
          const { durationInWords } = await import("/static/figures.js");
          return durations.map(durationInWords);
        }"""
        told = await visit.page.evaluate(script, [14, 999, 1000, 10_868, 61_000])

        assert told == ["14 ms", "999 ms", "1 s", "10.9 s", "61 s"]


async def test_a_chart_tells_the_figure_under_the_pointer(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "Top stocks?")
        chart = visit.page.locator(".plot svg")
        readout = visit.page.locator(".readout")
        await expect(readout).to_have_text("2026-07-24 2.00")
        await chart.hover(position={"x": 1, "y": 5})
        await expect(readout).to_have_text("2026-07-23 1.50")
        await visit.page.get_by_label("Your question").hover()
        await expect(readout).to_have_text("2026-07-24 2.00")
        await visit.page.get_by_text("Show the figures").click()

        await expect(visit.page.get_by_role("region", name="Closes")).to_contain_text("2026-07-23")


async def test_a_date_that_an_answer_does_not_have_is_not_made_up(browser: Browser) -> None:
    async with visiting(browser, create_app(a_container())) as visit:
        await ask(visit.page, "Hello")
        await answered(visit.page)

        await expect(visit.page.locator(".basis")).to_contain_text("no date and no source")


async def test_a_follow_up_is_asked_in_the_same_conversation(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        for number in (1, 2):
            await ask(visit.page, f"Question {number}")
            await expect(visit.page.get_by_role("log")).to_contain_text(f"Exchange {number} on")
        await visit.page.get_by_role("button", name="New conversation").click()
        await expect(
            visit.page.get_by_role("heading", name="What would you like to know")
        ).to_be_visible()
        await ask(visit.page, "Question 3")

        await expect(visit.page.get_by_role("log")).to_contain_text("Exchange 1 on")
        await expect(questions(visit.page)).to_have_count(1)


async def test_a_suggestion_is_asked_at_a_click(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await visit.page.get_by_role("button", name=re.compile("top performing")).click()

        await expect(questions(visit.page)).to_contain_text("What are the top performing")
        await expect(visit.page.get_by_role("region", name="Quotes")).to_be_visible()


async def test_the_newest_answer_of_the_analyst_suggests_what_to_ask_next(
    browser: Browser,
) -> None:
    async with visiting(browser, an_app(TabularAgent(model="cse-analyst/rules"))) as visit:
        await ask(visit.page, "who owns jkh?")
        chips = visit.page.get_by_role("list", name="Questions to go on with").get_by_role("button")
        await expect(chips).to_have_text(
            [
                "Show the price history of JKH",
                "How did JKH do over the last month?",
                "Show the price history of COMB",
            ]
        )
        await chips.first.click()
        await answered(visit.page, 2)

        await expect(questions(visit.page).last).to_contain_text("Show the price history of JKH")
        await expect(chips.first).to_have_text("How did JKH do over the last month?")


async def test_nothing_is_suggested_that_another_agent_may_not_know(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "Top stocks?")
        await answered(visit.page)

        await expect(visit.page.locator("#follow-ups")).to_be_hidden()


@pytest.mark.parametrize("proxy", [breaks, holds_back])
async def test_an_answer_that_cannot_be_streamed_is_fetched_however_long_it_takes(
    browser: Browser, proxy: Callable[[Route], Awaitable[None]]
) -> None:
    """The page goes and gets it where the service says it will be."""
    agent = HeldAgent()
    app = create_app(a_container(agent, wait_seconds=0.05))
    async with visiting(browser, app) as visit:
        await visit.page.route("**/events*", proxy)
        await ask(visit.page, "Slow?")
        await expect(visit.page.get_by_text("Looking at the market")).to_be_visible()
        for _ in range(2):
            async with visit.page.expect_request(re.compile(r"/api/chat/[0-9a-f-]{36}\?wait=")):
                pass
        agent.let_go.set()

        await expect(visit.page.get_by_role("log")).to_contain_text("Slow?, after 0 exchanges")
        await expect(visit.page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_long_wait_is_never_without_a_word(browser: Browser) -> None:
    agent = HeldAgent()
    async with visiting(browser, create_app(a_container(agent))) as visit:
        await visit.page.clock.install()
        await ask(visit.page, "Slow?")
        await expect(visit.page.get_by_text("Looking at the market")).to_be_visible()
        await visit.page.clock.run_for(12_000)

        await expect(
            visit.page.get_by_text(re.compile(r"Still working, 1\d s so far"))
        ).to_be_visible()
        agent.let_go.set()


async def test_a_refusal_is_told_in_the_agent_s_words(browser: Browser) -> None:
    async with visiting(browser, create_app(a_container(RefusingAgent()))) as visit:
        await ask(visit.page, "Should I buy?")

        await expect(visit.page.get_by_role("alert")).to_contain_text("I do not advise")


@pytest.mark.parametrize("text", ["   ", "\n"])
async def test_a_blank_question_is_not_sent(browser: Browser, text: str) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, text)

        await expect(questions(visit.page)).to_have_count(0)
