"""What goes wrong, and what the page says and does about it."""

import json
import re

import pytest
from playwright.async_api import Browser, expect

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    ChatError,
    NotAcceptedError,
    OverloadedError,
)
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.entrypoints.http.app import create_app
from tests.clients import listening
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container
from tests.integration.page.browsers import visiting
from tests.integration.page.proxies import breaks, saying
from tests.integration.page.scenes import TabularAgent, an_app, answered, ask, questions

UNKNOWN = CorrelationId("6f1c9c6e-3a52-4d0f-9d2b-0c6b3a1f7e55")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OverloadedError("full"), "Too many questions are waiting"),
        (NotAcceptedError("down"), "could not be stored"),
    ],
)
async def test_a_refused_question_is_sent_again_when_the_service_said_and_then_told(
    browser: Browser, error: ChatError, words: str
) -> None:
    container = a_container(send_chat=Failing(error))
    async with visiting(browser, create_app(container)) as visit:
        sent: list[str] = []
        visit.page.on("request", lambda request: sent.append(request.method))
        await visit.page.clock.install()
        await ask(visit.page, "Top stocks?")
        await expect(visit.page.get_by_text("asking again in 2 s")).to_be_visible()
        await visit.page.clock.run_for(1_000)
        assert sent.count("POST") == 1
        await visit.page.clock.run_for(2_100)
        await visit.page.clock.run_for(3_000)
        alert = visit.page.get_by_role("alert")
        await expect(alert).to_contain_text(words)
        assert sent.count("POST") == 3
        await expect(alert).to_contain_text(re.compile("Reference [0-9a-f-]{36}"))
        async with visit.page.expect_request("**/api/chat"):
            await alert.get_by_role("button", name="Try again").click()

        await expect(questions(visit.page)).to_have_count(1)
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_a_question_without_an_answer_is_told_without_the_words_of_those_who_run_it(
    browser: Browser,
) -> None:
    async with visiting(browser, create_app(a_container(RefusingAgent()))) as visit:
        await ask(visit.page, "Shall I buy JKH?")
        trouble = visit.page.locator(".trouble")
        for _ in ("as it happens", "and after a reload"):
            await expect(trouble.get_by_role("heading")).to_have_text("No answer")
            await expect(trouble).to_contain_text("I do not advise on what to buy.")
            await visit.page.reload()


async def test_a_question_whose_acceptance_is_unknown_is_looked_for_and_not_repeated(
    browser: Browser,
) -> None:
    container = a_container(send_chat=Failing(AcceptanceUnknownError(UNKNOWN)))
    async with visiting(browser, create_app(container)) as visit:
        async with visit.page.expect_request(f"**/api/chat/{UNKNOWN}?wait=*"):
            await ask(visit.page, "Top stocks?")

        await expect(visit.page.get_by_role("alert")).to_contain_text("does not know this question")
        await expect(visit.page.get_by_role("alert")).to_contain_text(f"Reference {UNKNOWN}")


async def test_a_lost_connection_is_told_and_the_question_is_asked_once_it_is_back(
    browser: Browser,
) -> None:
    agent = TabularAgent()
    async with visiting(browser, an_app(agent)) as visit:
        await visit.page.context.set_offline(offline=True)
        await ask(visit.page, "Anybody there?")
        banner = visit.page.locator("#banner")
        await expect(visit.page.get_by_role("alert")).to_contain_text("No connection")
        await expect(banner).to_contain_text("You are offline")
        await visit.page.context.set_offline(offline=False)
        await expect(banner).to_be_hidden()
        await visit.page.get_by_role("button", name="Try again").click()
        await answered(visit.page)

        assert agent.asked == ["Anybody there?"]
        await expect(questions(visit.page)).to_have_count(1)


async def test_an_answer_that_came_while_the_network_was_away_is_shown(browser: Browser) -> None:
    agent = HeldAgent()
    app = create_app(a_container(agent, wait_seconds=0.05))
    async with visiting(browser, app) as visit:
        await ask(visit.page, "Slow?")
        await expect(visit.page.get_by_text("Looking at the market")).to_be_visible()
        await visit.page.context.set_offline(offline=True)
        await expect(visit.page.get_by_text("looking again for your answer")).to_be_visible()
        agent.let_go.set()
        await visit.page.context.set_offline(offline=False)

        await expect(visit.page.get_by_role("log")).to_contain_text("Slow?, after 0 exchanges")
        await expect(visit.page.locator("#banner")).to_be_hidden()


