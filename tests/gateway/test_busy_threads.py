"""``if_busy`` in ``POST /api/chat``."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from tests.gateway.graphs import HeldAgent, served
from tests.gateway.test_cancelling import ASYNC, BODY, accepted, location_of, slug_of, status_of


async def asked(client: AsyncClient, if_busy: str, **headers: str) -> Response:
    return await client.post("/api/chat", json=BODY | {"if_busy": if_busy}, headers=headers)


@pytest.mark.parametrize("if_busy", ["enqueue", "reject", "interrupt"])
async def test_where_nobody_else_asks_all_are_answered(if_busy: str) -> None:
    async with served() as client:
        responses = [await asked(client, if_busy) for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]


async def test_who_enqueues_is_told_how_many_are_before() -> None:
    async with served(HeldAgent()) as client:
        responses = [await asked(client, "enqueue", **ASYNC) for _ in range(3)]

    assert [response.json()["queue_position"] for response in responses] == [0, 1, 2]


async def test_who_would_not_wait_is_409_and_nothing_is_kept() -> None:
    async with served(HeldAgent()) as client:
        await accepted(client)
        refused = await asked(client, "reject")
        history = await client.get("/api/threads/t/messages")

    assert slug_of(refused) == (409, "thread-busy")
    assert int(refused.headers["retry-after"]) > 0
    assert "location" not in refused.headers
    assert len(history.json()["messages"]) == 1


async def test_of_many_who_would_not_wait_one_is_accepted() -> None:
    async with served(HeldAgent()) as client:
        responses = await asyncio.gather(*(asked(client, "reject", **ASYNC) for _ in range(20)))

    assert sorted(r.status_code for r in responses) == [202] + [409] * 19


async def test_who_interrupts_is_answered_instead_of_those_before() -> None:
    agent = HeldAgent()
    async with served(agent) as client:
        waiting = asyncio.create_task(client.post("/api/chat", json=BODY))
        await location_of(client, 1)
        queued = await accepted(client)

        interrupting = await asked(client, "interrupt", **ASYNC)
        told = await waiting
        agent.let_go.set()
        answer = await client.get(interrupting.headers["location"], params={"wait": "5"})
        status = await status_of(client, queued)

    assert slug_of(told) == (409, "cancelled")
    assert "replaced" in told.json()["detail"]
    assert interrupting.json()["queue_position"] == 0
    assert status == "cancelled"
    assert answer.json()["response"] == "Top stocks?, after 0 exchanges"


@pytest.mark.parametrize("wrong", ["wait", "", "REJECT", None, 1, ["reject"]])
async def test_another_word_is_told_which_there_are(wrong: object) -> None:
    async with served() as client:
        response = await client.post("/api/chat", json=BODY | {"if_busy": wrong})

    assert slug_of(response) == (400, "invalid-request")
    assert response.json()["errors"] == [
        {"pointer": "/if_busy", "detail": "must be one of enqueue, reject, interrupt"}
    ]


async def test_a_refusal_is_counted_and_the_sum_still_holds() -> None:
    async with served(HeldAgent()) as client:
        location = await accepted(client)
        await asked(client, "reject")
        waiting = asyncio.create_task(asked(client, "enqueue"))
        await location_of(client, 2)
        interrupting = await asked(client, "interrupt", **ASYNC)
        await waiting
        await client.post(f"{interrupting.headers['location']}/cancel")
        metrics = (await client.get("/metrics")).text
        statuses = [await status_of(client, location)]

    counted = {
        outcome: float(value)
        for line in metrics.splitlines()
        if line.startswith('chat_requests_total{outcome="')
        for outcome, value in [line.removeprefix('chat_requests_total{outcome="').split('"} ')]
    }
    assert (counted["thread-busy"], counted["cancelled"], counted["left-open"]) == (1, 1, 2)
    assert "chat_accepted_total 3.0" in metrics
    assert "chat_inflight_requests 0.0" in metrics
    assert statuses == ["cancelled"]
