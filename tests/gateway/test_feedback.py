"""``/api/chat/{correlation_id}/feedback``: what somebody thinks of an answer."""

import asyncio

import pytest

from cse_chat.domain.model.audit import AuditKind
from cse_chat.entrypoints.http.app import create_app
from tests.builders import a_correlation_id
from tests.clients import client_of
from tests.gateway.graphs import RefusingAgent, a_container, served
from tests.gateway.test_reading import fault_of
from tests.gateway.threads import JSON, asked


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
