"""Asking for metrics where anything may be."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from cse_chat.entrypoints.cli import scraping
from cse_chat.entrypoints.cli.scraping import Unreachable, asking
from tests.raw_servers import a_server, said

METRICS = "chat_accepted_total 1\n"
TOO_MUCH = scraping._MOST_BYTES + 1


async def answer_of(url: str) -> str:
    """Return what is told of *url*: what it says, or why it says nothing."""
    with asking() as fetch:
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
    with a_server(*answers) as url, asking() as fetch:
        assert [await fetch(url), await fetch(url)] == [METRICS, METRICS]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (said("404 Not Found", "no"), "it has no metrics (status 404)"),
        (said("302 Found", "", "Location: http://127.0.0.1:1/"), "it has no metrics (status 302)"),
        (said("200 OK", "x" * TOO_MUCH), "what answers there is no cse-chat"),
        (said("200 OK", "no gzip", "Content-Encoding: gzip"), "it cannot be asked (DecodingError)"),
        (b"hello\r\n\r\n", "it cannot be asked (RemoteProtocolError)"),
        (b"", "it does not answer within 0.9 s"),
    ],
    ids=["no metrics", "elsewhere", "too much", "no gzip", "no HTTP", "silence"],
)
async def test_what_is_no_answer_is_told(answer: bytes, problem: str) -> None:
    with a_server(answer) as url:
        assert await answer_of(url) == problem


async def test_what_is_no_address_of_anybody_is_told() -> None:
    assert await answer_of("http://xn--/") == "it cannot be asked (IDNAError)"


async def test_who_says_a_little_now_and_then_has_no_more_time() -> None:
    slowly = threading.Event()

    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            try:
                while not slowly.wait(0.1):
                    connection.sendall(b".")
            except OSError:  # hung up
                slowly.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        said = await answer_of(f"http://127.0.0.1:{server.getsockname()[1]}")
        await asyncio.to_thread(thread.join, 20)

    assert said == "it does not answer within 0.9 s"
    assert slowly.is_set()


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
        with asking() as fetch:
            told = []
            for _ in range(2):
                with pytest.raises(Unreachable) as raised:
                    await fetch("http://for.ever/")
                told.append(str(raised.value))
            return told

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    told = asyncio.run(ask())

    assert told == ["it does not answer within 0.9 s"] * 2
    assert asked == ["for.ever"]
    assert not found.is_set()
    found.set()
