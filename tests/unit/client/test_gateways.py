"""The addresses of gateways, and the ways to them."""

import subprocess
import sys

import httpx
import pytest

from cse_chat.client.chat import ChatClient
from cse_chat.client.errors import UnintelligibleError, UnreachableError
from cse_chat.client.gateways import Gateway
from cse_chat.client.ways import Way
from tests.unit.client.played import FIRST, Played, PlayedService, accepted, stream_of
from tests.unit.client.told import frame


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws/chat/t%2F1"),
        ("https://chat.example/", "wss://chat.example/ws/chat/t%2F1"),
        ("https://me:p%40@chat.example/a%20b/", "wss://me:p%40@chat.example/a%20b/ws/chat/t%2F1"),
        ("http://[::1]:80/?q=1", "ws://[::1]/ws/chat/t%2F1"),
    ],
)
def test_the_socket_of_a_thread_is_where_the_gateway_is(url: str, socket: str) -> None:
    assert Gateway(url, None, list(Way)).socket_url("t/1") == socket


def test_what_is_blocked_is_left_out_once_a_later_way_works() -> None:
    gateway = Gateway(FIRST, None, list(Way))

    gateway.missed(Way.WEBSOCKET, is_certain=True)
    assert gateway.ways == tuple(Way)
    gateway.heard(Way.SSE)
    assert gateway.ways == (Way.SSE, Way.POLLING)
    gateway.heard(Way.WEBSOCKET)  # of somebody whose socket is open still
    assert gateway.ways == (Way.SSE, Way.POLLING)


def test_a_way_that_works_again_has_missed_nothing() -> None:
    gateway = Gateway(FIRST, None, list(Way))

    gateway.missed(Way.WEBSOCKET, is_certain=True)
    gateway.heard(Way.WEBSOCKET)
    gateway.heard(Way.POLLING)

    assert gateway.ways == tuple(Way)


def test_a_client_needs_a_way() -> None:
    with pytest.raises(ValueError, match="name a way"):
        ChatClient(FIRST, ways=[])


async def test_requests_that_go_by_no_network_bring_no_socket() -> None:
    service = PlayedService(accepted(), stream_of(frame("answered", 1)))
    async with ChatClient(FIRST, transport=service) as client:
        assert (await client.ask("Why?")).text == "abc"

    assert [request.headers["Accept"] for request in service.requests[1:]] == ["text/event-stream"]


async def test_no_error_names_the_password_of_a_gateway() -> None:
    url = "http://me:secret@first"
    async with Played(httpx.Response(200, text="<html>"), urls=(url,)) as played:
        with pytest.raises(UnintelligibleError, match="at http://first/api/chat/x ") as stranger:
            await played.client.read("x")
    async with Played(*[httpx.ConnectError("refused")] * 100, urls=(url,)) as played:
        with pytest.raises(UnreachableError, match="from http://first: ") as away:
            await played.client.read("x")

    assert "secret" not in f"{stranger.value}{away.value}"


def test_the_library_of_sockets_is_loaded_with_the_first_socket() -> None:
    program = "import sys, cse_chat.client.chat; print('httpx' in sys.modules, 'websockets' in sys.modules)"

    result = subprocess.run(  # noqa: S603 -- this interpreter, and a text of ours
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert result.stdout == "True False\n"
