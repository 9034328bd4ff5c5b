import asyncio
import types
from collections.abc import Generator
from typing import Any

from litestar import Litestar
from litestar.types import Message
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from cse_chat.entrypoints.http.access_log import AccessLog
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.http.exchanges import Envelope
from tests.builders import a_correlation_id
from tests.gateway.graphs import a_container, served

CANARY = "canary-of-a-user"


async def events_of(method: str, path: str, **sending: Any) -> list[Any]:  # noqa: ANN401 -- httpx
    with capture_logs() as events:
        async with served() as client:
            await client.request(method, path, **sending)
    return [event for event in events if event["event"] == "http_request"]


async def test_a_request_is_one_line_with_the_template_of_its_route() -> None:
    correlation_id = a_correlation_id()
    (event,) = await events_of("GET", f"/api/chat/{correlation_id}?wait=0")

    assert event.pop("duration_ms") > 0
    assert event == {
        "event": "http_request",
        "log_level": "info",
        "method": "GET",
        "route": "/api/chat/{correlation_id}",
        "status": 404,
        "correlation_id": correlation_id,
    }


async def test_an_unknown_route_is_logged_without_its_address() -> None:
    (event,) = await events_of("GET", f"/{CANARY}?{CANARY}")

    assert (event["route"], event["status"]) == (None, 404)
    assert CANARY not in str(event)


async def test_neither_question_nor_answer_is_logged() -> None:
    with capture_logs() as events:
        async with served() as client:
            await client.post(
                f"/api/chat?{CANARY}",
                json={"message": CANARY, "metadata": {"a": CANARY}},
                headers={"Authorization": CANARY},
            )

    assert CANARY not in str(events)


async def test_while_a_request_is_served_its_id_is_in_every_line() -> None:
    """And it is gone afterwards."""
    seen = []

    async def app(*_: object) -> None:
        seen.append(get_contextvars())

    with capture_logs() as events:
        await _ask(AccessLog(app))
        assert get_contextvars() == {}
        await asyncio.sleep(0)  # the line comes behind what was answered

    assert seen == [{"request_id": "r1"}]
    assert events[0]["status"] is None  # nobody was answered


async def test_what_is_answered_goes_before_its_line() -> None:
    """It is written at the end of the turn of the loop in which the application said it."""
    order: list[str] = []

    async def app(*_: object) -> None:
        asyncio.get_running_loop().call_soon(order.append, "answer")

    with capture_logs() as events:
        asyncio.get_running_loop().call_soon(order.append, "before")
        await _ask(AccessLog(app))
        asyncio.get_running_loop().call_soon(lambda: order.extend(e["event"] for e in events))
        assert not events
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    assert order == ["before", "answer", "http_request"]


def test_a_request_that_its_loop_has_left_behind_is_logged_all_the_same() -> None:
    async def app(*_: object) -> None:
        await _never()

    with capture_logs() as events:
        asking = _ask(AccessLog(app))
        asking.send(None)
        asking.close()

    assert [event["event"] for event in events] == ["http_request"]
    assert get_contextvars() == {}


@types.coroutine
def _never() -> Generator[None]:
    yield


async def _ask(app: AccessLog) -> None:
    async def nothing(*_: object) -> Any:  # noqa: ANN401 -- ASGI
        raise AssertionError

    scope: Any = {
        "type": "http",
        "method": "GET",
        "headers": [(b"x-request-id", b"r1")],
        "state": {},
    }
    await Envelope(app)(scope, nothing, nothing)


async def test_other_connections_pass_by() -> None:
    """The handshake of a WebSocket of no route is refused, and is no HTTP request."""
    app: Litestar = create_app(a_container())
    sent: list[Message] = []

    async def receive() -> Any:  # noqa: ANN401 -- ASGI
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Any = {"type": "websocket", "path": "/nothing", "headers": [], "query_string": b""}
    with capture_logs() as events:
        async with asyncio.timeout(5), app.lifespan():
            await app(scope, receive, send)

    assert [message["type"] for message in sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert not [event for event in events if event["event"] == "http_request"]


async def test_a_caller_that_goes_away_while_it_sends_is_no_error_of_ours() -> None:
    app: Litestar = create_app(a_container())
    messages = iter(
        [
            {"type": "http.request", "body": b'{"mess', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401 -- ASGI
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": "/api/chat",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    with capture_logs() as events:
        async with asyncio.timeout(5), app.lifespan():
            await app(scope, receive, send)

    assert sent[0]["status"] == 400
    assert not [event for event in events if event["event"] == "http_request_failed"]
