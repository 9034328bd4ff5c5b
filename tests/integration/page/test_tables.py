import csv
import io
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from cse_chat.domain.model.artifacts import Cell
from tests.integration.page.browsers import visiting
from tests.integration.page.scenes import TabularAgent, an_app, answered, ask

ROWS: tuple[tuple[Cell, ...], ...] = (
    ("b9", 10.0, -1.5, None, 100),
    ("=SUM(A1)", 9.123456789, 2.0, 5.0, 100),
    ("B10", None, 0.0, None, 20),
    ('Say "ok", now', -3.5, None, 7.25, 100),
)
GIVEN = [str(row[0]) for row in ROWS]

SORTED = {  # ascending, then descending
    "Symbol": (
        ["=SUM(A1)", "b9", "B10", 'Say "ok", now'],
        ['Say "ok", now', "B10", "b9", "=SUM(A1)"],
    ),
    "Price (LKR)": (
        ['Say "ok", now', "=SUM(A1)", "b9", "B10"],
        ["b9", "=SUM(A1)", 'Say "ok", now', "B10"],
    ),
    "Share": (
        ["=SUM(A1)", 'Say "ok", now', "b9", "B10"],
        ['Say "ok", now', "=SUM(A1)", "b9", "B10"],
    ),
    "Volume (shares)": (
        ["B10", "b9", "=SUM(A1)", 'Say "ok", now'],
        ["b9", "=SUM(A1)", 'Say "ok", now', "B10"],
    ),
}

CSV = (
    "Symbol,Price (LKR),Change (%),Share (%),Volume (shares)\r\n"
    "b9,10,-1.5,,100\r\n"
    "'=SUM(A1),9.123456789,2,5,100\r\n"
    "B10,,0,,20\r\n"
    '"Say ""ok"", now",-3.5,,7.25,100\r\n'
)


async def a_table(page: Page) -> Locator:
    await ask(page, "Top stocks?")
    await answered(page)
    return page.get_by_role("region", name="Quotes")


async def names(table: Locator) -> list[str]:
    return await table.locator("tbody th").all_inner_texts()


@pytest.mark.parametrize("column", SORTED)
async def test_a_table_is_sorted_by_what_its_cells_are(browser: Browser, column: str) -> None:
    """Numbers by number, equal ones as they stand, unknown ones last, given order at the third."""
    async with visiting(browser, an_app(TabularAgent(rows=ROWS))) as visit:
        table = await a_table(visit.page)
        heading = table.get_by_role("columnheader", name=column, exact=True)
        orders, directions = [], []
        for _ in range(3):
            await heading.get_by_role("button").click()
            orders.append(await names(table))
            directions.append(await heading.get_attribute("aria-sort"))

        assert orders == [*SORTED[column], GIVEN]
        assert directions == ["ascending", "descending", None]


async def test_sorting_by_another_column_begins_there_anew(browser: Browser) -> None:
    async with visiting(browser, an_app(TabularAgent(rows=ROWS))) as visit:
        table = await a_table(visit.page)
        await table.get_by_role("button", name="Price").click()
        await table.get_by_role("button", name="Price").click()
        await table.get_by_role("button", name="Symbol").press("Enter")

        assert await names(table) == SORTED["Symbol"][0]
        assert await table.locator("[aria-sort]").count() == 1
        await expect(visit.page.locator("#announcer")).to_have_text("Sorted by Symbol, ascending.")


async def test_a_single_row_is_not_sortable(browser: Browser) -> None:
    async with visiting(browser, an_app(TabularAgent(rows=ROWS[:1]))) as visit:
        table = await a_table(visit.page)

        assert await table.get_by_role("button").count() == 0


async def test_a_table_is_copied_as_csv_with_every_digit_and_without_formulas(
    browser: Browser,
) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    app = an_app(TabularAgent(rows=ROWS))
    async with visiting(browser, app, permissions=permissions) as visit:
        await a_table(visit.page)
        button = visit.page.get_by_role("button", name="Copy as CSV: Quotes")
        await button.click()
        await expect(button).to_have_text("Copied")
        await expect(visit.page.locator("#announcer")).to_have_text("Table copied.")

        assert await visit.page.evaluate("() => navigator.clipboard.readText()") == CSV
        assert list(csv.reader(io.StringIO(CSV, newline="")))[4][0] == ROWS[3][0]
        await expect(button).to_have_text("Copy CSV")


async def test_a_table_is_downloaded_as_it_is_sorted(browser: Browser, tmp_path: Path) -> None:
    async with visiting(browser, an_app(TabularAgent(rows=ROWS))) as visit:
        table = await a_table(visit.page)
        await table.get_by_role("button", name="Symbol").click()
        button = visit.page.get_by_role("button", name="Download as CSV: Quotes")
        async with visit.page.expect_download() as expected:
            await button.click()
        download = await expected.value
        await download.save_as(tmp_path / "table.csv")
        header, *lines = (tmp_path / "table.csv").read_bytes().decode().splitlines(keepends=True)

        assert download.suggested_filename == "quotes-2026-07-24.csv"
        assert [header, *sorted(lines)] == [header, *sorted(CSV.splitlines(keepends=True)[1:])]
        assert lines[0].startswith("'=SUM(A1),")
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_the_text_of_an_answer_is_copied(browser: Browser) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    async with visiting(browser, an_app(), permissions=permissions) as visit:
        await ask(visit.page, "Top stocks?")
        await visit.page.get_by_role("button", name="Copy text").click()
        await expect(visit.page.get_by_role("button", name="Copied")).to_be_visible()
        copied = await visit.page.evaluate("() => navigator.clipboard.readText()")

        assert copied == "Exchange 1 on 2026-07-24: +2.50%\nTop stocks?"


async def test_a_browser_that_does_not_let_the_page_copy_is_told_of(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "Top stocks?")
        await visit.page.evaluate(
            "() => Object.defineProperty(navigator, 'clipboard', { value: undefined })"
        )
        await visit.page.get_by_role("button", name="Copy text").click()

        await expect(visit.page.get_by_role("button", name="Not copied")).to_be_visible()
        await expect(visit.page.locator("#announcer")).to_contain_text("Select the text instead")
