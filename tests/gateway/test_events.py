"""``.../events``: what is asked for, and what is answered."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.ids import ThreadId
from cse_chat.entrypoints.http.app import create_app
from tests.builders import a_correlation_id
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container, served

JSON = {"Accept": "application/json"}
THREAD = "/api/threads/t/events"
FOREIGN = "0123456789abcdef-1"


async def asked(client: AsyncClient, thread_id: str = "t", **headers: str) -> str:
    """Ask, and return where the events of the request are."""
    body = {"message": "Top stocks?", "thread_id": thread_id}
    response = await client.post("/api/chat", json=body, headers=headers)
    return f"/api/chat/{response.json()['correlation_id']}/events"


def types_of(response: Response) -> list[str]:
    return [event["type"] for event in response.json()["events"]]


def fault_of(response: Response) -> str:
    """Return where the only fault is of a response that must be a 400."""
    assert response.status_code == 400
    (fault,) = response.json()["errors"]
    return str(fault["pointer"])


def names_of(stream: Response) -> list[str]:
    lines = stream.text.splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


async def test_a_request_is_followed_from_its_first_event_to_its_outcome() -> None:
    async with served() as client:
        await asked(client)
        path = await asked(client)
        stream = await client.get(path)
        look = await client.get(path, headers=JSON)

    assert names_of(stream) == ["accepted", "started", "delta", "answered"]
    assert types_of(look) == ["accepted", "started", "delta", "answered"]
    assert look.json()["next"] is None
    assert stream.headers["x-correlation-id"] == path.split("/")[3]
    assert look.headers["cache-control"] == "no-store"


async def test_a_request_that_failed_says_why() -> None:
    async with served(RefusingAgent()) as client:
        body = {"message": "What shall I buy?"}
        failed = await client.post("/api/chat", json=body, headers={"Prefer": "respond-async"})
        stream = await client.get(failed.json()["events_url"])

    assert names_of(stream)[-1] == "failed"
    assert '"detail":"I do not advise on what to buy."' in stream.text


async def test_a_thread_is_looked_at_from_cursor_to_cursor() -> None:
    async with served() as client:
        await asked(client)
        first = await client.get(THREAD, headers=JSON)
        nothing = await client.get(THREAD, headers=JSON, params={"after": first.json()["next"]})
        await asked(client)
        second = await client.get(THREAD, headers=JSON, params={"after": nothing.json()["next"]})

    assert types_of(first) == types_of(second) == ["accepted", "started", "delta", "answered"]
    assert nothing.json() == {"events": [], "next": first.json()["next"]}
    assert first.json()["next"] == first.json()["events"][-1]["cursor"]


async def test_a_thread_without_events_has_a_cursor_to_begin_with() -> None:
    container = a_container()
    async with client_of(create_app(container)) as client:
        await asked(client)
        container.memory_events().forget(ThreadId("t"))
        empty = await client.get(THREAD, headers=JSON)
        await asked(client)
        look = await client.get(THREAD, headers=JSON, params={"after": empty.json()["next"]})

    assert empty.json()["events"] == []
    assert types_of(look) == ["accepted", "started", "delta", "answered"]


async def test_with_patience_a_look_waits_for_something() -> None:
    agent = HeldAgent()
    async with served(agent) as client:
        path = await asked(client, Prefer="respond-async")
        await until_it_began(client, path)
        last = (await client.get(path, headers=JSON)).json()["next"]
        looking = [
            asyncio.create_task(client.get(each, params={"after": last, "wait": "5"}))
            for each in (THREAD, path)
        ]
        await asyncio.sleep(0)
        agent.let_go.set()
        of_thread, of_request = await asyncio.gather(*looking)

    assert types_of(of_thread)
    assert types_of(of_thread) == types_of(of_request)


async def until_it_began(client: AsyncClient, path: str) -> None:
    begun = await client.get(path, params={"wait": "5"})
    while "started" not in types_of(begun):
        begun = await client.get(path, params={"wait": "5", "after": begun.json()["next"]})


async def test_a_look_ends_with_its_patience_which_is_not_longer_than_the_service_s() -> None:
    async with served(HeldAgent(), wait_seconds=0.02) as client:
        path = await asked(client, Prefer="respond-async")
        await until_it_began(client, path)
        last = (await client.get(path, headers=JSON)).json()["next"]
        look = await client.get(path, params={"after": last, "wait": "999999999"})

    assert look.json() == {"events": [], "next": last}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/event-stream; charset=utf-8"),
        ("*/*", "text/event-stream; charset=utf-8"),
        ("text/html, */*;q=0.8", "text/event-stream; charset=utf-8"),
        ("text/event-stream", "text/event-stream; charset=utf-8"),
        ("application/json, text/event-stream", "text/event-stream; charset=utf-8"),
        ("application/json", "application/json"),
        ("Application/JSON;q=0.9, text/plain, */*", "application/json"),
    ],
)
async def test_json_is_for_who_names_it_and_not_the_stream(
    accept: str | None, media_type: str
) -> None:
    async with served() as client:
        path = await asked(client)
        headers = {"Accept": accept} if accept else {}
        response = await client.get(path, headers=headers)

    assert response.headers["content-type"] == media_type


async def test_who_waits_wants_json_unless_it_names_the_stream() -> None:
    async with served() as client:
        path = await asked(client)
        look = await client.get(path, params={"wait": "1"})
        stream = await client.get(
            path, params={"wait": "1"}, headers={"Accept": "text/event-stream"}
        )

    assert look.headers["content-type"] == "application/json"
    assert names_of(stream)[-1] == "answered"


async def test_the_header_counts_before_the_parameter_and_an_empty_one_is_none() -> None:
    async with served() as client:
        path = await asked(client)
        [first, second, *_] = (await client.get(path, headers=JSON)).json()["events"]
        params = {"after": first["cursor"]}
        by_both = await client.get(path, params=params, headers={"Last-Event-ID": second["cursor"]})
        by_parameter = await client.get(path, params=params, headers={"Last-Event-ID": ""})

    assert names_of(by_both) == ["delta", "answered"]
    assert names_of(by_parameter) == ["started", "delta", "answered"]


async def test_what_is_no_cursor_is_400_and_says_where(subtests: pytest.Subtests) -> None:
    texts = ["x", "0", "0123456789abcdef", "0123456789ABCDEF-1", "0123456789abcdef-01"]
    texts += ["0123456789abcdef--1", f"{FOREIGN}\u0663", f"{FOREIGN}-1", "9" * 5_000]
    async with served() as client:
        path = await asked(client)
        for text in texts:
            by_parameter = await client.get(path, params={"after": text})
            by_header = await client.get(path, headers={b"Last-Event-ID": text.encode()})
            with subtests.test(text[:20]):
                assert fault_of(by_parameter) == "/after"
                assert fault_of(by_header) == "/Last-Event-ID"
        assert fault_of(await client.get(path, params={"after": ""})) == "/after"


@pytest.mark.parametrize("place", ["of another epoch", "of another thread", "of the future"])
async def test_a_cursor_that_never_was_here_is_a_gap_and_then_all_there_is(place: str) -> None:
    async with served() as client:
        path = await asked(client)
        await asked(client, "other")
        own = (await client.get(THREAD, headers=JSON)).json()["next"]
        others = (await client.get("/api/threads/other/events", headers=JSON)).json()["next"]
        epoch = own.partition("-")[0]
        after = {
            "of another epoch": FOREIGN,
            "of another thread": others,
            "of the future": f"{epoch}-999",
        }[place]
        look = await client.get(THREAD, headers=JSON, params={"after": after})
        stream = await client.get(path, headers={"Last-Event-ID": after})

    assert types_of(look) == ["gap", "accepted", "started", "delta", "answered"]
    assert names_of(stream) == types_of(look)
    gap = look.json()["events"][0]
    assert (gap["requested"], gap["cursor"], gap["oldest"]) == (after, f"{epoch}-0", f"{epoch}-1")
    assert gap["history_url"] == "/api/threads/t/messages"


async def test_what_is_unknown_is_404_before_any_stream(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for path in ("/api/threads/nobody/events", f"/api/chat/{a_correlation_id()}/events"):
            for headers in ({}, JSON):
                response = await client.get(path, headers=headers)
                with subtests.test(path, **headers):
                    assert response.status_code == 404
                    assert response.headers["content-type"] == "application/problem+json"


async def test_an_id_or_a_wait_that_is_none_is_400() -> None:
    async with served() as client:
        for path, pointer in (
            ("/api/threads/a%20b/events", "/thread_id"),
            ("/api/chat/x/events", "/correlation_id"),
            (f"{THREAD}?wait=soon", "/wait"),
        ):
            assert fault_of(await client.get(path)) == pointer


async def test_a_store_that_is_away_is_503_before_any_stream() -> None:
    async with served(threads=Failing(TransportError("away"))) as client:
        response = await client.get(THREAD)

    assert (response.status_code, response.headers["retry-after"]) == (503, "2")


async def test_head_says_what_get_would_and_opens_nothing() -> None:
    container = a_container(HeldAgent())
    async with client_of(create_app(container)) as client:
        path = await asked(client, Prefer="respond-async")
        heads = [await client.head(each) for each in (THREAD, path)]

        assert len(container.memory_events().followers) == 0
        assert sum(container.streams().open.values()) == 0
    assert [head.headers["content-type"] for head in heads] == [
        "text/event-stream; charset=utf-8"
    ] * 2


async def test_what_is_told_is_counted_by_its_type() -> None:
    container = a_container()
    async with client_of(create_app(container)) as client:
        path = await asked(client)
        await client.get(path)
        await client.get(path, headers=JSON)
        await client.get(path, headers={"Last-Event-ID": FOREIGN})
        scraped = (await client.get("/metrics")).text

    assert 'chat_stream_events_total{type="answered"} 3.0' in scraped
    assert 'chat_stream_events_total{type="gap"} 1.0' in scraped
    assert 'chat_sse_streams{of="request"} 0.0' in scraped
    assert "chat_stream_resumes_total 1.0" in scraped
