"""A question is stopped where somebody says so, and nowhere else."""

import asyncio
import json

from playwright.async_api import Browser, Locator, Page, Route, expect

from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.proxies import breaks, saying
from tests.integration.page.scenes import answered, ask, violations
from tests.integration.page.speakers import Speaker


def stop(page: Page) -> Locator:
    return page.get_by_role("button", name="Stop", exact=True)


async def test_a_question_is_stopped_by_its_button(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Slow?")
        speaker.say("So far")
        await expect(page.locator(".text")).to_have_text("So far")
        await stop(page).click()
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("cancelled")
        await expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
        await expect(page.get_by_label("Your question")).to_be_focused()
        await expect(stop(page)).to_be_hidden()
        stopped = page.locator(".trouble.stopped")
        await expect(stopped.get_by_role("heading")).to_have_text("Stopped")
        await page.reload()
        await expect(stopped.get_by_role("heading")).to_have_text("Stopped")
        await expect(stopped.get_by_role("button", name="Ask again")).to_be_visible()
        await ask(page, "And now?")
        speaker.finish("Yes.")
        await answered(page)

        assert (visit.troubles, visit.foreign) == ([], [])


async def test_escape_stops_too_unless_a_dialog_is_open(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        cancelled: list[str] = []
        page.on("request", lambda request: cancelled.append(request.url))
        await ask(page, "Slow?")
        await expect(stop(page)).to_be_visible()
        await page.get_by_role("button", name="Earlier").click()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        assert not [url for url in cancelled if url.endswith("/cancel")]
        await page.keyboard.press("Escape")

        await expect(page.get_by_role("alert")).to_contain_text("cancelled")


async def test_until_it_is_known_how_it_ended_the_page_says_that_it_stops(
    browser: Browser,
) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        let_go = asyncio.Event()
        sent: list[str] = []

        async def later(route: Route) -> None:
            sent.append(route.request.url)
            await let_go.wait()
            await route.continue_()

        await page.route("**/cancel", later)
        await ask(page, "Slow?")
        await stop(page).click()
        await expect(page.locator(".pending")).to_have_text("Stopping…")
        await expect(page.locator("#announcer")).to_have_text("Stopping.")
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Stopping…").click(force=True)
        let_go.set()
        await expect(page.get_by_role("alert")).to_contain_text("cancelled")

        assert len(sent) == 1


async def test_an_answer_that_was_first_is_shown(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page

        async def after_the_answer(route: Route) -> None:
            speaker.finish("Done.")
            await expect(page.locator(".basis b", has_text="Answered in")).to_have_count(1)
            await route.continue_()

        await page.route("**/cancel", after_the_answer)
        await ask(page, "Slow?")
        async with page.expect_response("**/cancel"):
            await stop(page).click()
        await answered(page)

        await expect(page.locator(".text")).to_have_text("Done.")
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_what_could_not_be_stopped_is_told_and_goes_on(browser: Browser) -> None:
    """Neither a 404 nor a 503 nor a lost connection is taken for success."""
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Slow?")
        speaker.say("So ")
        for status, detail in ((404, "There is no such question."), (503, "Nobody can say now.")):
            problem = json.dumps({"title": "No", "status": status, "detail": detail})
            await page.route("**/cancel", saying(status, problem), times=1)
            await stop(page).click()
            await expect(page.get_by_role("alert")).to_have_text(f"Not stopped: {detail}")
        assert await violations(page) == []
        await page.route("**/cancel", breaks, times=1)
        await stop(page).click()
        await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        speaker.finish("far.")
        await answered(page)

        await expect(page.locator(".text")).to_have_text("So far.")
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_leaving_stops_nothing(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "Slow?")
        await expect(stop(page)).to_be_visible()
        address = page.url
        await page.goto("about:blank")
        speaker.finish("Done.")
        await page.goto(address)
        await answered(page)

        await expect(page.locator(".text")).to_have_text("Done.")


async def test_a_double_click_on_ask_does_not_stop(browser: Browser) -> None:
    """The button to stop takes the place of the button to ask, under the pointer."""
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        # However slow this machine is, the second click comes in time.
        await page.locator("#stop").evaluate("node => { node.style.animationDuration = '60s'; }")
        await page.get_by_label("Your question").fill("Slow?")
        box = await page.get_by_role("button", name="Ask", exact=True).bounding_box()
        assert box is not None
        at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await page.mouse.click(*at)
        await expect(stop(page)).to_be_visible()
        await page.mouse.click(*at)
        speaker.say("So far")
        await expect(page.locator(".text")).to_have_text("So far")
        assert not [url for url in sent if url.endswith("/cancel")]
        await page.evaluate(
            "document.getAnimations().forEach((one) => one.updatePlaybackRate(1e6))"
        )
        await stop(page).click()

        await expect(page.get_by_role("alert")).to_contain_text("cancelled")