async def test_a_service_that_went_away_is_told_until_it_is_back(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await visit.stop_service()
        await ask(visit.page, "Anybody there?")
        await expect(visit.page.get_by_role("alert")).to_contain_text("No connection")
        await expect(visit.page.locator("#banner")).to_contain_text("cannot be reached")
        async with listening(an_app(), port=visit.port):
            await expect(visit.page.locator("#banner")).to_be_hidden()


async def test_a_wait_without_end_ends_with_a_word_and_can_be_taken_up_again(
    browser: Browser,
) -> None:
    agent = HeldAgent()
    app = create_app(a_container(agent, wait_seconds=0.05, deadline_seconds=3_000))
    async with visiting(browser, app) as visit:
        await visit.page.clock.install()
        await visit.page.route("**/events*", breaks)
        async with visit.page.expect_response("**/api/chat/*"):  # it is being waited for since then
            await ask(visit.page, "Slow?")
        await visit.page.clock.fast_forward(16 * 60_000)
        alert = visit.page.get_by_role("alert")
        await expect(alert).to_contain_text("Still no answer")
        agent.let_go.set()
        await alert.get_by_role("button", name="Look again").click()

        await expect(visit.page.get_by_role("log")).to_contain_text("Slow?, after 0 exchanges")
        await expect(questions(visit.page)).to_have_count(1)


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "[", "null", "3"])
async def test_what_no_service_of_ours_would_say_is_told_as_unreadable(
    browser: Browser, body: str
) -> None:
    async with visiting(browser, an_app()) as visit:
        await visit.page.route("**/api/chat", saying(502, body))
        await ask(visit.page, "Top stocks?")

        await expect(visit.page.get_by_role("alert")).to_contain_text("Unreadable answer")
        await expect(visit.page.get_by_role("button", name="Try again")).to_be_visible()
        assert visit.troubles == []


async def test_the_faults_of_a_question_are_named_and_it_is_not_offered_again(
    browser: Browser,
) -> None:
    problem = {
        "type": "/problems/invalid-request",
        "title": "Invalid request",
        "status": 400,
        "errors": [{"pointer": "/message", "detail": "must have 1 to 4,000 characters"}],
        "request_id": "req-1",
    }
    async with visiting(browser, an_app()) as visit:
        await visit.page.route("**/api/chat", saying(400, json.dumps(problem)))
        await ask(visit.page, "Top stocks?")
        alert = visit.page.get_by_role("alert")

        await expect(alert).to_contain_text("message must have 1 to 4,000 characters")
        await expect(alert).to_contain_text("Reference req-1")
        await expect(alert.get_by_role("button")).to_have_count(0)


async def test_a_conversation_that_cannot_be_loaded_is_told_and_loaded_later(
    browser: Browser,
) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "First?")
        await answered(visit.page)
        problem = '{"title": "Transport unavailable", "status": 503, "detail": "Try again."}'
        await visit.page.route("**/api/threads/**", saying(503, problem), times=1)
        await visit.page.reload()
        alert = visit.page.get_by_role("alert")
        await expect(alert).to_contain_text("Transport unavailable")
        await alert.get_by_role("button", name="Try again").click()
        await answered(visit.page)

        await expect(questions(visit.page)).to_have_text(["You asked: First?"])


async def test_an_answer_whose_tables_are_gone_is_shown_without_them(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "First?")
        await answered(visit.page)
        gone = '{"title": "Not found", "status": 404, "detail": "There is nothing here."}'
        await visit.page.route("**/api/chat/*", saying(404, gone))
        await visit.page.reload()

        await expect(visit.page.get_by_role("log")).to_contain_text("Exchange 1 on 2026-07-24")
        await expect(visit.page.locator(".basis")).to_contain_text("are no longer kept")
