"""``/api/threads``: the list, one of them, its title."""

import pytest

from tests.builders import a_correlation_id
from tests.gateway.graphs import HeldAgent, served
from tests.gateway.test_reading import BAD_IDS, fault_of
from tests.gateway.threads import ASYNC, JSON, asked, threads_of


async def test_who_asked_nothing_has_no_threads() -> None:
    async with served() as client:
        response = await client.get("/api/threads")

    assert (response.status_code, response.json()) == (200, {"threads": [], "next": None})


async def test_threads_are_listed_last_used_first() -> None:
    async with served() as client:
        await asked(client, "One\nmore line", thread="a")
        await asked(client, "Two", thread="b")
        await asked(client, "Three", thread="a")
        listed = await threads_of(client)

    assert [(each["id"], each["title"], each["turns"]) for each in listed] == [
        ("a", "One", 4),
        ("b", "Two", 2),
    ]
    assert listed[0].keys() == {"id", "title", "created", "updated", "turns", "busy"}
    assert listed[0]["created"] < listed[0]["updated"]
    assert listed[0]["updated"].endswith("Z")


async def test_the_list_comes_in_pages() -> None:
    async with served() as client:
        for thread in "abc":
            await asked(client, thread=thread)
        first = (await client.get("/api/threads?limit=2")).json()
        rest = (await client.get("/api/threads", params={"after": first["next"]})).json()

    assert [each["id"] for each in first["threads"] + rest["threads"]] == ["c", "b", "a"]
    assert rest["next"] is None


async def test_a_limit_outside_of_1_to_100_is_400(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for limit in ["", "0", "101", "-1", "x", "1.5", "\u0663"]:
            response = await client.get("/api/threads", params={"limit": limit})
            with subtests.test(limit):
                assert fault_of(response) == "/limit"


async def test_a_cursor_that_is_not_ours_is_400(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for after in ["", "x", "-1", "\0", "9" * 5_000]:
            response = await client.get("/api/threads", params={"after": after})
            with subtests.test(after[:9]):
                assert fault_of(response) == "/after"


async def test_a_thread_says_how_it_stands() -> None:
    agent = HeldAgent()
    async with served(agent) as client:
        accepted = await asked(client, **ASYNC)
        opened = (await client.get("/api/threads/t")).json()
        agent.let_go.set()
        await client.get(f"{accepted.headers['location']}?wait=5")
        answered = (await client.get("/api/threads/t")).json()

    assert (opened["busy"], opened["turns"]) == (True, 1)
    assert (answered["busy"], answered["turns"]) == (False, 2)
    epoch, offset = answered["cursor"].split("-")
    assert opened["cursor"].split("-")[0] == epoch
    assert int(offset) == 4  # accepted, started, the text, answered


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_unknown_thread_is_404(method: str) -> None:
    async with served() as client:
        response = await client.request(
            method, "/api/threads/nobody", json={"title": "x"} if method == "PATCH" else None
        )

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_id_that_cannot_name_a_thread_is_400(
    method: str, subtests: pytest.Subtests
) -> None:
    async with served() as client:
        for text in [*BAD_IDS, "abc%0A", "a" * 129]:
            response = await client.request(
                method, f"/api/threads/{text}", json={"title": "x"} if method == "PATCH" else None
            )
            with subtests.test(text):
                assert fault_of(response) == "/thread_id"


async def test_what_can_be_done_about_a_thread_is_told() -> None:
    async with served() as client:
        told = await client.options("/api/threads/t")
        refused = await client.post("/api/threads/t")

    methods = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH"}
    assert (told.status_code, set(told.headers["allow"].split(", "))) == (204, methods)
    assert (refused.status_code, set(refused.headers["allow"].split(", "))) == (405, methods)


async def test_a_title_can_be_chosen() -> None:
    async with served() as client:
        await asked(client)
        response = await client.patch("/api/threads/t", json={"title": "  Banks \u0db6  "})
        await asked(client, "Another question")
        [listed] = await threads_of(client)

    assert (response.status_code, response.json()["title"]) == (200, "Banks \u0db6")
    assert listed["title"] == "Banks \u0db6"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("{}", "/title"),
        ('{"title": 1}', "/title"),
        ('{"title": null}', "/title"),
        ('{"title": " "}', "/title"),
        ('{"title": "a\\nb"}', "/title"),
        ('{"title": "a\\u0007b"}', "/title"),
        ('{"title": "a\\u2028b"}', "/title"),
        ('{"title": "\\ud800"}', "/title"),
        ('{"title": "%s"}' % ("x" * 201), "/title"),
        ('{"title": "a", "more": 1}', "/more"),
        ('{"title": "a", "title": "b"}', ""),
        ("[]", ""),
        ("{", ""),
    ],
)
async def test_what_is_no_title_is_400(body: str, pointer: str) -> None:
    async with served() as client:
        await asked(client)
        response = await client.patch("/api/threads/t", content=body, headers=JSON)
        [listed] = await threads_of(client)

    assert fault_of(response) == pointer
    assert listed["title"] == "Top stocks?"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/threads/t"),
        pytest.param("POST", f"/api/chat/{a_correlation_id()}/feedback", id="POST feedback"),
    ],
)
async def test_a_body_that_is_too_large_or_no_json_is_refused(method: str, path: str) -> None:
    large = b'{"title": "%b"}' % (b" " * 65_536)
    async with served() as client:
        too_large = await client.request(method, path, content=large, headers=JSON)
        form = await client.request(method, path, data={"title": "x"})

    assert (too_large.status_code, form.status_code) == (413, 415)
