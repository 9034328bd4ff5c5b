"""Every error is a problem document, every response carries its ids."""

import re
from collections.abc import Iterator

import pytest
from litestar.exceptions import TooManyRequestsException
from structlog.testing import capture_logs

from cse_chat.domain import errors
from cse_chat.domain.model.ids import is_correlation_id
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.errors import KIND_OF
from cse_chat.entrypoints.tracebacks import add_traceback
from tests.gateway.graphs import Failing, served

MESSAGE = "canary-of-a-user"
BODY = {"message": MESSAGE, "thread_id": "t"}


def kinds(error: type[errors.ChatError] = errors.ChatError) -> Iterator[type[errors.ChatError]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.__module__ == errors.__name__])
def test_every_kind_of_the_domain_has_an_answer(kind: type[errors.ChatError]) -> None:
    assert kind in KIND_OF


def test_every_kind_of_problem_is_an_error_with_a_slug_of_its_own() -> None:
    assert all(400 <= kind.status <= 599 for kind in problem_kinds.KINDS.values())
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in problem_kinds.KINDS)
    declared = [
        kind for kind in vars(problem_kinds).values() if isinstance(kind, problem_kinds.ProblemKind)
    ]
    assert sorted(kind.slug for kind in declared) == sorted(problem_kinds.KINDS)


@pytest.mark.parametrize(
    "path", ["/nothing", "/api", "/api/chat/a/b", "/static/../app.py", "/x%0A"]
)
async def test_an_unknown_route_is_404(path: str) -> None:
    async with served() as client:
        response = await client.get(path)

    problem = response.json()
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.pop("request_id") == response.headers["x-request-id"]
    assert problem.pop("instance").startswith("/")
    assert problem == {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": problem_kinds.NOT_FOUND.detail,
    }


async def test_a_wrong_method_is_405_and_the_right_ones_are_named() -> None:
    async with served() as client:
        response = await client.get("/api/chat")

    assert (response.status_code, response.json()["type"]) == (405, "/problems/method-not-allowed")
    assert "POST" in response.headers["allow"]


async def test_a_bad_host_is_400_without_the_framework_s_words() -> None:
    async with served() as client:
        response = await client.get("/health/live", headers={"Host": "a b/<script>"})

    assert (response.status_code, response.json()["type"]) == (400, "/problems/invalid-request")


async def test_a_status_that_the_framework_made_up_is_an_error_of_ours() -> None:
    async with served(send_chat=Failing(TooManyRequestsException("of them"))) as client:
        response = await client.post("/api/chat", json=BODY)

    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"{MESSAGE} in 10.0.0.7"),
        errors.IdConflictError(MESSAGE),
        errors.ClaimLostError(MESSAGE),
    ],
)
async def test_an_unexpected_error_tells_nothing_and_is_logged(error: Exception) -> None:
    """Neither the caller nor the log gets the message: it may quote what a user wrote."""
    with capture_logs(processors=[add_traceback]) as events:
        async with served(send_chat=Failing(error)) as client:
            response = await client.post("/api/chat", json=BODY)

    problem = response.json()
    assert (response.status_code, problem["type"]) == (500, "/problems/internal-error")
    assert MESSAGE not in response.text
    failure = next(event for event in events if event["event"] == "http_request_failed")
    (told,) = failure["exception"]
    assert told["type"].endswith(type(error).__qualname__)
    assert failure["request_id"] == problem["request_id"]
    assert any("send_chat" in frame for frame in told["frames"])
    assert MESSAGE not in str(events)


async def test_the_cause_of_a_transport_error_is_logged_by_its_name() -> None:
    error = errors.NotAcceptedError("no")
    error.__cause__ = ConnectionRefusedError("10.0.0.7")
    with capture_logs(processors=[add_traceback]) as events:
        async with served(send_chat=Failing(error)) as client:
            await client.post("/api/chat", json=BODY)

    failure = next(event for event in events if event["event"] == "http_request_failed")
    kinds_told = [told["type"].rpartition(".")[2] for told in failure["exception"]]
    assert kinds_told == ["NotAcceptedError", "ConnectionRefusedError"]


@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/", "/api/chat/x"])
async def test_every_response_has_a_request_id_and_safe_headers(path: str) -> None:
    async with served() as client:
        response = await client.get(path)

    assert is_correlation_id(response.headers["x-request-id"])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


async def test_answers_are_not_stored_by_caches() -> None:
    async with served() as client:
        response = await client.post("/api/chat", json=BODY)

    assert response.headers["cache-control"] == "no-store"


async def test_a_sane_request_id_is_kept() -> None:
    async with served() as client:
        response = await client.get("/nothing", headers={"X-Request-Id": "trace-1.a_B"})

    assert response.headers["x-request-id"] == "trace-1.a_B"
    assert response.json()["request_id"] == "trace-1.a_B"


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, "{}", "é", 'a"b'])
async def test_another_request_id_is_replaced(given: str) -> None:
    async with served() as client:
        response = await client.get("/health/live", headers=[(b"X-Request-Id", given.encode())])

    assert is_correlation_id(response.headers["x-request-id"])


async def test_each_kind_of_problem_has_a_page() -> None:
    async with served() as client:
        pages = [await client.get(f"/problems/{slug}") for slug in problem_kinds.KINDS]
        unknown = await client.get("/problems/unheard-of")

    assert [page.status_code for page in pages] == [200] * len(problem_kinds.KINDS)
    assert all(page.headers["content-type"].startswith("text/plain") for page in pages)
    assert unknown.status_code == 404
