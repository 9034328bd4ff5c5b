"""``POST /api/chat``: every case of the contract's table that there is yet."""

import asyncio
import re
from datetime import timedelta

import pytest
from dependency_injector import providers

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    NotAcceptedError,
    OverloadedError,
    TransportError,
)
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.domain.use_cases.send_chat import Receipt
from cse_chat.entrypoints.http.app import create_app
from tests.builders import a_correlation_id, a_request, an_outcome
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container, served

BODY = {"message": "Top stocks?", "thread_id": "thread_1"}


class Settled:
    """A `SendChat` whose questions have ended as *status* when they are asked."""

    def __init__(self, status: Status) -> None:
        self._status = status

    async def __call__(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        assert wait > timedelta(0)
        request = a_request(question)
        outcome = an_outcome(request, self._status, text="It ended so.")
        return Receipt(request=request, durability=Durability.MEMORY, outcome=outcome)


async def test_a_question_is_answered_with_the_chat_response_of_the_contract() -> None:
    async with served() as client:
        response = await client.post("/api/chat", json=BODY)

    body = response.json()
    assert response.status_code == 200
    assert response.headers["x-correlation-id"] == body["correlation_id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", body.pop("timestamp"))
    assert body.pop("metadata").keys() == {
        "processing_time_ms",
        "model_used",
        "queue_time_ms",
        "attempt",
        "durability",
        "as_of",
        "sources",
    }
    assert body == {
        "correlation_id": response.headers["x-correlation-id"],
        "thread_id": "thread_1",
        "response": "Processed your query: 'Top stocks?'",
        "streaming": False,
        "chunk_index": 0,
        "is_final": True,
    }


async def test_a_question_without_a_thread_begins_one_that_cannot_be_guessed() -> None:
    async with served() as client:
        first = await client.post("/api/chat", json={"message": "Hello"})
        second = await client.post("/api/chat", json={"message": "Hello"})

    threads = {response.json()["thread_id"] for response in (first, second)}
    assert len(threads) == 2
    assert all(re.fullmatch(r"thread_[A-Za-z0-9_-]{26}", thread) for thread in threads)


async def test_a_question_is_trimmed() -> None:
    async with served() as client:
        response = await client.post("/api/chat", json=BODY | {"message": " \n Hello\t "})

    assert response.json()["response"] == "Processed your query: 'Hello'"


async def test_metadata_and_enqueue_are_accepted() -> None:
    body = BODY | {"metadata": {"client_type": "web"}, "if_busy": "enqueue"}
    async with served() as client:
        response = await client.post("/api/chat", json=body)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async, wait=0", 'wait="0", foo;bar=1, respond-async']
)
async def test_who_does_not_wait_is_told_where_the_answer_will_be(prefer: str) -> None:
    agent = HeldAgent()
    async with served(agent) as client:
        response = await client.post("/api/chat", json=BODY, headers={"Prefer": prefer})
        agent.let_go.set()
        answer = await client.get(response.headers["location"], params={"wait": "5"})

    body = response.json()
    correlation_id = body["correlation_id"]
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/chat/{correlation_id}"
    assert response.headers["x-correlation-id"] == correlation_id
    assert response.headers["preference-applied"].startswith("respond-async")
    assert body == {
        "correlation_id": correlation_id,
        "thread_id": "thread_1",
        "status": "accepted",
        "durability": "memory",
        "queue_position": 0,
        "events_url": f"/api/chat/{correlation_id}/events",
    }
    assert (answer.status_code, answer.json()["correlation_id"]) == (200, correlation_id)


async def test_who_would_wait_a_while_gets_an_answer_that_comes_in_time() -> None:
    async with served() as client:
        response = await client.post(
            "/api/chat", json=BODY, headers={"Prefer": "respond-async, wait=5"}
        )

    assert response.status_code == 200


async def test_several_prefer_headers_are_one() -> None:
    headers = [("Prefer", "wait=0"), ("Prefer", "respond-async")]
    async with served(HeldAgent()) as client:
        response = await client.post("/api/chat", json=BODY, headers=headers)

    assert response.status_code == 202
    assert response.headers["preference-applied"] == "respond-async, wait=0"


@pytest.mark.parametrize("headers", [{}, {"Prefer": "wait=1000"}, {"Prefer": "wait=soon"}])
async def test_a_wait_that_is_over_is_504_and_the_answer_still_comes(
    headers: dict[str, str],
) -> None:
    """A preference lowers the service's own wait and never raises it."""
    agent = HeldAgent()
    async with served(agent, wait_seconds=0.03) as client:
        response = await client.post("/api/chat", json=BODY, headers=headers)
        agent.let_go.set()
        answer = await client.get(response.headers["location"], params={"wait": "5"})

    problem = response.json()
    assert response.status_code == 504
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["location"] == f"/api/chat/{problem['correlation_id']}"
    assert response.headers["x-correlation-id"] == problem["correlation_id"]
    assert problem["type"] == "/problems/reply-timeout"
    assert answer.json()["response"] == "Top stocks?, after 0 exchanges"


