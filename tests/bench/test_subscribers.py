"""Those who follow count what they get: once, in order, or it is missing."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.stamps import LENGTH, stamped, stamps
from bench.subscribers import BY_KIND, PLAIN_SOCKET, REDIS, SOCKET, SSE, Subscriber, Tally
from bench.subscribing import (
    Begin,
    GoOn,
    Heard,
    Pause,
    Seats,
    Settle,
    Subscribers,
    SubscribingPlan,
)
from brokers.ports import free_port
from tests.listening import listening
from tests.waiting import until

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
STREAMED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def an_event(number: int) -> bytes:
    return (
        b'{"cursor":"0-1","response":"%b","is_final":false}'
        % stamped(number, chars=LENGTH).encode()
    )


def a_frame(payload: bytes, opcode: int = 1) -> bytes:
    assert len(payload) < 126
    return bytes((0x80 | opcode, len(payload))) + payload


def a_subscriber(kind: str, tally: Tally | None = None) -> Subscriber:
    return BY_KIND[kind](tally or Tally(), "h", 1, "topic")


def test_a_stamp_says_when_and_which() -> None:
    before = time.perf_counter_ns()
    text = stamped(12, chars=100)

    ((at, number),) = stamps(text.encode())

    assert (len(text), number) == (100, 12)
    assert before <= at <= time.perf_counter_ns()


@pytest.mark.parametrize("kind", [SOCKET, PLAIN_SOCKET, SSE, REDIS])
@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_what_comes_in_order_is_counted_wherever_it_is_cut(kind: str, piece: int) -> None:
    tally = Tally()
    subscriber = a_subscriber(kind, tally)
    if kind in {SOCKET, PLAIN_SOCKET}:
        data = SWITCHED + b"".join(a_frame(an_event(number)) for number in (1, 2, 3))
    else:
        data = STREAMED if kind == SSE else b"*3\r\n"
        data += b"".join(b"data: %b\n\n" % an_event(number) for number in (1, 2, 3))
    first = data[: len(STREAMED)]  # the head comes in one piece

    subscriber.take(first)
    for begin in range(len(first), len(data), piece):
        subscriber.take(data[begin : begin + piece])

    assert (len(tally.latencies), tally.missing, tally.repeated) == (3, 0, 0)
    assert subscriber.expected == 4
    assert all(0 <= latency < 10_000 for latency in tally.latencies)


def test_what_is_left_out_is_missing_and_what_comes_late_or_twice_is_repeated() -> None:
    tally = Tally()
    subscriber = a_subscriber(PLAIN_SOCKET, tally)

    subscriber.take(SWITCHED + b"".join(a_frame(an_event(n)) for n in (1, 4, 4, 2)))

    assert (len(tally.latencies), tally.missing, tally.repeated) == (2, 2, 2)


def test_what_is_older_than_the_first_counts_for_nothing() -> None:
    tally = Tally()
    tally.first = 10
    subscriber = a_subscriber(PLAIN_SOCKET, tally)

    subscriber.take(SWITCHED + a_frame(an_event(9)) + a_frame(an_event(10)))

    assert (len(tally.latencies), tally.missing, tally.repeated) == (1, 0, 0)


def test_a_gap_is_noted() -> None:
    tally = Tally()
    a_subscriber(SOCKET, tally).take(SWITCHED + a_frame(b'{"type":"gap","cursor":"0-1"}'))

    assert tally.gaps == 1


@pytest.mark.parametrize(
    ("kind", "data", "failure"),
    [
        (SOCKET, b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 503 Service Unavailable"),
        (SSE, b"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 404 Not Found"),
        (SOCKET, SWITCHED + a_frame(b"\x11\x94", 8), "closed: 4500"),
    ],
)
def test_who_is_sent_away_says_why(kind: str, data: bytes, failure: str) -> None:
    tally = Tally()
    a_subscriber(kind, tally).take(data)

    assert tally.failures == [failure]


@asynccontextmanager
async def serving(*, text: bytes) -> AsyncIterator[tuple[int, list[bytearray]]]:
    """Yield where a server listens that sends a handshake and *text*, and what is said to it."""
    said: list[bytearray] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCHED + text)
        said.append(bytearray())
        mine = said[-1]
        while more := await reader.read(1_000):
            mine.extend(more)

    async with listening(serve) as port:
        yield port, said


def seats(port: int, kind: str = PLAIN_SOCKET) -> SubscribingPlan:
    seat = Seats(kind=kind, port=port, topic="t", count=2, group="all", receives=4_096)
    return SubscribingPlan(host="127.0.0.1", seats=(seat,))


async def settled(subscribers: Subscribers, last: int, *, patience: float = 10) -> Heard:
    return await subscribers.do(Settle(last, patience))


async def test_what_all_have_heard_is_told() -> None:
    async with serving(text=a_frame(an_event(1)) + a_frame(an_event(2))) as (port, _):
        subscribers = Subscribers(seats(port))
        await subscribers.connect()
        heard = await settled(subscribers, 2)
        subscribers.leave()

    group = heard.groups["all"]
    assert (len(group.latencies_ms), group.missing, group.behind, group.silent) == (4, 0, 0, 0)
    assert group.latencies_ms == sorted(group.latencies_ms)
    assert heard.failures == {}


async def test_what_has_not_come_is_behind() -> None:
    async with serving(text=b"") as (port, _):
        subscribers = Subscribers(seats(port))
        await subscribers.connect()
        await subscribers.do(Begin(5))
        heard = await settled(subscribers, 7, patience=0)
        subscribers.leave()

    assert (heard.groups["all"].behind, heard.groups["all"].silent) == (6, 2)


async def test_who_pauses_takes_nothing_until_it_goes_on() -> None:
    async with serving(text=a_frame(an_event(1))) as (port, _):
        subscribers = Subscribers(seats(port))
        await subscribers.connect()
        await subscribers.do(Pause("all"))
        before = await settled(subscribers, 1, patience=0)
        await subscribers.do(GoOn("all"))
        after = await settled(subscribers, 1)
        subscribers.leave()

    assert (before.groups["all"].behind, after.groups["all"].behind) == (2, 0)


async def test_a_follower_follows_once_it_is_let_in_and_answers_pings() -> None:
    async with serving(text=a_frame(b"there?", 9)) as (port, said):
        subscribers = Subscribers(seats(port, SOCKET))
        await subscribers.connect()
        await until(lambda: len(said) == 2 and all(b"there?" in each for each in said))
        await until(lambda: all(b'{"type":"follow","after":null}' in each for each in said))
        subscribers.leave()


async def test_who_cannot_connect_says_why() -> None:
    subscribers = Subscribers(seats(free_port()))
    await subscribers.connect()
    heard = await settled(subscribers, 1, patience=0)

    (failure,) = heard.failures
    assert re.fullmatch(r"cannot connect: .*(refused|Connect call failed).*", failure)
    assert heard.failures[failure] == 2
