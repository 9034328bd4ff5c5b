"""The load generator against servers that do right and wrong: its errors have to be seen."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bench.load import measure
from bench.plans import Plan
from tests.listening import listening

CORRELATED = b"x-correlation-id: abc\r\n"


def an_answer(body: bytes, *, status: int = 200, header: bytes = CORRELATED) -> bytes:
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n%b\r\n%b" % (status, len(body), header, body)


def echoed(body: dict[str, Any]) -> bytes:
    answer = {"correlation_id": "abc", "response": f"You said {body['message']}"}
    return json.dumps(answer, separators=(",", ":")).encode()


@dataclass
class ScriptedServer:
    """Answers the bytes that *respond* makes of a question; without any it hangs up.

    Attributes:
        asked: Every body that came, in order.
    """

    respond: Callable[[dict[str, Any]], bytes | None]
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.partition(b"Content-Length: ")[2].split()[0])
            body = json.loads(await reader.readexactly(length))
            self.asked.append(body)
            answer = self.respond(body)
            if answer is None:
                break
            writer.write(answer)
            await writer.drain()


@asynccontextmanager
async def serving(
    respond: Callable[[dict[str, Any]], bytes | None],
) -> AsyncGenerator[ScriptedServer]:
    scripted = ScriptedServer(respond)
    async with listening(scripted.serve) as scripted.port:
        yield scripted


def a_plan(server: ScriptedServer) -> Plan:
    return Plan(
        host="127.0.0.1",
        ports=(server.port,),
        processes={"server": (os.getpid(),)},
        expected="You said {question}",
        clients=4,
        seconds=0.1,
        patience=0.1,
    )


async def test_right_answers_are_counted_and_timed() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        result = await measure(a_plan(server))

    assert result.errors == {}
    assert 0 < result.answers <= len(server.asked)
    assert result.latencies_ms == sorted(result.latencies_ms)
    assert result.latencies_ms[0] > 0
    assert 0.1 <= result.seconds < 5


async def test_no_two_questions_are_the_same_and_no_two_conversations() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        await measure(a_plan(server))

    messages = [body["message"] for body in server.asked]
    assert len(set(messages)) == len(messages)
    assert all("thread_id" not in body for body in server.asked)


async def test_the_clients_share_as_many_conversations_as_they_are_told() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        await measure(replace(a_plan(server), threads=7, requests=100, seconds=10))

    assert {body["thread_id"] for body in server.asked} == {f"bench-000{n}" for n in range(7)}


async def test_it_ends_with_the_number_of_answers_that_was_asked_for() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        result = await measure(replace(a_plan(server), requests=50, seconds=10))

    assert result.answers == 50
    assert result.seconds < 10


async def test_what_warms_up_does_not_count() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        result = await measure(replace(a_plan(server), warm_up=0.1, requests=1, seconds=10))

    assert result.answers == 1
    assert len(server.asked) > 1


@pytest.mark.parametrize(
    ("respond", "reason"),
    [
        (lambda body: an_answer(echoed(body), status=503), "status 503"),
        (lambda _: an_answer(b'{"correlation_id":"abc","response":"You said"}'), "wrong answer"),
        (lambda body: an_answer(echoed(body).replace(b"abc", b"abd")), "wrong answer"),
        (lambda body: an_answer(echoed(body) * 2)[:-10], "no answer"),
        (lambda _: b"HTTP/1.1 200 OK\r\n\r\n", "unreadable answer"),
        (lambda body: an_answer(echoed(body)) + b"!", "unreadable answer"),
        (lambda _: None, "connection lost"),
    ],
    ids=["status", "text", "correlation id", "unfinished", "no length", "too much", "hangs up"],
)
async def test_a_server_that_errs_gives_errors_and_no_answers(
    respond: Callable[[dict[str, Any]], bytes | None], reason: str
) -> None:
    async with serving(respond) as server:
        result = await measure(a_plan(server))

    assert result.answers == 0
    assert set(result.errors) == {reason}
    assert result.errors[reason] >= 4  # each client saw it


async def test_one_wrong_answer_among_many_right_ones_is_seen() -> None:
    async with serving(
        lambda body: an_answer(
            echoed(body), status=500 if body["message"].startswith("question 0000003") else 200
        )
    ) as server:
        result = await measure(replace(a_plan(server), requests=100, seconds=10))

    assert result.errors == {"status 500": 4}
    assert result.answers == 100


async def test_errors_count_while_it_warms_up_too() -> None:
    async with serving(
        lambda body: an_answer(
            echoed(body), status=500 if body["message"].startswith("question 0000001") else 200
        )
    ) as server:
        result = await measure(replace(a_plan(server), warm_up=0.1))

    assert result.errors == {"status 500": 4}


async def test_where_nobody_listens_every_client_is_an_error_and_it_ends_at_once() -> None:
    async with serving(lambda _: None) as server:
        pass

    result = await measure(replace(a_plan(server), seconds=10))

    assert result.errors == {"cannot connect": 4}
    assert result.seconds < 10


async def test_when_all_connections_are_lost_it_ends_at_once() -> None:
    async with serving(lambda _: None) as server:
        result = await measure(replace(a_plan(server), seconds=10))

    assert result.errors == {"connection lost": 4}
    assert result.seconds < 10


async def test_a_slow_server_gets_the_time_for_an_answer_to_each_client() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        result = await measure(replace(a_plan(server), seconds=0, patience=10))

    assert result.answers >= 4
