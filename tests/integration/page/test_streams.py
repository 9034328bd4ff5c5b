"""An answer is seen while it is made, in every tab and over a reload."""

import pytest
from playwright.async_api import Browser, expect

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

QUOTES = Table(title="Quotes", columns=COLUMNS, rows=ROWS)
CLOSES = Series(title="Closes", columns=DAYS, points=POINTS)


async def test_text_steps_tables_and_charts_are_shown_as_they_come(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        speaker.begin_step("read", "Reading the prices")
        await expect(page.locator(".steps summary")).to_have_text("Reading the prices…")
        speaker.end_step("read", "Reading the prices", "294 symbols")
        await expect(page.locator(".steps summary")).to_have_text("1 step")
        await page.locator(".steps summary").click()
        await expect(page.locator(".steps li.done")).to_have_text("Reading the prices294 symbols")
        speaker.say("On 2026-07-24 the ")
        await expect(newest_text(page)).to_have_text("On 2026-07-24 the ")
        speaker.say("best was JKH: +2.50%")
        await expect(newest_text(page)).to_have_text("On 2026-07-24 the best was JKH: +2.50%")
        await expect(page.get_by_text("Writing the answer")).to_be_visible()
        speaker.say(QUOTES, CLOSES)
        await expect(page.locator("figure")).to_have_count(2)
        await expect(page.locator("figure").first).to_contain_text("Closes")
        await expect(page.locator(".answer .basis")).to_have_count(0)
        speaker.finish()
        await answered(page)

        await expect(newest_text(page)).to_have_text("On 2026-07-24 the best was JKH: +2.50%")
        await expect(page.locator(".steps[open] li")).to_have_count(1)
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_what_the_reader_did_to_a_streamed_answer_stays_when_all_of_it_is_there(
    browser: Browser,
) -> None:
    """Nothing is made anew: it would flicker, and lose the focus and its order."""
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        speaker.say("Quotes:\n", QUOTES, CLOSES)
        await page.get_by_text("Show the figures").click()
        await page.get_by_role("button", name="Price (LKR)").click()
        await newest_text(page).evaluate("node => { node.marked = true; }")
        speaker.finish()
        await answered(page)

        sorted_by = page.locator("th[aria-sort]")
        await expect(sorted_by).to_have_text("Price (LKR)")
        await expect(page.get_by_role("button", name="Price (LKR)")).to_be_focused()
        await expect(page.locator("details[open] table")).to_have_count(1)
        assert await newest_text(page).evaluate("node => node.marked") is True
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Download as CSV: Quotes").click()
        assert "2026-07-24" in (await download.value).suggested_filename


async def test_a_new_attempt_discards_what_the_earlier_one_showed(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        speaker.begin_step("read", "Reading the prices")
        speaker.say("Wrong ", QUOTES)
        await expect(page.locator("figure")).to_have_count(1)
        speaker.break_off()
        await expect(page.get_by_text("Trying again…")).to_be_visible()
        await expect(page.locator("#announcer")).to_have_text("Trying again.")
        await expect(newest_text(page)).to_be_hidden()
        await expect(page.locator(".steps")).to_be_hidden()
        await expect(page.locator("figure")).to_have_count(0)
        speaker.say("Right")
        await expect(newest_text(page)).to_have_text("Right")
        speaker.finish(".")
        await answered(page)

        await expect(newest_text(page)).to_have_text("Right.")
        assert speaker.asked == ["Top stocks?"] * 2
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_reload_in_the_middle_shows_what_was_there_and_goes_on(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "First?")
        speaker.finish("One.")
        await answered(page)
        await ask(page, "Second?")
        speaker.begin_step("read", "Reading the prices")
        speaker.say("Two", QUOTES)
        await expect(page.locator("figure")).to_have_count(1)
        await page.reload()
        await expect(newest_text(page)).to_have_text("Two")
        await expect(page.locator("figure")).to_have_count(1)
        await expect(page.locator(".steps summary")).to_have_text("Reading the prices…")
        await expect(questions(page)).to_have_count(2)
        speaker.finish(", too.")
        await answered(page, 2)

        await expect(newest_text(page)).to_have_text("Two, too.")
        assert speaker.asked == ["First?", "Second?"]
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_two_tabs_show_the_same_whichever_was_asked(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        await ask(visit.page, "First?")
        speaker.finish("One.")
        await answered(visit.page)
        other = await visit.another_tab("/#" + visit.page.url.partition("#")[2])
        await answered(other)
        tabs = (visit.page, other)
        for number, asking in enumerate(tabs, start=2):
            await ask(asking, f"Question {number}?")
            speaker.say("So ")
            for tab in tabs:
                await expect(questions(tab)).to_have_count(number)
                await expect(newest_text(tab)).to_have_text("So ")
            speaker.finish("far.")
            for tab in tabs:
                await answered(tab, number)
                await expect(newest_text(tab)).to_have_text("So far.")

        shown = [await tab.get_by_role("log").inner_text() for tab in tabs]
        assert shown[0] == shown[1]
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_what_was_asked_by_other_means_appears_and_says_how_many_are_before_it(
    browser: Browser,
) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "First?")
        speaker.say("One")
        await expect(newest_text(page)).to_have_text("One")
        await ask_by_other_means(page, "Second?", "Third?")
        await expect(questions(page)).to_have_count(3)
        await expect(page.get_by_text("1 question before this one")).to_be_visible()
        await expect(page.get_by_text("2 questions before this one")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("1 question before this one")).to_be_visible()
        await expect(page.get_by_text("2 questions before this one")).to_be_visible()
        speaker.finish(".")
        await expect(page.get_by_text("2 questions before this one")).to_have_count(0)
        await expect(page.get_by_text("1 question before this one")).to_be_visible()
        speaker.finish("Two.")
        speaker.finish("Three.")
        await answered(page, 3)

        await expect(page.locator(".turn .text")).to_have_text(["One.", "Two.", "Three."])


async def test_only_the_finished_answer_is_announced(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await page.evaluate(
            """() => {
              window.said = [];
              const region = document.querySelector('#announcer');
              new MutationObserver(() => said.push(region.textContent)).observe(
                region, { childList: true });
            }"""
        )
        await ask(page, "Top stocks?")
        for piece in ("One, ", "two, "):
            speaker.say(piece)
            await expect(newest_text(page)).to_contain_text(piece)
        live = "() => document.querySelectorAll('#log [aria-live], #log [role=status]').length"
        assert await page.evaluate(live) == 0
        speaker.finish("three.")
        await answered(page)

        assert await page.evaluate("said.filter(Boolean)") == ["Answer: One, two, three."]


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_while_an_answer_is_streamed(browser: Browser, look: str) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker)), **LOOKS[look]) as visit:
        page = visit.page
        await ask(page, "Top stocks?")
        speaker.begin_step("read", "Reading the prices")
        speaker.say("So far: ", QUOTES, CLOSES)
        await expect(page.locator("figure")).to_have_count(2)
        await page.locator(".steps summary").click()
        found = await violations(page)
        widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        speaker.finish()
        await answered(page)

        assert found == []
        assert widths[0] == widths[1]
        assert await violations(page) == []
        assert (visit.troubles, visit.foreign) == ([], [])


@pytest.mark.parametrize(("motion", "name"), [("reduce", "none"), ("no-preference", "blink")])
async def test_the_end_of_the_text_blinks_unless_nothing_may_move(
    browser: Browser, motion: str, name: str
) -> None:
    speaker = Speaker()
    app = create_app(a_container(speaker))
    async with visiting(browser, app, reduced_motion=motion) as visit:
        await ask(visit.page, "Top stocks?")
        speaker.say("So far")
        await expect(newest_text(visit.page)).to_have_text("So far")
        animation = "node => getComputedStyle(node, '::after').animationName"
        assert await newest_text(visit.page).evaluate(animation) == name
        speaker.finish()
        await answered(visit.page)

        assert await newest_text(visit.page).evaluate(animation) == "none"
