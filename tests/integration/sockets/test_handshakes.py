"""Who is let in."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from cse_chat.domain.errors import MalformedRecordError, TransportError
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.entrypoints.sockets import Sockets
from tests.gateway.graphs import Failing
from tests.integration.sockets.clients import talking
from tests.integration.sockets.ports import HeldThreads
from tests.integration.sockets.services import a_service


async def refusal_of(
    url: str,
    thread_id: str = "t",
    **options: Any,  # noqa: ANN401 -- as `talking`
) -> tuple[int, dict[str, Any]]:
    """Return status and problem with which the handshake is answered."""
    with pytest.raises(InvalidStatus) as refused:
        async with talking(url, thread_id, **options):
            raise AssertionError("it was let in")
    response = refused.value.response
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.body
    return response.status_code, json.loads(response.body)


async def is_let_in(url: str) -> None:
    async with talking(url) as client:
        await client.says("ping")
        assert (await client.hears())["type"] == "pong"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "null",
        "",
        "ws://{host}",
        "http://{host}.evil.example",
        "http://evil.example/{host}",
        "http://user@{host}",
        "http://[",
    ],
)
async def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    async with a_service() as service:
        host = urlsplit(service.url).netloc
        status, problem = await refusal_of(
            service.url, additional_headers={"Origin": origin.format(host=host)}
        )

    assert (status, problem["type"]) == (403, "/problems/origin-not-allowed")
    assert problem["request_id"]


async def test_a_page_of_this_host_is_let_in() -> None:
    async with a_service() as service:
        for origin in (service.url, service.url.replace("http", "HTTPS")):
            async with talking(service.url, additional_headers={"Origin": origin}) as client:
                await client.says("ping")
                assert (await client.hears())["type"] == "pong"


async def test_other_subprotocols_are_refused_with_the_name_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_service() as service:
        headers = {"Sec-WebSocket-Protocol": "graphql-ws, cse-chat.v2"}
        status, problem = await refusal_of(
            service.url, subprotocol=None, additional_headers=headers
        )

    assert (status, problem["type"]) == (400, "/problems/not-supported")
    assert "cse-chat.v1" in problem["detail"]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_ours_is_taken_out_of_several() -> None:
    async with a_service() as service:
        headers = {"Sec-WebSocket-Protocol": "graphql-ws"}
        async with talking(service.url, additional_headers=headers) as client:
            assert client.connection.subprotocol == "cse-chat.v1"


async def test_what_cannot_be_a_thread_is_refused() -> None:
    async with a_service() as service:
        status, problem = await refusal_of(service.url, "a%20b")

    assert (status, problem["type"]) == (400, "/problems/invalid-request")
    assert problem["errors"][0]["pointer"] == "/thread_id"


async def test_only_so_many_are_let_in() -> None:
    async with a_service(sockets=Sockets(most=1)) as service:
        async with talking(service.url):
            status, problem = await refusal_of(service.url, "other")
        async with talking(service.url) as client:
            await client.says("ping")
            await client.hears()

    assert (status, problem["type"]) == (503, "/problems/overloaded")


async def test_whoever_is_just_let_in_has_a_place_already() -> None:
    threads = HeldThreads()
    async with a_service(threads=threads, sockets=Sockets(most=1)) as service:
        coming = asyncio.create_task(is_let_in(service.url))
        await threads.entered.wait()
        status, problem = await refusal_of(service.url, "other")
        threads.let_go.set()
        await coming

    assert (status, problem["type"]) == (503, "/problems/overloaded")


@pytest.mark.parametrize("path", ["/ws/nothing", "/api/threads/t/events"])
async def test_where_no_socket_is_nothing_is_found(path: str) -> None:
    async with a_service() as service:
        with pytest.raises(InvalidStatus) as caught:
            await connect(service.url.replace("http", "ws") + path)

    response = caught.value.response
    assert (response.status_code, json.loads(response.body)["type"]) == (404, "/problems/not-found")


async def test_a_handshake_that_breaks_is_ours_and_is_logged() -> None:
    threads = Failing(MalformedRecordError("t"))
    with capture_logs() as lines:
        async with a_service(threads=threads) as service:
            status, problem = await refusal_of(service.url)

    assert (status, problem["type"]) == (500, "/problems/internal-error")
    assert [line["log_level"] for line in lines if line["event"] == "websocket_handshake_failed"]


async def test_a_thread_of_another_is_closed_with_a_code_that_a_browser_sees() -> None:
    async with a_service() as service:
        await service.container.threads().own(ThreadId("t"), UserId("ann"))
        for subprotocol in ("cse-chat.v1", None):
            async with talking(service.url, subprotocol=subprotocol) as client:
                assert await client.is_closed_with() == 4404
        assert service.closed == {"4404": 2}


async def test_whoever_opens_a_socket_owns_its_thread() -> None:
    """Else another could take it, and be overheard."""
    async with a_service() as service, talking(service.url, "new") as client:
        await client.says("ping")
        await client.hears()
        assert await service.container.threads().owner(ThreadId("new")) == "local"


async def test_a_store_that_is_away_keeps_nobody_out() -> None:
    threads = Failing(TransportError("away"))
    async with a_service(threads=threads) as service, talking(service.url) as client:
        await client.says("ping")
        assert (await client.hears())["type"] == "pong"


async def test_a_socket_is_one_line_in_the_log_at_its_end_without_what_was_said() -> None:
    with capture_logs() as lines:
        async with a_service() as service:
            async with talking(f"{service.url}", "canary-thread") as client:
                await client.says("ask", ref="canary", message="canary")
                await client.hears_the_outcome()
            await refusal_of(service.url, additional_headers={"Origin": "http://canary"})

    closed, refused = (line for line in lines if line["event"] == "websocket_closed")
    assert closed.pop("duration_ms") > 0
    assert closed == {
        "event": "websocket_closed",
        "log_level": "info",
        "route": "/ws/chat/{thread_id}",
        "status": 101,
        "code": 1000,
    }
    assert (refused["status"], refused["code"]) == (403, None)
    assert "canary" not in str(lines)
