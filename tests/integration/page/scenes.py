"""Agents and moves that the tests of the page share."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from litestar import Litestar
from playwright.async_api import Locator, Page, expect

from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.artifacts import Cell, Column, ColumnType, Series, Table
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import a_container

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"dark": True},
    "phone": {"width": 390, "height": 844},
    "contrast": {"contrast": "more"},
}
"""How a page can be looked at, as `visiting` takes it."""

COLUMNS = (
    Column(name="symbol", label="Symbol"),
    Column(name="close", label="Price", type=ColumnType.NUMBER, unit="LKR", decimals=2),
    Column(name="change_pct", label="Change", type=ColumnType.PERCENT, unit="%"),
    Column(name="holding_pct", label="Share", type=ColumnType.PERCENT, unit="%"),
    Column(name="volume", label="Volume", type=ColumnType.INTEGER, unit="shares"),
)
ROWS: tuple[tuple[Cell, ...], ...] = (
    ("JKH", 1234.5, 2.5, 14.41, 1_208_744),
    ("COMB", 201.5, -0.25, None, 0),
    ("=HYPERLINK(1)", None, 0.0, 0.123456, 7),
)
DAYS = (
    Column(name="date", label="Date", type=ColumnType.DATE),
    Column(name="close", label="Close", type=ColumnType.NUMBER, decimals=2),
)
POINTS: tuple[tuple[Cell, ...], ...] = (("2026-07-23", 1.5), ("2026-07-24", 2))


class TabularAgent:
    """Answers with a text, a table and a series."""

    def __init__(self, *, model: str = "test", rows: tuple[tuple[Cell, ...], ...] = ROWS) -> None:
        self._model = model
        self._rows = rows
        self.asked: list[str] = []

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        self.asked.append(question.text)
        yield Basis(
            model_used=self._model, as_of=date(2026, 7, 24), sources=("CSE", "annual reports")
        )
        yield Delta(f"Exchange {len(history) + 1} on 2026-07-24: +2.50%\n{question.text}")
        yield Table(title="Quotes", columns=COLUMNS, rows=self._rows)
        yield Series(title="Closes", columns=DAYS, points=POINTS)


def an_app(agent: TabularAgent | None = None) -> Litestar:
    """Return the service with an agent that has tables."""
    return create_app(a_container(agent or TabularAgent()))


async def ask(page: Page, text: str) -> None:
    """Write a question and send it."""
    await page.get_by_label("Your question").fill(text)
    await page.keyboard.press("Enter")


async def answered(page: Page, turns: int = 1) -> None:
    """Wait until *turns* answers are there, complete, and nothing is on its way."""
    await expect(page.locator(".answer .basis b", has_text="Answered in")).to_have_count(turns)
    await expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def questions(page: Page) -> Locator:
    """Return what was asked."""
    return page.locator(".question")


def newest_text(page: Page) -> Locator:
    """Return the text of the newest answer."""
    return page.locator(".turn").last.locator(".text")


async def ask_by_other_means(page: Page, *messages: str) -> None:
    """Ask in the conversation of *page*, as from a terminal."""
    origin, _, thread = page.url.partition("/#")
    for message in messages:
        response = await page.request.post(
            f"{origin}/api/chat",
            data={"message": message, "thread_id": thread},
            headers={"Prefer": "respond-async"},
        )
        assert response.status == 202


async def kept_in_browser(page: Page, key: str) -> Any:  # noqa: ANN401 -- whatever JSON is there
    """Read what the page remembers."""
    script = "(key) => JSON.parse(localStorage.getItem(`cse-chat.${key}.v1`))"
    return await page.evaluate(script, key)


_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """Return what axe finds against the accessibility of the page as it stands.

    The script goes in by way of the debugger: the page's policy holds, and would not let it in.
    """
    await page.evaluate(_AXE)
    result = await page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
