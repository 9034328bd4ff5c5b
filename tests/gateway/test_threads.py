"""``/api/threads``: the list, titles, deleting; and feedback on an answer."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient, Response

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.audit import AuditKind
from cse_chat.entrypoints.http.app import create_app
from tests.builders import a_correlation_id
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container, served
from tests.gateway.test_reading import BAD_IDS, fault_of
from tests.waiting import until_it

ASYNC = {"Prefer": "respond-async"}
JSON = {"Content-Type": "application/json"}


async def asked(
    client: AsyncClient, message: str = "Top stocks?", *, thread: str = "t", **headers: str
) -> Response:
    return await client.post(
        "/api/chat", json={"message": message, "thread_id": thread}, headers=headers
    )


async def is_known(client: AsyncClient, thread: str) -> bool:
    return (await client.get(f"/api/threads/{thread}")).status_code == 200


async def threads_of(client: AsyncClient, **query: str) -> list[Any]:
    response = await client.get("/api/threads", params=query)
    assert response.status_code == 200
    return list(response.json()["threads"])


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
    [("PATCH", "/api/threads/t"), ("POST", f"/api/chat/{a_correlation_id()}/feedback")],
)
async def test_a_body_that_is_too_large_or_no_json_is_refused(method: str, path: str) -> None:
    large = b'{"title": "%b"}' % (b" " * 65_536)
    async with served() as client:
        too_large = await client.request(method, path, content=large, headers=JSON)
        form = await client.request(method, path, data={"title": "x"})

    assert (too_large.status_code, form.status_code) == (413, 415)


async def test_a_deleted_thread_is_gone() -> None:
    container = a_container()
    async with asyncio.timeout(10), client_of(create_app(container)) as client:
        answer = (await asked(client)).json()
        await asked(client, thread="other")
        response = await client.delete("/api/threads/t")
        again = await client.delete("/api/threads/t")
        after = [
            await client.get(path)
            for path in (
                "/api/threads/t",
                "/api/threads/t/messages",
                f"/api/chat/{answer['correlation_id']}",
            )
        ]
        [left] = await threads_of(client)

    body = response.json()
    assert "retention" in body.pop("kept")
    assert (response.status_code, body) == (
        200,
        {"id": "t", "status": "deleted", "cancelled": 0, "turns": 2, "answers": 1},
    )
    assert [each.status_code for each in (again, *after)] == [404] * 4
    assert left["id"] == "other"
    [record] = container.memory_audit().read()
    assert (record.kind, record.thread_id, record.user_id) == (AuditKind.DELETED, "t", "local")
    assert (record.correlation_id, dict(record.details)) == (None, {})


async def test_a_deleted_thread_cannot_be_asked_in() -> None:
    async with served() as client:
        await asked(client)
        await client.delete("/api/threads/t")
        response = await asked(client)

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


async def test_what_is_open_in_a_deleted_thread_is_cancelled_and_stays_so() -> None:
    """Who waits is told at once, and what the agent says later changes nothing."""
    agent = HeldAgent()
    async with served(agent) as client:
        running = asyncio.create_task(asked(client, "One"))
        await until_it(lambda: is_known(client, "t"))
        queued = await asked(client, "Two", **ASYNC)
        response = await client.delete("/api/threads/t")
        told = await running
        agent.let_go.set()
        later = await client.get(queued.headers["location"])
        elsewhere = await asked(client, thread="other")
        first = await client.get(told.headers["location"])

    assert response.json()["cancelled"] == 2
    assert (told.status_code, told.json()["type"]) == (409, "/problems/cancelled")
    assert told.json()["detail"] == "The conversation was deleted."
    assert (later.status_code, later.json()["status"]) == (200, "cancelled")
    assert first.json()["status"] == "cancelled"
    assert elsewhere.status_code == 200


async def test_nothing_is_deleted_while_that_cannot_go_on_record() -> None:
    container = a_container(audit=Failing(TransportError("no")))
    async with asyncio.timeout(10), client_of(create_app(container)) as client:
        await asked(client)
        response = await client.delete("/api/threads/t")
        [left] = await threads_of(client)

    assert (response.status_code, left["id"]) == (503, "t")


async def test_feedback_is_kept_with_the_answer_and_goes_on_record() -> None:
    container = a_container()
    async with asyncio.timeout(10), client_of(create_app(container)) as client:
        answer = (await asked(client)).json()
        path = f"/api/chat/{answer['correlation_id']}"
        first = await client.post(f"{path}/feedback", json={"rating": "up"})
        response = await client.post(
            f"{path}/feedback", json={"rating": "down", "comment": " Wrong day. "}
        )
        read = (await client.get(path)).json()

    assert (first.status_code, first.json()["comment"]) == (200, "")
    given = response.json()
    assert given.pop("timestamp").endswith("Z")
    assert (response.status_code, given) == (200, {"rating": "down", "comment": "Wrong day."})
    assert response.headers["x-correlation-id"] == answer["correlation_id"]
    assert read == {**answer, "feedback": response.json()}
    records = container.memory_audit().read()
    assert [record.kind for record in records] == [AuditKind.FEEDBACK] * 2
    assert records[1].correlation_id == answer["correlation_id"]
    assert records[1].details == {"rating": "down", "comment": "Wrong day."}


async def test_feedback_without_an_answer_is_409() -> None:
    async with served(RefusingAgent()) as client:
        failed = await asked(client)
        response = await client.post(
            f"{failed.headers['location']}/feedback", json={"rating": "up"}
        )

    assert (response.status_code, response.json()["type"]) == (409, "/problems/not-answered")


async def test_feedback_on_an_unknown_request_is_404() -> None:
    async with served() as client:
        response = await client.post(
            f"/api/chat/{a_correlation_id()}/feedback", json={"rating": "up"}
        )

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("{}", "/rating"),
        ('{"rating": "fine"}', "/rating"),
        ('{"rating": ["up"]}', "/rating"),
        ('{"rating": "up", "comment": null}', "/comment"),
        ('{"rating": "up", "comment": "%s"}' % ("x" * 1_001), "/comment"),
        ('{"rating": "up", "comment": "a\\u0000"}', "/comment"),
        ('{"rating": "up", "stars": 5}', "/stars"),
        ("7", ""),
    ],
)
async def test_what_is_no_feedback_is_400(body: str, pointer: str) -> None:
    async with served() as client:
        answer = (await asked(client)).json()
        response = await client.post(
            f"/api/chat/{answer['correlation_id']}/feedback", content=body, headers=JSON
        )

    assert fault_of(response) == pointer
