"""Whoever reads stays where he is while an answer grows, and gets to its end by one button."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from cse_chat.domain.model.artifacts import Series, Table
from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.scenes import (
    COLUMNS,
    DAYS,
    LOOKS,
    POINTS,
    ROWS,
    answered,
    ask,
    ask_by_other_means,
    newest_text,
    questions,
    violations,
)
from tests.integration.page.speakers import Speaker
from tests.waiting import until_it

SCREENFUL = "".join(f"line {number}\n" for number in range(60))
MORE = "and one more\n" * 10


def jump(page: Page) -> Locator:
    """Return the button that takes the reader to the end."""
    return page.get_by_role("button", name="Jump to latest")


async def height(page: Page) -> float:
    """Return how far down the window is, once everything has been drawn that was told."""
    script = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(scrollY))))"
    place: float = await page.evaluate(script)
    return place


async def below(page: Page) -> float:
    """Return how much of the page is below the window."""
    root = "document.documentElement"
    # Asked again and again from here: the policy forbids what `wait_for_function` does there.
    rest: float = await page.evaluate(f"{root}.scrollHeight - {root}.clientHeight - scrollY")
    return rest


async def at_end(page: Page) -> None:
    """Wait until the end of the page is in sight."""

    async def is_there() -> bool:
        return await below(page) <= 2

    await until_it(is_there)


async def away_from_end(page: Page, pixels: int) -> None:
    """Wait until the end is *pixels* below the window, or more."""

    async def is_away() -> bool:
        return await below(page) >= pixels

    await until_it(is_away)


async def grow(page: Page, speaker: Speaker, *lines: Any) -> None:  # noqa: ANN401 -- as `say` takes them
    """Have more said than a window holds, and wait until it is there."""
    mark = f"grown to {uuid4()}\n"
    speaker.say(*lines, MORE, mark)
    await expect(newest_text(page)).to_contain_text(mark.strip())


async def test_a_growing_answer_is_read_from_its_beginning(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        await expect(jump(page)).to_be_hidden()
        await grow(page, speaker, SCREENFUL)

        await expect(jump(page)).to_be_visible()
        await expect(questions(page)).to_be_in_viewport()
        speaker.finish()
        await answered(page)
        await expect(questions(page)).to_be_in_viewport()


async def test_who_has_scrolled_up_is_left_where_he_reads(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        await grow(page, speaker, SCREENFUL)
        await page.mouse.move(500, 400)
        await page.mouse.wheel(0, 10_000)
        await at_end(page)
        await expect(jump(page)).to_be_hidden()
        await page.mouse.wheel(0, -300)
        await expect(jump(page)).to_be_visible()
        await away_from_end(page, 299)
        before = await height(page)
        await grow(page, speaker, MORE)
        assert await height(page) == before
        speaker.finish()
        await answered(page)

        assert await height(page) == before
        await expect(jump(page)).to_be_visible()


async def test_who_jumps_to_the_latest_stays_there_while_it_grows(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        await grow(page, speaker, SCREENFUL)
        await jump(page).click()
        await at_end(page)
        await expect(jump(page)).to_be_hidden()
        reached = await height(page)
        for _ in range(3):
            await grow(page, speaker)
            await at_end(page)
        assert await height(page) > reached
        speaker.finish(Table(title="Quotes", columns=COLUMNS, rows=ROWS))
        await answered(page)

        await at_end(page)
        await expect(jump(page)).to_be_hidden()
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_the_end_is_reached_and_left_by_keys_alone(browser: Browser) -> None:
    """The button goes once it is used: the focus goes to what it led to, where keys scroll."""
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        await grow(page, speaker, SCREENFUL)
        await expect(jump(page)).to_be_visible()
        await page.get_by_label("Your question").focus()
        await page.keyboard.press("Shift+Tab")
        await expect(jump(page)).to_be_focused()
        await page.keyboard.press("Enter")
        await at_end(page)
        await expect(page.locator(".turn").last).to_be_focused()
        await grow(page, speaker, "further\n")
        await at_end(page)
        await page.keyboard.press("PageUp")
        await expect(jump(page)).to_be_visible()
        await page.keyboard.press("Tab")
        await expect(jump(page)).to_be_focused()
        await until_it(partial(_has_gone_by_key, page))
        await expect(page.locator(".turn").last).to_be_focused()
        speaker.finish()
        await answered(page)


async def _has_gone_by_key(page: Page) -> bool:
    """Press End: once is not enough while the window still moves by the key before."""
    await page.keyboard.press("End")
    await page.wait_for_timeout(200)
    return await jump(page).is_hidden()


async def test_what_is_opened_at_the_end_stays_under_the_hand(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        speaker.finish(SCREENFUL, Series(title="Closes", columns=DAYS, points=POINTS * 30))
        await answered(page)
        await jump(page).click()
        await at_end(page)
        before = await height(page)
        await page.get_by_text("Show the figures").click()
        await expect(page.locator("details[open] table")).to_be_visible()

        assert await height(page) == before
        await expect(jump(page)).to_be_visible()


async def test_a_question_of_elsewhere_comes_into_sight_only_of_who_has_read_all(
    browser: Browser,
) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "First?")
        speaker.finish(SCREENFUL)
        await answered(page)
        await ask_by_other_means(page, "Second?")
        await expect(questions(page)).to_have_count(2)
        await expect(questions(page).first).to_be_in_viewport()
        await expect(questions(page).last).not_to_be_in_viewport()
        speaker.finish("Two.")
        await answered(page, 2)
        await jump(page).click()
        await at_end(page)
        await ask_by_other_means(page, "Third?")
        await expect(questions(page)).to_have_count(3)
        speaker.finish(SCREENFUL)
        await answered(page, 3)

        await expect(questions(page).last).to_be_in_viewport()


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_while_there_is_something_to_jump_to(
    browser: Browser, look: str
) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker)), **LOOKS[look]) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        await grow(page, speaker, SCREENFUL)
        await expect(jump(page)).to_be_in_viewport(ratio=1)
        found = await violations(page)
        speaker.finish()
        await answered(page)

        assert found == []
        assert (visit.troubles, visit.foreign) == ([], [])
