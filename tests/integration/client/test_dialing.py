"""Opening sockets at servers that are not ours, or not as they should be."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from cse_chat.client.dialing import dialled
from cse_chat.client.events import MOST_BYTES
from cse_chat.client.gateways import Gateway
from cse_chat.client.interruptions import BlockedWayError
from cse_chat.client.sockets import ClosedSocketError
from cse_chat.client.ways import Way

SUBPROTOCOLS: Any = ["cse-chat.v1"]
SECONDS = timedelta(seconds=10)
THREAD = "thread_1"


@asynccontextmanager
async def served(
    handler: Callable[[ServerConnection], Awaitable[None]],
    **options: Any,  # noqa: ANN401 -- as `serve`
) -> AsyncGenerator[Gateway]:
    """Serve sockets, and give what a client takes for a gateway."""
    usual: dict[str, Any] = {"subprotocols": SUBPROTOCOLS}
    async with asyncio.timeout(30), serve(handler, "127.0.0.1", 0, **usual | options) as server:
        (address,) = server.sockets
        yield Gateway(f"http://127.0.0.1:{address.getsockname()[1]}/base/", None, list(Way))


async def test_frames_go_to_the_socket_of_the_thread_below_the_url_of_the_gateway() -> None:
    paths: list[str] = []

    async def echo(connection: ServerConnection) -> None:
        assert connection.request
        paths.append(connection.request.path)
        async for frame in connection:
            await connection.send(frame)

    async with served(echo) as gateway, dialled(gateway, THREAD, within=SECONDS) as socket:
        await socket.send(b'{"type":"ping"}')
        assert await socket.receive() == b'{"type":"ping"}'

    assert paths == ["/base/ws/chat/thread_1"]


async def test_to_a_socket_without_our_protocol_nothing_is_said() -> None:
    """Every text would be asked as a question there."""
    heard: list[Any] = []
    is_over = asyncio.Event()

    async def listen(connection: ServerConnection) -> None:
        heard.extend([frame async for frame in connection])
        is_over.set()

    async with served(listen, subprotocols=None) as gateway:
        with pytest.raises(BlockedWayError) as blocked:
            async with dialled(gateway, THREAD, within=SECONDS):
                pass
        await is_over.wait()

    assert heard == []
    assert blocked.value.is_certain


async def test_redirections_are_not_followed() -> None:
    paths: list[str] = []

    def redirect(_: ServerConnection, request: Request) -> Response:
        paths.append(request.path)
        return Response(HTTPStatus.FOUND, "Found", Headers(Location="/elsewhere"), b"")

    async with served(_unused, process_request=redirect) as gateway:
        with pytest.raises(BlockedWayError) as blocked:
            async with dialled(gateway, THREAD, within=SECONDS):
                pass

    assert len(paths) == 1
    assert blocked.value.is_certain


async def test_where_nobody_listens_no_way_is_blocked_for_certain() -> None:
    async with served(_unused) as gateway:
        pass
    with pytest.raises(BlockedWayError) as blocked:
        async with dialled(gateway, THREAD, within=SECONDS):
            pass

    assert not blocked.value.is_certain


async def test_what_is_larger_than_an_event_is_not_taken() -> None:
    async def flood(connection: ServerConnection) -> None:
        await connection.send("x" * (MOST_BYTES + 1))

    async with served(flood) as gateway, dialled(gateway, THREAD, within=SECONDS) as socket:
        with pytest.raises(ClosedSocketError) as closed:
            await socket.receive()

    assert closed.value.code == 1009


async def test_the_code_of_a_close_frame_is_told_and_that_there_is_none() -> None:
    async def close(connection: ServerConnection) -> None:
        await connection.close(4503, "resume")

    async def vanish(connection: ServerConnection) -> None:
        connection.transport.abort()

    codes: list[int | None] = []
    for end in (close, vanish):
        async with served(end) as gateway, dialled(gateway, THREAD, within=SECONDS) as socket:
            with pytest.raises(ClosedSocketError) as closed:
                await socket.receive()
            codes.append(closed.value.code)
            with pytest.raises(ClosedSocketError):
                await socket.send(b"{}")

    assert codes == [4503, None]


async def test_what_is_said_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def echo(connection: ServerConnection) -> None:
        async for frame in connection:
            await connection.send(frame)

    quiet = logging.getLogger("websockets.server")
    quiet.setLevel(logging.INFO)
    with caplog.at_level(logging.DEBUG):
        async with (
            served(echo, logger=quiet) as gateway,
            dialled(gateway, THREAD, within=SECONDS) as socket,
        ):
            await socket.send(b"a secret")
            await socket.receive()

    assert "secret" not in caplog.text


async def _unused(_: ServerConnection) -> None:
    raise AssertionError("no socket is to be opened here")
