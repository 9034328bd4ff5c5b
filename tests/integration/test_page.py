"""The page as a person meets it, in a real browser."""

import re
from collections.abc import AsyncGenerator, Sequence
from datetime import date

import pytest
from litestar import Litestar
from playwright.async_api import Page, expect

from cse_chat.domain.errors import OverloadedError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.artifacts import Column, ColumnType, Series, Table
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container
from tests.integration.browsers import require_chromium, visiting

pytestmark = pytest.mark.usefixtures("_chromium_is_there")

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"

COLUMNS = (
    Column(name="symbol", label="Symbol"),
    Column(name="close", label="Price", type=ColumnType.NUMBER, unit="LKR", decimals=2),
    Column(name="change_pct", label="Change", type=ColumnType.PERCENT, unit="%"),
    Column(name="holding_pct", label="Share", type=ColumnType.PERCENT, unit="%"),
    Column(name="volume", label="Volume", type=ColumnType.INTEGER, unit="shares"),
)
ROWS = (
    ("JKH", 1234.5, 2.5, 14.41, 1_208_744),
    ("COMB", 201.5, -0.25, None, 0),
    (HOSTILE, None, 0.0, 0.1, 7),
)
DAYS = (
    Column(name="date", label="Date", type=ColumnType.DATE),
    Column(name="close", label="Close", type=ColumnType.NUMBER, decimals=2),
)


@pytest.fixture
def _chromium_is_there() -> None:
    require_chromium()


class TabularAgent:
    """Answers with a text, a table and a series, all of them with markup in it."""

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        yield Basis(model_used="test", as_of=date(2026, 7, 24), sources=("CSE", "annual reports"))
        yield Delta(f"Exchange {len(history) + 1} on 2026-07-24: +2.50%\n{question.text} {HOSTILE}")
        yield Table(title="Quotes", columns=COLUMNS, rows=ROWS)
        yield Series(title="Closes", columns=DAYS, points=(("2026-07-23", 1.5), ("2026-07-24", 2)))


def an_app(*, wait_seconds: float = 5) -> Litestar:
    return create_app(a_container(TabularAgent(), wait_seconds=wait_seconds))


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your question").fill(text)
    await page.keyboard.press("Enter")


async def test_a_question_is_answered_with_its_table_its_date_and_its_source() -> None:
    async with visiting(an_app()) as visit:
        await ask(visit.page, "Top stocks?")
        log = visit.page.get_by_role("log")
        await expect(log).to_contain_text("Top stocks?")
        cells = await visit.page.locator("table").first.locator("tbody tr").all_inner_texts()
        headings = await visit.page.locator("table").first.locator("thead").inner_text()
        aligned = await visit.page.locator("tbody .figure").first.evaluate(
            "cell => getComputedStyle(cell).textAlign"
        )

        assert cells[0].split("\t") == ["JKH", "1,234.50", "+2.50%", "14.41%", "1,208,744"]
        assert cells[1].split("\t") == ["COMB", "201.50", "-0.25%", "\u2013", "0"]
        assert headings.strip().split("\t") == [
            "Symbol",
            "Price (LKR)",
            "Change",
            "Share",
            "Volume (shares)",
        ]
        assert aligned == "right"
        await expect(log).to_contain_text("As of 24 July 2026")
        await expect(log).to_contain_text("Source CSE; annual reports")
        await expect(visit.page.get_by_text("Delayed data, not investment advice")).to_be_visible()
        await expect(
            visit.page.get_by_role("img", name="Closes: from 1.50 to 2.00")
        ).to_be_visible()
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_markup_in_questions_and_answers_is_text() -> None:
    async with visiting(an_app()) as visit:
        await ask(visit.page, HOSTILE)
        await expect(visit.page.locator("table").first).to_contain_text(HOSTILE)

        await expect(visit.page.locator(".question")).to_contain_text(HOSTILE)
        assert await visit.page.locator("#log img, #log script").count() == 0
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_the_policy_keeps_injected_script_from_running() -> None:
    """The watch sees violations, so that their absence elsewhere means something."""
    async with visiting(an_app()) as visit:
        await visit.page.evaluate(
            "() => { const script = document.createElement('script');"
            " script.textContent = 'window.injected = 1'; document.body.append(script); }"
        )

        assert await visit.page.evaluate("window.injected") is None
        assert "Content Security Policy" in visit.troubles[0]


