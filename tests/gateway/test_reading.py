"""``GET /api/chat/{id}`` and ``GET /api/threads/{id}/messages``."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from cse_chat.domain.errors import MalformedRecordError, TransportError
from cse_chat.entrypoints.http.app import create_app
from tests.builders import a_correlation_id
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, RefusingAgent, a_container, served

ASYNC = {"Prefer": "respond-async"}
BAD_IDS = ["a%20b", "a:b", "%7Ba%7D", "a%00", "a%0D%0Ab", "%E2%80%A8", "%FF", "*"]


async def asked(client: AsyncClient, message: str = "Top stocks?", **headers: str) -> Response:
    return await client.post(
        "/api/chat", json={"message": message, "thread_id": "t"}, headers=headers
    )


def fault_of(response: Response) -> str:
    """Return where the only fault is of a response that must be a 400."""
    problem = response.json()
    assert (response.status_code, problem["type"]) == (400, "/problems/invalid-request")
    (fault,) = problem["errors"]
    return str(fault["pointer"])


async def test_an_answer_is_read_again_as_it_was_given() -> None:
    async with served() as client:
        first = await asked(client)
        again = await client.get(f"/api/chat/{first.json()['correlation_id']}")

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["x-correlation-id"] == first.json()["correlation_id"]


async def test_an_open_request_is_202_with_a_time_to_look_again() -> None:
    async with served(HeldAgent()) as client:
        accepted = (await asked(client, **ASYNC)).json()
        look = await client.get(f"/api/chat/{accepted['correlation_id']}")

    assert look.status_code == 202
    assert int(look.headers["retry-after"]) > 0
    assert look.json().pop("status") in {"accepted", "running"}
    assert look.json()["correlation_id"] == accepted["correlation_id"]
    assert look.json()["thread_id"] == "t"


async def test_a_long_poll_returns_with_the_answer() -> None:
    agent = HeldAgent()
    async with served(agent) as client:
        accepted = await asked(client, **ASYNC)
        polling = asyncio.create_task(client.get(f"{accepted.headers['location']}?wait=5"))
        await asyncio.sleep(0.01)
        assert not polling.done()
        agent.let_go.set()
        answer = await polling

    assert (answer.status_code, answer.json()["is_final"]) == (200, True)


async def test_a_long_poll_ends_with_the_wait() -> None:
    async with served(HeldAgent()) as client:
        accepted = await asked(client, **ASYNC)
        look = await client.get(f"{accepted.headers['location']}?wait=0.02")

    assert look.status_code == 202


async def test_a_wait_above_the_service_s_own_is_lowered() -> None:
    async with served(HeldAgent(), wait_seconds=0.02) as client:
        accepted = await asked(client, **ASYNC)
        look = await client.get(f"{accepted.headers['location']}?wait=999999999")

    assert look.status_code == 202


async def test_a_wait_that_is_no_number_is_400(subtests: pytest.Subtests) -> None:
    path = f"/api/chat/{a_correlation_id()}"
    async with served() as client:
        for wait in ("", "soon", "-1", "nan", "inf", "1e3", "1_0", "\u0663", "1 ", "+1"):
            response = await client.get(path, params={"wait": wait})
            with subtests.test(wait):
                assert fault_of(response) == "/wait"


async def test_an_outcome_without_an_answer_is_200_with_status_and_problem() -> None:
    async with served(RefusingAgent()) as client:
        failed = await asked(client)
        response = await client.get(failed.headers["location"])

    body = response.json()
    assert response.status_code == 200
    assert body["status"] == "failed"
    assert body["problem"] == {
        "type": "/problems/agent-failed",
        "title": "Agent failed",
        "detail": "I do not advise on what to buy.",
    }


async def test_past_its_deadline_a_request_reads_as_expired() -> None:
    async with served(HeldAgent(), deadline_seconds=0.03) as client:
        accepted = await asked(client, **ASYNC)
        response = await client.get(f"{accepted.headers['location']}?wait=5")

    assert (response.status_code, response.json()["status"]) == (200, "expired")


async def test_an_unknown_request_is_404() -> None:
    correlation_id = a_correlation_id()
    async with served() as client:
        response = await client.get(f"/api/chat/{correlation_id}")

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")
    assert response.json()["correlation_id"] == correlation_id


async def test_an_id_that_is_no_canonical_uuid_is_400(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for text in [
            *BAD_IDS,
            "5",
            "550e8400-e29b-41d4-a716-446655440000%0A",
            "550E8400-E29B-41D4-A716-446655440000",
            "550e8400e29b41d4a716446655440000",
            "urn:uuid:550e8400-e29b-41d4-a716-446655440000",
        ]:
            response = await client.get(f"/api/chat/{text}")
            with subtests.test(text):
                assert fault_of(response) == "/correlation_id"
                assert "x-correlation-id" not in response.headers


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (TransportError("no"), "transport-unavailable"),
        (MalformedRecordError("?"), "malformed-record"),
    ],
)
async def test_a_state_that_cannot_be_read_is_503_and_never_404(
    error: Exception, slug: str
) -> None:
    async with served(read_answer=Failing(error)) as client:
        response = await client.get(f"/api/chat/{a_correlation_id()}")

    assert (response.status_code, response.json()["type"]) == (503, f"/problems/{slug}")


async def test_the_history_tells_both_sides_oldest_first() -> None:
    async with served() as client:
        first = (await asked(client, "One")).json()
        await asked(client, "Two")
        response = await client.get("/api/threads/t/messages")

    body = response.json()
    assert response.status_code == 200
    assert body["next"] is None
    assert [(turn["role"], turn["content"]) for turn in body["messages"]] == [
        ("user", "One"),
        ("agent", "Processed your query: 'One'"),
        ("user", "Two"),
        ("agent", "Processed your query: 'Two'"),
    ]
    assert body["messages"][0].keys() == {"correlation_id", "role", "content", "timestamp"}
    assert body["messages"][0]["correlation_id"] == first["correlation_id"]
    assert body["messages"][0]["timestamp"].endswith("Z")


async def test_a_turn_without_an_answer_says_why() -> None:
    async with served(RefusingAgent()) as client:
        await asked(client)
        response = await client.get("/api/threads/t/messages")

    turn = response.json()["messages"][1]
    assert (turn["role"], turn["status"]) == ("agent", "failed")
    assert turn["problem"]["detail"] == "I do not advise on what to buy."


async def test_the_history_comes_in_pages() -> None:
    async with served() as client:
        await asked(client, "One")
        await asked(client, "Two")
        first = await client.get("/api/threads/t/messages", params={"limit": "3"})
        cursor = first.json()["next"]
        rest = await client.get("/api/threads/t/messages", params={"after": cursor})

    assert [len(page.json()["messages"]) for page in (first, rest)] == [3, 1]
    assert rest.json()["next"] is None


async def test_a_limit_outside_of_1_to_1000_is_400(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for limit in ["", "0", "1001", "-1", "x", "1.5", "\u0663", "99999"]:
            response = await client.get("/api/threads/t/messages", params={"limit": limit})
            with subtests.test(limit):
                assert fault_of(response) == "/limit"


async def test_a_cursor_that_is_not_ours_is_400(subtests: pytest.Subtests) -> None:
    async with served() as client:
        await asked(client)
        for after in ["", "x", "-1", "\0", "9" * 5_000]:
            response = await client.get("/api/threads/t/messages", params={"after": after})
            with subtests.test(after[:9]):
                assert fault_of(response) == "/after"


async def test_an_id_that_cannot_name_a_thread_is_400(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for text in [*BAD_IDS, "abc%0A", "a" * 129]:
            response = await client.get(f"/api/threads/{text}/messages")
            with subtests.test(text):
                assert fault_of(response) == "/thread_id"


async def test_an_unknown_thread_is_404() -> None:
    async with served() as client:
        response = await client.get("/api/threads/nobody/messages")

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


async def test_a_history_that_cannot_be_read_is_503() -> None:
    container = a_container(read_history=Failing(TransportError("no")))
    async with client_of(create_app(container)) as client:
        response = await client.get("/api/threads/t/messages")

    assert response.status_code == 503
