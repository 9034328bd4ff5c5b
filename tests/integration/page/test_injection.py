"""Whatever is written into the page stays text, and asks nobody for anything."""

import json
from collections.abc import AsyncGenerator, Sequence

import pytest
from playwright.async_api import Browser, Page, expect

from cse_chat.domain.errors import AgentRefusedError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.artifacts import Column, ColumnType, Series, Table
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import a_container
from tests.integration.page.browsers import Visit, visiting
from tests.integration.page.scenes import an_app, answered, ask
from tests.integration.page.speakers import Speaker

CORPUS = {
    "script": "<script>hit()</script>",
    "script-closing": "</script><script>hit()</script>",
    "handler": "<img src=x onerror=hit()>",
    "handler-quoted": "\"><b onmouseover='hit()' autofocus onfocus=hit() tabindex=1>x</b>",
    "svg": "<svg onload=hit()><animate onbegin=hit() attributeName=x></svg>",
    "mathml": "<math><mi xlink:href='javascript:hit()'>x</mi></math>",
    "javascript-link": "<a href='javascript:hit()'>click</a> javascript:hit()",
    "markdown-link": "[click](javascript:hit()) ![x](http://beacon.example/md.png)",
    "beacon": "<img src='http://beacon.example/a.png'><link rel=prefetch href='//beacon.example/b'>",
    "frame": "<iframe srcdoc='<script>parent.hit()</script>'></iframe><object data='//beacon.example'>",
    "style": "<style>@import '//beacon.example/c.css'</style><p style='background:url(//beacon.example/d)'>",
    "form": "<form action='//beacon.example'><input name=message autofocus onfocus=hit()></form>",
    "base": "<base href='//beacon.example/'><meta http-equiv=refresh content='0;url=//beacon.example'>",
    "template": "{{constructor.constructor('hit()')()}} ${hit()} <%= hit() %>",
    "clobbering": "<a id=log></a><form id=ask><input id=message></form>",
    "mutation": "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "direction": "\u202ehit()\u202c \U0001f600 \ufeff",
}
"""Every way in which text has become markup somewhere; `hit` tells that it was run."""

TAGS = {
    "ARTICLE", "B", "BUTTON", "CODE", "DETAILS", "DIV", "FIGCAPTION", "FIGURE", "H2", "I", "LI",
    "OL", "P", "SPAN", "SUMMARY", "TABLE", "TBODY", "TD", "TH", "THEAD", "TR",
    "line", "polygon", "polyline", "svg",
}  # fmt: skip


