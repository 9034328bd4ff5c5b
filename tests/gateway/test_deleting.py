"""``DELETE /api/threads/{id}``: what goes, what is cancelled, what goes on record."""

import asyncio

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.audit import AuditKind
from cse_chat.entrypoints.http.app import create_app
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, a_container, served
from tests.gateway.threads import ASYNC, asked, is_known, threads_of
from tests.waiting import until_it


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
