"""``POST /api/chat/{id}/cancel``."""

import asyncio

from httpx import AsyncClient, Response

from cse_chat.domain.errors import TransportError
from cse_chat.entrypoints.http.app import create_app
from tests.builders import a_correlation_id
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, a_container, served
from tests.waiting import until_it

ASYNC = {"Prefer": "respond-async"}
BODY = {"message": "Top stocks?", "thread_id": "t"}


async def accepted(client: AsyncClient) -> str:
    """Ask without waiting; return where the answer will be."""
    response = await client.post("/api/chat", json=BODY, headers=ASYNC)
    assert response.status_code == 202
    return str(response.headers["location"])


async def status_of(client: AsyncClient, location: str) -> str:
    return str((await client.get(location)).json()["status"])


async def begun(client: AsyncClient, location: str) -> None:
    """Return once an agent works on it."""

    async def is_running() -> bool:
        return await status_of(client, location) == "running"

    await until_it(is_running)


async def location_of(client: AsyncClient, number: int) -> str:
    """Return where the answer to the thread's *number*-th question will be, once it is known.

    Whoever waits learns the id with the outcome; another of its devices, from the history.
    """
    found: list[str] = []

    async def is_known() -> bool:
        history = await client.get("/api/threads/t/messages")
        turns = history.json().get("messages", ())
        found[:] = [turn["correlation_id"] for turn in turns if turn["role"] == "user"]
        return len(found) >= number

    await until_it(is_known)
    return f"/api/chat/{found[number - 1]}"


def slug_of(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("/problems/")


async def test_a_running_question_is_cancelled_and_told_as_it_is_read_later() -> None:
    async with served(HeldAgent()) as client:
        location = await accepted(client)
        await begun(client, location)

        cancelled = await client.post(f"{location}/cancel")
        read = await client.get(location)

    body = cancelled.json()
    assert cancelled.status_code == read.status_code == 200
    assert body == read.json()
    assert body["status"] == "cancelled"
    assert body["problem"] == {
        "type": "/problems/cancelled",
        "title": "Cancelled",
        "detail": "The question was cancelled.",
    }
    assert cancelled.headers["x-correlation-id"] == body["correlation_id"]


async def test_who_waits_is_told_409_at_once() -> None:
    async with served(HeldAgent()) as client:
        waiting = asyncio.create_task(client.post("/api/chat", json=BODY))
        location = await location_of(client, 1)

        await client.post(f"{location}/cancel")
        told = await waiting

    assert slug_of(told) == (409, "cancelled")
    assert told.json()["detail"] == "The question was cancelled."
    assert told.headers["location"] == location


async def test_the_next_question_of_the_thread_goes_on_at_once() -> None:
    agent = HeldAgent()
    async with served(agent) as client:
        first = await accepted(client)
        await begun(client, first)
        second = await accepted(client)

        await client.post(f"{first}/cancel")
        await begun(client, second)
        agent.let_go.set()
        answer = await client.get(second, params={"wait": "5"})

    assert answer.json()["response"] == "Top stocks?, after 0 exchanges"


async def test_an_answer_that_was_first_is_told_and_cancelling_twice_tells_the_same() -> None:
    async with served() as client:
        answer = await client.post("/api/chat", json=BODY)
        location = f"/api/chat/{answer.json()['correlation_id']}/cancel"
        late = [await client.post(location) for _ in range(2)]

    assert [(r.status_code, r.json()) for r in late] == [(200, answer.json())] * 2


async def test_what_is_unknown_is_404_and_what_is_no_id_400() -> None:
    async with served() as client:
        unknown = await client.post(f"/api/chat/{a_correlation_id()}/cancel")
        no_id = await client.post("/api/chat/thread_1/cancel")

    assert slug_of(unknown) == (404, "not-found")
    assert slug_of(no_id) == (400, "invalid-request")


async def test_what_cannot_be_decided_now_is_503_with_a_time_to_try_again() -> None:
    container = a_container(ledger=Failing(TransportError("redis://:secret@10.0.0.7")))
    async with client_of(create_app(container)) as client:
        response = await client.post(f"/api/chat/{a_correlation_id()}/cancel")

    assert slug_of(response) == (503, "cancel-unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert "secret" not in response.text


async def test_it_is_not_read_but_posted() -> None:
    async with served() as client:
        response = await client.get(f"/api/chat/{a_correlation_id()}/cancel")

    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"POST", "OPTIONS"}
