"""Asking for metrics where anything may be."""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from cse_chat.entrypoints.cli import scraping
from cse_chat.entrypoints.cli.scraping import Unreachable, asking
from tests.raw_servers import a_server, said

METRICS = "chat_accepted_total 1\n"
TOO_MUCH = scraping._MOST_BYTES + 1
IN_TIME = 30.0  # seconds: nothing here is late because the machine is busy
SOON = 0.2
LATE = "it does not answer within 0.2 s"


async def answer_of(url: str, *, within: float = IN_TIME) -> str:
    """Return what is told of *url*: what it says, or why it says nothing."""
    with asking(within=within) as fetch:
        try:
            return await fetch(url)
        except Unreachable as error:
            return str(error)


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain; charset=base64",
        "Content-Type: text/plain; charset=idna",
        "Content-Type: text/plain; charset=nothing-known",
    ],
)
async def test_it_is_read_as_utf_8_whatever_it_says_that_it_is(header: str) -> None:
    with a_server(said("200 OK", METRICS, header)) as url:
        assert await answer_of(url) == METRICS


async def test_what_is_no_text_is_read_all_the_same() -> None:
    with a_server(said("200 OK", "\xff\xfe")) as url:
        assert await answer_of(url) == "\ufffd\ufffd"


async def test_nothing_is_kept_for_the_next_time() -> None:
    """A cookie that cannot be sent would spoil all that is asked at that host."""
    answers = (said("200 OK", METRICS, "Set-Cookie: \xff=1"), said("200 OK", METRICS))
    with a_server(*answers) as url, asking(within=IN_TIME) as fetch:
        assert [await fetch(url), await fetch(url)] == [METRICS, METRICS]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (said("404 Not Found", "no"), "it has no metrics (status 404)"),
        (said("302 Found", "", "Location: http://127.0.0.1:1/"), "it has no metrics (status 302)"),
        (said("200 OK", "x" * TOO_MUCH), "what answers there is no cse-chat"),
        (said("200 OK", "packed", "Content-Encoding: gzip"), "what answers there is no cse-chat"),
        (b"hello\r\n\r\n", "it cannot be asked (RemoteProtocolError)"),
    ],
    ids=["no metrics", "elsewhere", "too much", "packed", "no HTTP"],
)
async def test_what_is_no_answer_is_told(answer: bytes, problem: str) -> None:
    with a_server(answer) as url:
        assert await answer_of(url) == problem


async def test_what_is_no_address_of_anybody_is_told() -> None:
    assert await answer_of("http://xn--/") == "it cannot be asked (IDNAError)"


async def test_who_is_silent_is_told() -> None:
    with a_server(b"") as url:
        assert await answer_of(url, within=SOON) == LATE


async def test_who_says_a_little_now_and_then_is_left() -> None:
    is_left = threading.Event()

    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):  # that is how it is left
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while True:
                connection.sendall(b".")
                time.sleep(0.02)
        is_left.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with asking(within=SOON) as fetch:
            with pytest.raises(Unreachable, match=LATE):
                await fetch(url)
            assert await asyncio.to_thread(is_left.wait, 20)
        thread.join()


def test_a_name_that_is_looked_up_for_ever_is_asked_once_and_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, asked = threading.Event(), list[Any]()
    real = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 -- as the library's
        if host != "for.ever":
            return real(host, *rest, **more)
        asked.append(host)
        found.wait(60)
        raise socket.gaierror

    async def ask() -> list[str]:
        with asking(within=SOON) as fetch:
            told = []
            for _ in range(2):
                with pytest.raises(Unreachable) as raised:
                    await fetch("http://for.ever/")
                told.append(str(raised.value))
            return told

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    told = asyncio.run(ask())

    assert told == [LATE] * 2
    assert asked == ["for.ever"]
    assert not found.is_set()
    found.set()
