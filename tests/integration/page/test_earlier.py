"""The earlier conversations of a browser."""

import re

from playwright.async_api import Browser, Page, expect

from tests.integration.page.browsers import Visit, visiting
from tests.integration.page.scenes import an_app, answered, ask, kept_in_browser, questions

DAY_MS = 86_400_000


async def open_list(page: Page) -> None:
    await page.get_by_role("button", name="Earlier conversations").click()
    await expect(page.get_by_role("dialog", name="Earlier conversations")).to_be_visible()


async def two_conversations(visit: Visit) -> None:
    await ask(visit.page, "First?")
    await answered(visit.page)
    await visit.page.get_by_role("button", name="New conversation").click()
    await ask(visit.page, "Second?")
    await answered(visit.page)


async def keep(page: Page, *conversations: dict[str, object]) -> None:
    script = (
        "(list) => localStorage.setItem('cse-chat.conversations.v1', JSON.stringify("
        "list.map((one) => ({ ...one, at: Date.now() - one.age }))))"
    )
    await page.evaluate(script, list(conversations))


def a_conversation(number: int, *, age: int = 0) -> dict[str, object]:
    title = f"Question {number}?"
    return {"id": f"thread_{number}", "title": title, "age": age, "accepted": True, "unsent": []}


async def test_an_earlier_conversation_is_opened_again(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await two_conversations(visit)
        await open_list(visit.page)
        entries = visit.page.locator(".entry")
        await expect(entries.locator(".entry-title")).to_have_text(["Second?", "First?"])
        await expect(entries.first).to_have_attribute("aria-current", "true")
        await entries.last.click()

        await expect(questions(visit.page)).to_have_text(["You asked: First?"])
        await answered(visit.page)
        await expect(visit.page.get_by_label("Your question")).to_be_focused()
        assert await visit.page.title() == "First? \u00b7 CSE Analyst"
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_they_are_grouped_by_day(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        ages = (0, DAY_MS, 2 * DAY_MS, 9 * DAY_MS)
        await keep(visit.page, *(a_conversation(i, age=age) for i, age in enumerate(ages)))
        await open_list(visit.page)
        groups = await visit.page.locator("#earlier-list section").all_inner_texts()

        assert [
            re.findall(r"(?im)^(?:today|yesterday|earlier|question \d)", g) for g in groups
        ] == [
            ["TODAY", "Question 0"],
            ["YESTERDAY", "Question 1"],
            ["EARLIER", "Question 2", "Question 3"],
        ]


async def test_no_more_than_twenty_are_kept(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await keep(visit.page, *(a_conversation(i, age=1000 * (i + 1)) for i in range(25)))
        await ask(visit.page, "Newest?")
        await answered(visit.page)
        kept = await kept_in_browser(visit.page, "conversations")

        assert [one["title"] for one in kept] == ["Newest?", *(f"Question {i}?" for i in range(19))]


async def test_one_is_removed_and_the_focus_stays_in_the_list(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await two_conversations(visit)
        await open_list(visit.page)
        await visit.page.get_by_role("button", name="Remove: Second?").press("Enter")
        await expect(visit.page.locator(".entry")).to_have_count(1)
        await expect(visit.page.get_by_role("button", name="Remove: First?")).to_be_focused()
        await visit.page.keyboard.press("Enter")

        await expect(visit.page.get_by_text("None yet in this browser")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Close", exact=True)).to_be_focused()
        assert await kept_in_browser(visit.page, "inputs") == []


async def test_all_are_cleared_once_that_is_confirmed(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await two_conversations(visit)
        await open_list(visit.page)
        await visit.page.get_by_role("button", name="Clear all").click()
        await expect(visit.page.locator(".entry")).to_have_count(2)
        await visit.page.get_by_role("button", name="Really clear all?").click()

        await expect(visit.page.locator(".entry")).to_have_count(0)
        assert await kept_in_browser(visit.page, "conversations") == []
        assert await kept_in_browser(visit.page, "inputs") == []
        await expect(questions(visit.page)).to_have_count(1)


async def test_escape_closes_the_list_and_a_click_beside_it_too(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        dialog = visit.page.get_by_role("dialog")
        opener = visit.page.get_by_role("button", name="Earlier conversations")
        await open_list(visit.page)
        await visit.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(opener).to_be_focused()
        await open_list(visit.page)
        await visit.page.mouse.click(50, 400)

        await expect(dialog).to_be_hidden()


async def test_two_tabs_agree_on_the_list(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        other = await visit.another_tab()
        await open_list(other)
        await ask(visit.page, "First?")
        await expect(other.locator(".entry-title")).to_have_text(["First?"])
        await other.get_by_role("button", name="Remove: First?").click()
        await open_list(visit.page)

        await expect(visit.page.get_by_text("None yet in this browser")).to_be_visible()


async def test_two_tabs_show_the_same_conversation(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "First?")
        await answered(visit.page)
        other = await visit.another_tab("/#" + visit.page.url.partition("#")[2])
        await answered(other)
        await ask(other, "Second?")
        await answered(other, 2)
        await answered(visit.page, 2)

        await expect(questions(visit.page)).to_have_text(
            ["You asked: First?", "You asked: Second?"]
        )
        assert (visit.troubles, visit.foreign) == ([], [])


async def test_what_one_tab_could_not_send_goes_from_the_other_once_it_is_sent(
    browser: Browser,
) -> None:
    async with visiting(browser, an_app()) as visit:
        await ask(visit.page, "First?")
        await answered(visit.page)
        await visit.page.route("**/api/chat", lambda route: route.abort(), times=1)
        await ask(visit.page, "Second?")
        await expect(visit.page.get_by_role("alert")).to_contain_text("No connection")
        other = await visit.another_tab("/#" + visit.page.url.partition("#")[2])
        await expect(other.locator(".trouble")).to_contain_text("No connection")
        await visit.page.get_by_role("button", name="Try again").click()
        await answered(visit.page, 2)
        await answered(other, 2)

        await expect(other.locator(".trouble")).to_have_count(0)
        await expect(questions(other)).to_have_text(["You asked: First?", "You asked: Second?"])
