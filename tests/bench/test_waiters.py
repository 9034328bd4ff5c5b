"""Clients that wait: an answer, a refusal and a lost connection are errors."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.waiters import ASKING, FOLLOWING, OPEN, Crowd, Look, WaitingPlan
from brokers.ports import free_port
from tests.listening import listening

LIVE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}"


SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


def a_plan(port: int, by: str = ASKING) -> WaitingPlan:
    return WaitingPlan(
        host="127.0.0.1",
        port=port,
        pid=os.getpid(),
        by=by,
        levels=(3,),
        per_second=1_000,
        settling=0.05,
        seconds=0.05,
    )


async def looked(port: int, by: str = ASKING) -> Look:
    crowd = Crowd(a_plan(port, by))
    try:
        return await crowd.look_at(3)
    finally:
        await crowd.leave()


@asynccontextmanager
async def serving(to_ask: bytes | None, to_probe: bytes) -> AsyncIterator[int]:
    """Serve; with ``None`` nobody who asks is answered, with nothing they are cut off."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET /health"):
                writer.write(to_probe)
            elif to_ask == b"":
                break
            else:
                writer.write(to_ask or b"")

    async with listening(answer) as port:
        yield port


async def test_those_who_are_not_answered_wait() -> None:
    async with serving(None, LIVE) as port:
        look = await looked(port)

    assert (look.waiting, look.errors) == (3, {})
    assert look.probes_ms == sorted(look.probes_ms)
    assert len(look.probes_ms) >= 5


@pytest.mark.parametrize(("to_ask", "error"), [(BUSY, "answered: 503"), (b"", "connection lost")])
async def test_whatever_comes_is_an_error(to_ask: bytes, error: str) -> None:
    async with serving(to_ask, LIVE) as port:
        look = await looked(port)

    assert (look.waiting, look.errors) == (0, {error: 3})


async def test_a_probe_that_is_refused_is_an_error() -> None:
    async with serving(None, BUSY) as port:
        look = await looked(port)

    assert look.errors == {"probe: 503": len(look.probes_ms)}


async def test_nobody_waits_where_nobody_listens() -> None:
    with pytest.raises(OSError, match=r"[Cc]onnect"):
        await looked(free_port())


@pytest.mark.parametrize("by", [FOLLOWING, OPEN])
@pytest.mark.parametrize("told", [b"", b"\x89\x01p"])  # nothing, or a ping
async def test_an_open_socket_waits_also_when_it_is_pinged(by: str, told: bytes) -> None:
    async with serving(SWITCHED + told, LIVE) as port:
        look = await looked(port, by)

    assert (look.waiting, look.errors) == (3, {})


@pytest.mark.parametrize(
    ("to_ask", "error"),
    [
        (BUSY, "HTTP/1.1 503 Service Unavailable"),
        (SWITCHED + b"\x81\x02hi", "told: hi"),
        (b"", "connection lost"),
    ],
)
async def test_a_socket_that_is_refused_or_told_something_does_not_wait(
    to_ask: bytes, error: str
) -> None:
    async with serving(to_ask, LIVE) as port:
        look = await looked(port, FOLLOWING)

    assert (look.waiting, look.errors) == (0, {error: 3})
