"""What happened while the page was not connected is caught up with, once and in order."""

import json

from playwright.async_api import Browser, Page, Route, expect

from cse_chat.entrypoints.http.app import create_app
from tests.clients import serving_open, url_of
from tests.gateway.graphs import RefusingAgent, a_container
from tests.integration.page.browsers import browsing, visiting
from tests.integration.page.proxies import Witness, saying
from tests.integration.page.scenes import (
    answered,
    ask,
    ask_by_other_means,
    newest_text,
    questions,
)
from tests.integration.page.speakers import Speaker
from tests.waiting import until

EPOCH = "00c0ffee00c0ffee"


async def test_a_gateway_that_goes_away_and_comes_back_costs_nothing_of_the_answer(
    browser: Browser,
) -> None:
    """What works on the answer goes on meanwhile, and what was told before is not told again."""
    speaker = Speaker()
    app = create_app(a_container(speaker))
    async with app.lifespan(), browsing(browser, 1100, 900, dark=False, emulated={}) as context:
        page = await context.new_page()
        witness = Witness(app)
        async with serving_open(witness) as server:
            url = url_of(server)
            await page.goto(url)
            await ask(page, "Slow?")
            speaker.say("One, ")
            await expect(newest_text(page)).to_have_text("One, ")
        speaker.say("two, ")
        await expect(page.get_by_text("looking again for your answer")).to_be_visible()
        await expect(newest_text(page)).to_have_text("One, ")
        async with serving_open(witness, port=int(url.rpartition(":")[2])):
            await expect(newest_text(page)).to_have_text("One, two, ")
            await expect(page.get_by_text("looking again for your answer")).to_have_count(0)
            speaker.finish("three.")
            await answered(page)

            await expect(newest_text(page)).to_have_text("One, two, three.")
            await expect(page.locator("#banner")).to_be_hidden()
            await expect(questions(page)).to_have_count(1)
        first, *later = witness.resumed
        assert first == ""
        assert {cursor.partition("-")[2] for cursor in later} == {"3"}
        assert speaker.asked == ["Slow?"]


async def test_behind_a_gap_the_history_is_read_anew_and_followed_from_there(
    browser: Browser,
) -> None:
    speaker = Speaker()
    app = create_app(a_container(speaker))
    witness = Witness(app)
    async with (
        app.lifespan(),
        serving_open(witness) as server,
        browsing(browser, 1100, 900, dark=False, emulated={}) as context,
    ):
        page = await context.new_page()
        await page.goto(url_of(server))
        await ask(page, "First?")
        speaker.finish("One.")
        await answered(page)

        async def lose_events(route: Route) -> None:
            speaker.finish("Two.")
            await ask_by_other_means(page, "Second?")
            gap = {"type": "gap", "cursor": f"{EPOCH}-7", "correlation_id": None}
            told = f"id: {EPOCH}-7\nevent: gap\ndata: {json.dumps(gap)}\n\n"
            await saying(200, told, media_type="text/event-stream")(route)

        await page.route("**/events*", lose_events, times=1)
        await page.reload()
        await answered(page, 2)

        await expect(questions(page)).to_have_text(["You asked: First?", "You asked: Second?"])
        await expect(newest_text(page)).to_have_text("Two.")
        await until(lambda: witness.resumed[1:2] == [f"{EPOCH}-7"])


async def test_what_the_history_tells_is_not_told_once_more(browser: Browser) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "First?")
        speaker.finish("One.")
        await answered(page)
        thread = f"{visit.origin}/api/threads/{page.url.partition('#')[2]}"
        look = await page.request.get(f"{thread}/events", headers={"Accept": "application/json"})
        cursor = (await look.json())["next"]
        await page.route(thread, saying(200, json.dumps({"cursor": cursor})))
        async with page.expect_request(f"{thread}/events?after={cursor}"):
            await page.reload()
        await answered(page)
        await ask_by_other_means(page, "Second?")
        speaker.finish("Two.")
        await answered(page, 2)

        await expect(questions(page)).to_have_text(["You asked: First?", "You asked: Second?"])


async def test_a_question_that_is_asked_again_by_an_operator_goes_on(browser: Browser) -> None:
    async with visiting(browser, create_app(a_container(RefusingAgent()))) as visit:
        page = visit.page
        await ask(page, "Should I buy?")
        reference = await page.locator(".reference code").inner_text()
        metadata = {"processing_time_ms": 1, "model_used": "test", "as_of": None, "sources": []}
        told: list[dict[str, object]] = [
            {"type": "reopened"},
            {"type": "started", "attempt": 2},
            {"type": "answered", "response": "Yes.", "metadata": metadata},
        ]
        events = "".join(
            f"id: {EPOCH}-{offset}\nevent: {event['type']}\n"
            f"data: {json.dumps({'correlation_id': reference, **event})}\n\n"
            for offset, event in enumerate(told, start=1)
        )
        await page.route("**/events*", saying(200, events, media_type="text/event-stream"))
        await page.reload()
        await answered(page)

        await expect(newest_text(page)).to_have_text("Yes.")
        await expect(page.locator(".trouble")).to_have_count(0)


async def test_a_stream_that_is_refused_is_tried_again(browser: Browser) -> None:
    """By itself a browser comes back after a broken connection, not after an error."""
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await page.route("**/events*", saying(503, "{}"), times=2)
        await ask(page, "Slow?")
        speaker.say("So far")
        await expect(newest_text(page)).to_have_text("So far")
        speaker.finish(".")
        await answered(page)

        assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_page_that_nobody_looks_at_lets_go_of_its_connection_and_catches_up(
    browser: Browser,
) -> None:
    """A browser has six connections to a service, for all its tabs."""
    speaker = Speaker()
    container = a_container(speaker)
    async with visiting(browser, create_app(container)) as visit:
        page = visit.page
        await ask(page, "First?")
        speaker.finish("One.")
        await answered(page)
        async with page.expect_event("requestfailed", lambda request: "/events" in request.url):
            await be_seen(page, "hidden")
        await ask_by_other_means(page, "Second?")
        speaker.say("Two")
        await expect(questions(page)).to_have_count(1)
        await be_seen(page, "visible")
        await expect(newest_text(page)).to_have_text("Two")
        speaker.finish(".")
        await answered(page, 2)

        assert (visit.troubles, visit.foreign) == ([], [])


async def be_seen(page: Page, state: str) -> None:
    await page.evaluate(
        """(state) => {
          Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


async def test_a_question_whose_acceptance_got_lost_appears_as_soon_as_it_is_told(
    browser: Browser,
) -> None:
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await ask(page, "First?")
        speaker.finish("One.")
        await answered(page)

        async def lose_the_response(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await page.route("**/api/chat", lose_the_response, times=1)
        await ask(page, "Second?")
        speaker.finish("Two.")
        await answered(page, 2)

        await expect(questions(page)).to_have_count(2)
        await expect(newest_text(page)).to_have_text("Two.")
        assert speaker.asked == ["First?", "Second?"]
