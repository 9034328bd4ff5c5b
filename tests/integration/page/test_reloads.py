"""What is asked survives its page."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, Route, expect

from cse_chat.domain.errors import OverloadedError
from cse_chat.entrypoints.http.app import create_app
from tests.clients import listening
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container
from tests.integration.page.browsers import Visit, visiting
from tests.integration.page.scenes import (
    TabularAgent,
    an_app,
    answered,
    ask,
    kept_in_browser,
    questions,
)


async def test_a_reload_brings_the_conversation_back_with_tables_and_charts(
    browser: Browser,
) -> None:
    async with visiting(browser, an_app()) as visit:
        for number in (1, 2, 3):
            await ask(visit.page, f"Question {number}")
            await answered(visit.page, number)
        await visit.page.evaluate("scrollTo(0, 0)")
        shown = await visit.page.get_by_role("log").inner_text()
        await visit.page.reload()
        await answered(visit.page, 3)

        assert await visit.page.get_by_role("log").inner_text() == shown
        await expect(visit.page.locator(".plot svg")).to_have_count(3)
        await expect(questions(visit.page).last).to_be_in_viewport()
        await ask(visit.page, "Question 4")
        await expect(visit.page.get_by_role("log")).to_contain_text("Exchange 4 on")
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_question_that_runs_while_the_page_is_reloaded_is_answered_once(
    browser: Browser,
) -> None:
    agent = HeldAgent()
    async with visiting(browser, create_app(a_container(agent))) as visit:
        await ask(visit.page, "Slow?")
        await expect(visit.page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
        await visit.page.reload()
        await expect(visit.page.get_by_text("Looking at the market")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
        agent.let_go.set()

        await expect(visit.page.get_by_role("log")).to_contain_text("Slow?, after 0 exchanges")
        await expect(questions(visit.page)).to_have_count(1)
        assert (visit.troubles, visit.foreign) == ([], [])


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_page_that_is_closed_while_it_sends_neither_loses_nor_repeats_the_question(
    browser: Browser, *, is_taken: bool
) -> None:
    """The id of the request never came back: the history of the thread tells whether it exists."""
    agent = TabularAgent()
    async with visiting(browser, an_app(agent)) as visit:
        sent = asyncio.Event()

        async def hold(route: Route) -> None:
            if is_taken:
                await route.fetch()
            sent.set()  # and its response never arrives

        await visit.page.route("**/api/chat", hold, times=1)
        await ask(visit.page, "Anybody there?")
        await asyncio.wait_for(sent.wait(), 30)
        await visit.page.reload()
        await expect(questions(visit.page)).to_have_count(1)
        await expect(visit.page.get_by_text("Not sent")).to_have_count(0 if is_taken else 1)
        await _press_where_there_is(visit.page, "Try again", count=0 if is_taken else 1)
        await answered(visit.page)

        assert agent.asked == ["Anybody there?"]
        await expect(questions(visit.page)).to_have_count(1)
        await visit.page.reload()
        await answered(visit.page)
        await expect(questions(visit.page)).to_have_count(1)


async def test_a_question_whose_acceptance_got_lost_on_the_way_back_is_not_asked_again(
    browser: Browser,
) -> None:
    agent = TabularAgent()
    async with visiting(browser, an_app(agent)) as visit:

        async def lose_the_response(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await visit.page.route("**/api/chat", lose_the_response, times=1)
        await ask(visit.page, "Anybody there?")
        await expect(visit.page.get_by_role("alert")).to_contain_text("No connection")
        await visit.page.get_by_role("button", name="Try again").click()
        await answered(visit.page)

        assert agent.asked == ["Anybody there?"]
        await expect(questions(visit.page)).to_have_count(1)


async def _press_where_there_is(page: Page, name: str, *, count: int) -> None:
    buttons = page.get_by_role("button", name=name)
    await expect(buttons).to_have_count(count)
    for button in await buttons.all():
        await button.click()


@asynccontextmanager
async def a_restart(visit: Visit) -> AsyncGenerator[None]:
    """Ask a question, then put a service without memory behind the page."""
    await ask(visit.page, "Top stocks?")
    await answered(visit.page)
    await visit.stop_service()
    async with listening(an_app(), port=visit.port):
        yield


async def test_a_conversation_that_the_service_forgot_is_told_and_a_new_one_begins(
    browser: Browser,
) -> None:
    async with visiting(browser, an_app()) as visit:
        page = visit.page
        async with a_restart(visit):
            await page.reload()
            await expect(
                page.get_by_text("The service no longer has that conversation: it may have been")
            ).to_be_visible()
            await expect(
                page.get_by_role("heading", name="What would you like to know")
            ).to_be_visible()
            await expect(page.get_by_role("alert")).to_have_count(0)
            assert "#" not in page.url
            assert await kept_in_browser(page, "conversations") == []
            await ask(page, "And now?")
            await expect(page.get_by_role("log")).to_contain_text("Exchange 1 on")
            await expect(page.get_by_text("no longer has")).to_be_hidden()
            assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_follow_up_to_what_the_service_forgot_says_so(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit, a_restart(visit):
        await ask(visit.page, "And now?")
        await answered(visit.page, 2)

        await expect(visit.page.locator(".log .note")).to_contain_text(
            "restarted in between: it no longer knows what was said"
        )
        await expect(visit.page.locator(".turn").last).to_contain_text("Exchange 1 on")


async def test_a_question_that_was_lost_in_a_restart_is_told_and_asked_again(
    browser: Browser,
) -> None:
    held = create_app(a_container(HeldAgent()))
    async with visiting(browser, held) as visit:
        page = visit.page
        await ask(page, "Slow?")
        await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
        await visit.stop_service()
        await expect(page.get_by_text("looking again for your answer")).to_be_visible()
        async with listening(an_app(), port=visit.port):
            alert = page.get_by_role("alert")
            await expect(alert).to_contain_text("does not know this question any more")
            await alert.get_by_role("button", name="Try again").click()
            await answered(page)

            await expect(questions(page)).to_have_count(1)
            await expect(page.locator("#banner")).to_be_hidden()


async def test_how_a_question_failed_is_still_seen_after_a_reload(browser: Browser) -> None:
    async with visiting(browser, create_app(a_container(RefusingAgent()))) as visit:
        await ask(visit.page, "Should I buy?")
        await expect(visit.page.get_by_role("alert")).to_contain_text("I do not advise")
        await visit.page.reload()
        trouble = visit.page.locator(".trouble")
        await expect(trouble).to_contain_text("I do not advise")
        await expect(visit.page.get_by_role("alert")).to_have_count(0)
        await trouble.get_by_role("button", name="Try again").click()

        await expect(questions(visit.page)).to_have_count(2)
        await expect(trouble).to_have_count(2)


async def test_a_question_that_was_not_accepted_is_still_seen_after_a_reload(
    browser: Browser,
) -> None:
    container = a_container(send_chat=Failing(OverloadedError("full")))
    async with visiting(browser, create_app(container)) as visit:
        await visit.page.clock.install()
        await ask(visit.page, "Top stocks?")
        await visit.page.clock.run_for(10_000)
        await expect(visit.page.get_by_role("alert")).to_contain_text("Overloaded")
        await visit.page.reload()

        await expect(questions(visit.page)).to_have_text(["You asked: Top stocks?"])
        await expect(visit.page.locator(".trouble")).to_contain_text("Overloaded")
        await expect(visit.page.get_by_text("no longer has that conversation")).to_be_hidden()


async def test_a_conversation_is_found_by_its_address_and_by_going_back(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        page = visit.page
        await ask(page, "First?")
        await answered(page)
        await page.get_by_role("button", name="New conversation").click()
        await ask(page, "Second?")
        await answered(page)
        await page.go_back()
        await expect(
            page.get_by_role("heading", name="What would you like to know")
        ).to_be_visible()
        await page.go_back()
        await expect(questions(page)).to_have_text(["You asked: First?"])
        tab = await visit.another_tab("/#" + page.url.partition("#")[2])

        await expect(questions(tab)).to_have_text(["You asked: First?"])


async def test_a_long_conversation_is_read_page_by_page(browser: Browser) -> None:
    async with visiting(browser, create_app(a_container())) as visit:
        await ask(visit.page, "Question 0")
        await answered(visit.page)
        thread = visit.page.url.partition("#")[2]
        for number in range(1, 120):
            body = {"message": f"Question {number}", "thread_id": thread}
            response = await visit.page.request.post(f"{visit.origin}/api/chat", data=body)
            assert response.status == 200
        await visit.page.reload()
        await answered(visit.page, 120)

        await expect(questions(visit.page)).to_have_count(120)
        await expect(questions(visit.page).last).to_have_text("You asked: Question 119")