class HostileAgent:
    """Answers with *text* wherever it can put one."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        text = self._text
        if history:
            raise AgentRefusedError(text)
        columns = (
            Column(name="symbol", label=text, unit=text),
            Column(name=text, label=text, type=ColumnType.NUMBER, unit=text),
        )
        yield Basis(model_used=f"cse-analyst/{text}", sources=(text,))
        yield Delta(f"{text}:\n{text}")
        yield Table(title=text, columns=columns, rows=((text, 1.0), (text, None)))
        yield Series(title=text, columns=columns, points=((text, 1), (text, 2)))


async def set_trap(page: Page) -> None:
    trap = "window.hits = []; window.hit = () => { hits.push(1); };"
    await page.add_init_script(trap)
    await page.evaluate(f"() => {{ {trap} }}")


async def assert_inert(visit: Visit) -> None:
    page = visit.page
    tags = "() => [...document.querySelectorAll('#log *')].map((node) => node.tagName)"
    handlers = """() => [...document.querySelectorAll('*')].flatMap((node) =>
        node.getAttributeNames().filter((name) => /^on|^style$|^srcdoc$/.test(name)))"""
    assert set(await page.evaluate(tags)) <= TAGS
    assert await page.evaluate(handlers) == []
    assert await page.evaluate("hits") == []
    assert (visit.troubles, visit.foreign) == ([], [])


@pytest.mark.parametrize("name", CORPUS)
async def test_what_is_asked_and_answered_is_inert(browser: Browser, name: str) -> None:
    text = CORPUS[name]
    async with visiting(browser, create_app(a_container(HostileAgent(text)))) as visit:
        page = visit.page
        await set_trap(page)
        await ask(page, text)
        await answered(page)
        await expect(page.locator(".question")).to_have_count(1)
        await page.locator(".sort:visible").first.click()
        await page.get_by_role("button", name="Download as CSV").first.click()
        await page.get_by_text("Show the figures").click()
        await assert_inert(visit)
        await ask(page, text)
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.reload()
        await answered(page)
        await expect(page.locator(".trouble")).to_have_count(1)
        await page.get_by_role("button", name="Earlier").click()
        await expect(page.locator(".entry")).to_have_count(1)

        await assert_inert(visit)


@pytest.mark.parametrize("name", CORPUS)
async def test_what_is_streamed_is_inert(browser: Browser, name: str) -> None:
    """Cut in two it is something else for a moment, and must not be that, either."""
    text = CORPUS[name]
    speaker = Speaker()
    async with visiting(browser, create_app(a_container(speaker))) as visit:
        page = visit.page
        await set_trap(page)
        await ask(page, "Top stocks?")
        speaker.begin_step(text, text)
        speaker.end_step(text, text, text)
        speaker.begin_step(text, text)
        await expect(page.locator(".steps li")).to_have_count(2)
        half = len(text) // 2
        for piece, shown in ((text[:half], text[:half]), (text[half:], text)):
            speaker.say(piece)
            await expect(page.locator(".live .text")).to_have_js_property("textContent", shown)
            await assert_inert(visit)
        columns = (Column(name=text, label=text, unit=text),)
        speaker.finish(Table(title=text, columns=columns, rows=((text,), (text,))))
        await answered(page)

        await assert_inert(visit)


async def test_what_stands_in_the_storage_of_the_browser_is_inert(browser: Browser) -> None:
    texts = list(CORPUS.values())
    async with visiting(browser, an_app()) as visit:
        page = visit.page
        await set_trap(page)
        unsent = [a_tampered_question(text) for text in texts[:10]]
        kept = [
            {"id": f"thread_{i}", "title": text, "at": i, "accepted": False, "unsent": unsent}
            for i, text in enumerate(texts)
        ]
        strange = [{**one, "id": one["title"]} for one in kept]
        await remember(page, "conversations", json.dumps([*kept, *strange]))
        await remember(
            page, "inputs", json.dumps([{"thread": "a", "text": text} for text in texts])
        )
        await page.goto(f"{visit.origin}/#thread_0")
        await page.reload()
        await expect(page.locator(".trouble")).to_have_count(len(unsent))
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_label("Your question")).to_have_value(texts[-1])
        await page.get_by_role("button", name="Earlier").click()
        await expect(page.locator(".entry-title")).to_have_text(texts[::-1])

        await assert_inert(visit)


def a_tampered_question(text: str) -> dict[str, object]:
    told = {"title": text, "detail": text, "reference": text}
    return {"key": text, "question": text, "after": text, "trouble": told}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "null",
        "3",
        "{}",
        "[null, 1, [], {}]",
        '[{"id": "../../etc", "title": "x", "at": 1}]',
        '[{"id": "a", "title": "x", "at": 1e300, "unsent": {}}]',
        '[{"id": "a", "title": {"toString": 1}, "at": "now", "unsent": [{"key": []}]}]',
    ],
)
async def test_a_storage_that_holds_nonsense_is_as_good_as_empty(
    browser: Browser, value: str
) -> None:
    async with visiting(browser, an_app()) as visit:
        page = visit.page
        for key in ("conversations", "inputs"):
            await remember(page, key, value)
        await page.evaluate("(value) => sessionStorage.setItem('cse-chat.draft.v1', value)", value)
        await page.reload()
        await page.get_by_role("button", name="Earlier").click()
        await expect(page.get_by_text("None yet in this browser")).to_be_visible()
        await page.keyboard.press("Escape")
        await ask(page, "Top stocks?")
        await answered(page)

        assert (visit.troubles, visit.foreign) == ([], [])


@pytest.mark.parametrize(
    "storage",
    [
        pytest.param(
            "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window,"
            " name, { get() { throw new DOMException('', 'SecurityError'); } });",
            id="blocked",
        ),
        pytest.param(
            "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };",
            id="full",
        ),
    ],
)
async def test_a_storage_that_takes_nothing_keeps_nobody_from_asking(
    browser: Browser, storage: str
) -> None:
    async with visiting(browser, an_app()) as visit:
        await visit.page.context.add_init_script(storage)
        await visit.page.reload()
        await ask(visit.page, "Top stocks?")
        await answered(visit.page)
        await visit.page.reload()
        await answered(visit.page)

        assert (visit.troubles, visit.foreign) == ([], [])


@pytest.mark.parametrize("fragment", ["#<img src=x onerror=hit()>", "#../problems/x", "#", "#%00"])
async def test_an_address_that_names_no_thread_is_the_start(
    browser: Browser, fragment: str
) -> None:
    async with visiting(browser, an_app()) as visit:
        await set_trap(visit.page)
        await visit.page.goto(visit.origin + "/" + fragment)
        await visit.page.reload()
        await expect(
            visit.page.get_by_role("heading", name="What would you like to know")
        ).to_be_visible()

        await assert_inert(visit)


async def test_the_policy_keeps_injected_script_from_running(browser: Browser) -> None:
    """The watch sees violations, so that their absence elsewhere means something."""
    async with visiting(browser, an_app()) as visit:
        await visit.page.evaluate(
            "() => { const script = document.createElement('script');"
            " script.textContent = 'window.injected = 1'; document.body.append(script); }"
        )

        assert await visit.page.evaluate("window.injected") is None
        assert "Content Security Policy" in visit.troubles[0]


async def test_the_watch_sees_what_is_asked_of_others(browser: Browser) -> None:
    async with visiting(browser, an_app()) as visit:
        await visit.page.evaluate("() => { location.href = 'http://127.0.0.1:1/'; }")
        await visit.page.wait_for_event("requestfailed")

        assert visit.foreign == ["http://127.0.0.1:1/"]


async def remember(page: Page, key: str, value: str) -> None:
    script = "([key, value]) => localStorage.setItem(`cse-chat.${key}.v1`, value)"
    await page.evaluate(script, [key, value])