async def test_a_wait_is_lowered_by_preference() -> None:
    async with served(HeldAgent(), wait_seconds=30) as client:
        response = await client.post("/api/chat", json=BODY, headers={"Prefer": "wait=0"})

    assert response.status_code == 504


async def test_while_draining_nobody_is_kept_waiting() -> None:
    container = a_container(HeldAgent())
    async with asyncio.timeout(5), client_of(create_app(container)) as client:
        container.readiness().draining = True
        response = await client.post("/api/chat", json=BODY)
        look = await client.get(response.headers["location"], params={"wait": "5"})

    assert (response.status_code, look.status_code) == (202, 202)


async def test_what_the_agent_refuses_is_502_with_its_reason() -> None:
    async with served(RefusingAgent()) as client:
        response = await client.post("/api/chat", json=BODY)

    problem = response.json()
    assert response.status_code == 502
    assert problem["type"] == "/problems/agent-failed"
    assert problem["detail"] == "I do not advise on what to buy."
    assert response.headers["location"] == f"/api/chat/{problem['correlation_id']}"


async def test_a_question_past_its_deadline_is_504_expired() -> None:
    async with served(HeldAgent(), deadline_seconds=0.03) as client:
        response = await client.post("/api/chat", json=BODY)

    assert (response.status_code, response.json()["type"]) == (504, "/problems/expired")


@pytest.mark.parametrize(
    ("status", "code", "slug"),
    [
        (Status.FAILED, 502, "failed"),
        (Status.EXPIRED, 504, "expired"),
        (Status.CANCELLED, 409, "cancelled"),
    ],
)
async def test_each_outcome_without_an_answer_has_its_status(
    status: Status, code: int, slug: str
) -> None:
    async with served(send_chat=Settled(status)) as client:
        response = await client.post("/api/chat", json=BODY)

    assert response.status_code == code
    assert response.json()["type"] == f"/problems/{slug}"
    assert response.json()["detail"] == "It ended so."


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (OverloadedError("10000 requests"), "overloaded"),
        (NotAcceptedError("disk of kafka-3 full"), "not-accepted"),
        (TransportError("redis://:secret@10.0.0.7"), "transport-unavailable"),
    ],
)
async def test_what_is_not_accepted_is_503_with_a_time_to_try_again(
    error: Exception, slug: str
) -> None:
    """The message of the error is for the log."""
    async with served(send_chat=Failing(error)) as client:
        response = await client.post("/api/chat", json=BODY)

    assert response.status_code == 503
    assert response.json()["type"] == f"/problems/{slug}"
    assert int(response.headers["retry-after"]) > 0
    assert str(error) not in response.text


async def test_a_log_that_refuses_is_not_accepted() -> None:
    container = a_container()
    container.requests.override(providers.Object(Failing(TransportError("no"))))
    async with client_of(create_app(container)) as client:
        response = await client.post("/api/chat", json=BODY)

    assert (response.status_code, response.json()["type"]) == (503, "/problems/not-accepted")


async def test_an_unknown_acceptance_names_the_request() -> None:
    correlation_id = a_correlation_id()
    async with served(send_chat=Failing(AcceptanceUnknownError(correlation_id))) as client:
        response = await client.post("/api/chat", json=BODY)

    assert (response.status_code, response.json()["type"]) == (503, "/problems/acceptance-unknown")
    assert response.json()["correlation_id"] == correlation_id
    assert response.headers["x-correlation-id"] == correlation_id
    assert response.headers["location"] == f"/api/chat/{correlation_id}"
    assert "retry-after" in response.headers


async def test_an_idempotency_key_is_not_supported_yet() -> None:
    """Ignoring it would promise what is not kept."""
    async with served() as client:
        response = await client.post("/api/chat", json=BODY, headers={"Idempotency-Key": "a"})

    assert (response.status_code, response.json()["type"]) == (400, "/problems/not-supported")
    assert "Idempotency-Key" in response.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_another_method_is_405_and_told_which_are_taken(method: str) -> None:
    async with served() as client:
        response = await client.request(method, "/api/chat")

    assert (response.status_code, response.headers["allow"]) == (405, "OPTIONS, POST")
    assert response.headers["content-type"] == "application/problem+json"


async def test_what_may_be_asked_can_be_asked() -> None:
    async with served() as client:
        response = await client.options("/api/chat")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == "OPTIONS, POST"
    assert response.headers["x-request-id"]