async def test_a_follow_up_is_asked_in_the_same_conversation() -> None:
    async with visiting(an_app()) as visit:
        for number in (1, 2):
            await ask(visit.page, f"Question {number}")
            await expect(visit.page.get_by_role("log")).to_contain_text(f"Exchange {number} on")
        await visit.page.get_by_role("button", name="New conversation").click()
        await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        await ask(visit.page, "Question 3")

        await expect(visit.page.get_by_role("log")).to_contain_text("Exchange 1 on")
        await expect(visit.page.locator(".question")).to_have_count(1)


async def test_a_suggestion_is_asked_at_a_click() -> None:
    async with visiting(an_app()) as visit:
        await visit.page.get_by_role("button", name=re.compile("top performing")).click()

        await expect(visit.page.locator(".question")).to_contain_text("What are the top performing")
        await expect(visit.page.locator("table").first).to_be_visible()


async def test_an_answer_that_takes_longer_than_a_connection_is_still_shown() -> None:
    """The page goes and gets it where the service says it will be."""
    agent = HeldAgent()
    app = create_app(a_container(agent, wait_seconds=0.05))
    async with visiting(app) as visit:
        await ask(visit.page, "Slow?")
        await expect(visit.page.get_by_text("Looking at the market")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Ask")).to_be_disabled()
        async with visit.page.expect_request(re.compile(r"/api/chat/[0-9a-f-]{36}\?wait=")):
            pass
        agent.let_go.set()

        await expect(visit.page.get_by_text("Slow?, after 0 exchanges")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Ask")).to_be_enabled()
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_what_went_wrong_is_told_with_a_reference_and_can_be_tried_again() -> None:
    container = a_container(send_chat=Failing(OverloadedError("full")))
    async with visiting(create_app(container)) as visit:
        await ask(visit.page, "Top stocks?")
        alert = visit.page.get_by_role("alert")
        await expect(alert).to_contain_text("Overloaded")
        await expect(alert).to_contain_text("Too many questions are waiting")
        await expect(alert).to_contain_text(re.compile("Reference [0-9a-f-]{36}"))
        async with visit.page.expect_request("**/api/chat"):
            await alert.get_by_role("button", name="Try again").click()

        await expect(visit.page.get_by_role("alert")).to_have_count(1)
        await expect(visit.page.locator(".question")).to_have_count(1)
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_refusal_is_told_in_the_agent_s_words() -> None:
    async with visiting(create_app(a_container(RefusingAgent()))) as visit:
        await ask(visit.page, "Should I buy?")

        await expect(visit.page.get_by_role("alert")).to_contain_text("I do not advise")


async def test_a_lost_connection_is_told() -> None:
    async with visiting(an_app()) as visit:
        await visit.page.context.set_offline(offline=True)
        await ask(visit.page, "Anybody there?")

        await expect(visit.page.get_by_role("alert")).to_contain_text("No connection")


@pytest.mark.parametrize("dark", [False, True])
async def test_nothing_of_the_page_is_cut_off_on_a_phone(*, dark: bool) -> None:
    """Tables scroll inside of their box; the page itself never scrolls sideways."""
    async with visiting(an_app(), width=390, height=844, dark=dark) as visit:
        await ask(visit.page, "Top stocks? " + "very-long-word" * 20)
        await expect(visit.page.locator("table").first).to_be_visible()
        width = await visit.page.evaluate("document.documentElement.scrollWidth")
        paper = await visit.page.evaluate("getComputedStyle(document.body).backgroundColor")

        assert width == 390
        assert (sum(map(int, re.findall(r"\d+", paper))) < 128) is dark


async def test_everything_can_be_reached_by_keyboard_and_shows_its_focus() -> None:
    async with visiting(an_app()) as visit:
        page = visit.page
        await expect(page.get_by_label("Your question")).to_be_focused()
        await page.keyboard.type("Top stocks?")
        await page.keyboard.press("Shift+Enter")
        await expect(page.get_by_label("Your question")).to_have_value("Top stocks?\n")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Ask")).to_be_focused()
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        await page.keyboard.press("Enter")

        assert outline == "solid"
        await expect(page.locator("table").first).to_be_visible()
        await expect(page.get_by_label("Your question")).to_be_focused()


async def test_a_blank_question_is_not_sent() -> None:
    async with visiting(an_app()) as visit:
        await ask(visit.page, "   ")

        await expect(visit.page.locator(".question")).to_have_count(0)
