"""What a client does where not everything comes through to a real process."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from cse_chat.client.chat import ChatClient
from cse_chat.client.events import Delta
from cse_chat.client.retries import Patience
from cse_chat.entrypoints.metrics.reading import Scrape
from tests.integration.client.agents import TEXT
from tests.integration.client.proxies import FORBIDDEN, SocketlessProxy, WithholdingProxy
from tests.integration.processes import RunningProcess

TELL = "tell me"


def answers(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nno".encode()


async def text_of(client: ChatClient) -> str:
    """Ask, and return what is told piece by piece."""
    events = client.stream(TELL)
    return "".join([event.text async for event in events if isinstance(event, Delta)])


async def closed_sockets(service: RunningProcess) -> float:
    async with httpx.AsyncClient() as http:
        scrape = Scrape.of((await http.get(f"{service.url}/metrics")).text, at=0)
    return scrape.total("chat_ws_closed_total")


async def test_where_everything_comes_through_sockets_are_used(service: RunningProcess) -> None:
    before = await closed_sockets(service)
    async with asyncio.timeout(20), ChatClient(service.url) as client:
        while await closed_sockets(service) == before:
            assert await text_of(client) == TEXT


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        pytest.param(FORBIDDEN, 1, id="403"),
        pytest.param(answers("404 Not Found"), 1, id="404"),
        pytest.param(answers("426 Upgrade Required"), 1, id="426"),
        pytest.param(answers("200 OK"), 1, id="200"),
        pytest.param(None, 1, id="swallowed"),
        pytest.param(b"", 3, id="closed"),  # which may be chance
    ],
)
async def test_where_no_socket_comes_through_it_is_streamed_and_that_is_remembered(
    answer: bytes | None, tries: int, service: RunningProcess, quick: Patience
) -> None:
    with SocketlessProxy(service_port(service), answer) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        async with asyncio.timeout(30), ChatClient(url, patience=quick) as client:
            await ask_until(client, lambda: proxy.refused == tries)
            assert await text_of(client) == TEXT

    assert proxy.refused == tries


async def test_where_streams_are_held_back_too_it_is_polled(
    service: RunningProcess, quick: Patience
) -> None:
    with WithholdingProxy(service_port(service)) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        async with asyncio.timeout(30), ChatClient(url, patience=quick) as client:
            await ask_until(client, lambda: (proxy.refused, proxy.withheld) == (1, 1))
            assert await text_of(client) == TEXT

    assert (proxy.refused, proxy.withheld) == (1, 1)  # then it knows


async def ask_until(client: ChatClient, condition: Callable[[], bool]) -> None:
    """Ask until it is so: what is answered before its first look is not followed at all."""
    while not condition():
        assert await text_of(client) == TEXT


def service_port(service: RunningProcess) -> int:
    return httpx.URL(service.url).port or 0
