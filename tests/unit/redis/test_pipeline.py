"""A connection whose server breaks off, talks rubbish, or cannot work yet: one that is played."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from structlog.testing import capture_logs

from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.recordings import Recordings
from cse_chat.adapters.redis.request_scripts import RequestScripts
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.ids import ClaimToken
from tests.builders import a_correlation_id, a_thread_id
from tests.listening import listening
from tests.unit.redis.words import words_from
from tests.waiting import until

INFO = b"run_id:run-of-the-server\r\n"
READ_ONLY = b"-READONLY You can't write against a read only replica.\r\n"
GREETINGS = {"HELLO", "CLIENT", "SELECT", "INFO"}


@dataclass(slots=True)
class PlayedServer:
    """Greets, and says to the commands of each connection what it is told to; then it hangs up.

    Attributes:
        plays: What it says on each connection, one text for each command.
        commands: Those that were no greetings, of each connection.
        pause: Before it says anything.
        hung_up: How many connections it has ended.
        transport: Of the last connection.
    """

    plays: list[Sequence[bytes]]
    pause: timedelta
    commands: list[list[str]] = field(default_factory=list)
    hung_up: int = 0
    transport: asyncio.Transport | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        play = list(self.plays.pop(0)) if self.plays else []
        heard: list[str] = []
        self.commands.append(heard)
        self.transport = cast("asyncio.Transport", writer.transport)
        while (words := await words_from(reader)) is not None:
            if words[0] in {"GET", "INFO"}:
                await asyncio.sleep(self.pause.total_seconds())
            if words[0] in GREETINGS:
                info = b"$%d\r\n%s\r\n" % (len(INFO), INFO)
                writer.write(info if words[0] == "INFO" else b"+OK\r\n")
                continue
            heard.append(" ".join(words))
            writer.write(play.pop(0) if play else b"")
            if not play:
                break
        writer.close()
        self.hung_up += 1

    def unread(self, least: int) -> int:
        """Return how many commands are there and not read yet; wait for the *least*, not for the loop."""
        assert self.transport
        fileno = self.transport.get_extra_info("socket").fileno()
        over = time.monotonic() + 5
        with socket.socket(fileno=os.dup(fileno)) as peer:
            peer.settimeout(5)
            there = -1
            while there < least and time.monotonic() < over:
                there = peer.recv(65_536, socket.MSG_PEEK).count(b"GET")
            return there


@asynccontextmanager
async def connected(
    *plays: Sequence[bytes],
    pause: timedelta = timedelta(0),
    answered_by: timedelta = timedelta(seconds=5),
) -> AsyncGenerator[tuple[PlayedServer, RedisConnection]]:
    played = PlayedServer(list(plays), pause)
    async with listening(played.serve) as port:
        url = f"redis://127.0.0.1:{port}/0?protocol=2"
        async with RedisConnection(url, answered_by=answered_by) as connection:
            yield played, connection


async def test_replies_that_come_in_pieces_are_each_callers_own() -> None:
    pieces = [b"+fir", b"st\r\n:2\r", b"\n$5\r\nthird\r\n"]
    async with connected(pieces) as (_, connection):
        replies = await asyncio.gather(*(connection.command("GET", str(n)) for n in range(3)))

    assert replies == [b"first", 2, b"third"]


@pytest.mark.parametrize(("asked", "sent"), [(1, 1), (6, 1), (7, 7), (13, 7), (14, 14), (60, 14)])
async def test_a_server_has_something_to_do_while_more_is_asked_for(asked: int, sent: int) -> None:
    """The first goes at once, then six, and then seven, as many as it has; the others when the turn ends."""
    async with connected([b"+OK\r\n", *(b":%d\r\n" % n for n in range(asked))]) as (
        server,
        connection,
    ):
        await connection.command("GET", "connected")

        replies = [connection.command("GET", str(n)) for n in range(asked)]

        assert server.unread(least=sent) == sent
        assert await asyncio.gather(*replies) == list(range(asked))
    assert server.commands == [["GET connected", *(f"GET {n}" for n in range(asked))]]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ([60], 60),
        ([60, 1, 1], 61),
        ([15, 1, 1, 1], 16),
        ([1, 1, 1, 1, 1, 1], 5),
        ([1, 1, 1, 9], 12),  # its nine at its end
        ([128, 1], 128),
    ],
)
async def test_a_turn_that_asks_for_much_leaves_room_for_its_end_and_for_the_next(
    asked: Sequence[int], sent: int
) -> None:
    all_asked = sum(asked)
    async with connected([b"+OK\r\n", *(b":%d\r\n" % n for n in range(all_asked))]) as (
        server,
        connection,
    ):
        await connection.command("GET", "connected")
        assert server.transport
        server.transport.pause_reading()

        replies: list[asyncio.Future[object]] = []
        for calls in asked:
            replies += [connection.command("GET", str(len(replies))) for _ in range(calls)]
            await asyncio.sleep(0)  # what the turn leaves is sent
            await asyncio.sleep(0)

        assert server.unread(least=sent) == sent
        server.transport.resume_reading()
        assert await asyncio.gather(*replies) == list(range(all_asked))


async def test_what_a_connection_left_open_is_asked_once_more_on_another_in_its_order() -> None:
    async with connected([b"+1\r\n"], [b"+2\r\n", b"+3\r\n"]) as (server, connection):
        replies = await asyncio.gather(*(connection.command("GET", str(n)) for n in (1, 2, 3)))

    assert replies == [b"1", b"2", b"3"]
    assert server.commands == [["GET 1"], ["GET 2", "GET 3"]]


async def test_so_is_what_went_in_several_batches_of_one_turn_and_what_had_not_gone() -> None:
    asked = [str(n) for n in range(130)]  # two more than may be under way
    replies = [b":%d\r\n" % n for n in range(130)]
    async with connected([b"+OK\r\n", b""], replies) as (server, connection):
        await connection.command("GET", "connected")

        told = await asyncio.gather(*(connection.command("GET", n) for n in asked))

    assert told == [*range(130)]
    assert server.commands == [["GET connected", "GET 0"], [f"GET {n}" for n in asked]]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"", "ConnectionError"),
        (b"rubbish\r\n", "InvalidResponse"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "BusyLoadingError"),
    ],
)
async def test_what_two_connections_left_open_is_given_up(said: bytes, kind: str) -> None:
    """A server that loads what it kept says so; it has not run what it was sent."""
    async with connected([said], [said], [b"+PONG\r\n"]) as (server, connection):
        with capture_logs() as logs:
            with pytest.raises(TransportError, match=kind):
                await connection.command("GET", "a")
            assert connection.is_failing

            assert await connection.command("PING") == b"PONG"

    assert server.commands == [["GET a"], ["GET a"], ["PING"]]
    assert [line["event"] for line in logs] == ["redis_does_not_answer", "redis_answers_again"]


async def test_a_reply_that_nobody_waits_for_makes_all_others_doubtful() -> None:
    """It would be taken for that of the next call."""
    async with connected([b"+1\r\n+unasked\r\n"], [b"+2\r\n"]) as (server, connection):
        assert await connection.command("GET", "1") == b"1"
        assert await connection.command("GET", "2") == b"2"

    assert server.commands == [["GET 1"], ["GET 2"]]


async def test_an_idle_connection_that_is_lost_is_made_anew_when_it_is_needed() -> None:
    async with connected([b"+1\r\n"], [b"+2\r\n"]) as (server, connection):
        assert await connection.command("GET", "1") == b"1"
        await until(lambda: server.hung_up == 1)
        with capture_logs() as logs:
            assert await connection.command("GET", "2") == b"2"

    assert server.commands == [["GET 1"], ["GET 2"]]
    assert logs == []


async def test_who_reads_behind_a_write_that_is_refused_is_answered() -> None:
    """And then another connection is made: who is at the address by now may be the master."""
    replies = [READ_ONLY, b"+a\r\n", READ_ONLY, b"+b\r\n", b""]
    async with connected(replies, [b"+OK\r\n"]) as (server, connection):
        commands = [("SET", "1"), ("GET", "a"), ("SET", "2"), ("GET", "b")]
        told = await asyncio.gather(
            *(connection.command(*command) for command in commands), return_exceptions=True
        )
        assert not connection.is_failing
        assert await connection.command("SET", "3") == b"OK"

    assert [type(reply) for reply in told] == [TransportError, bytes, TransportError, bytes]
    assert server.commands[1] == ["SET 3"]


async def test_a_script_is_loaded_on_every_connection_that_does_not_know_it() -> None:
    unknown = b"-NOSCRIPT No matching script.\r\n"
    loaded = [unknown, b"+digest\r\n", b"+done\r\n"]
    async with connected([unknown], loaded) as (_, connection):
        assert await connection.run(script("events"), ["key"]) == b"done"


async def test_what_is_said_is_told_before_it_is_known_to_be_recorded() -> None:
    """A server writes first to whom it owes nothing else yet: that is who hears of it."""
    claim = Claim(
        correlation_id=a_correlation_id(),
        thread_id=a_thread_id(),
        attempt=1,
        spent=0,
        token=ClaimToken("token"),
    )
    said = [Utterance(number=1, said=Delta("a"), chunk_index=0)]
    unknown = b"-NOSCRIPT No matching script.\r\n"
    first = [b"+PONG\r\n", b"$4\r\nread\r\n", b":1\r\n"]
    later = [b"+PONG\r\n", unknown, b"+digest\r\n", b"+PONG\r\n", b":1\r\n", b""]
    async with connected([*first, *later]) as (server, connection):
        day = timedelta(days=1)
        scripts = RequestScripts(connection, answer_ttl=day, history_ttl=day)
        recordings = Recordings(connection, scripts)
        reading = asyncio.gather(connection.command("GET", "a"), recordings.record(claim, said))
        assert (await reading)[0] == b"read"
        await recordings.record(claim, said)

        heard = [command.split()[0] for command in server.commands[0]]
        load = ["PING", "EVALSHA", "SCRIPT", "PING", "EVALSHA"]
        assert heard == ["PING", "GET", "EVALSHA", *load]


async def test_what_is_sent_twice_has_the_time_of_one() -> None:
    slow = timedelta(seconds=0.8)  # to connect, to be hung up on, to connect again: three times
    async with connected([b""], [b""], pause=slow, answered_by=slow * 1.1) as (_, connection):
        began = asyncio.get_running_loop().time()
        with pytest.raises(TransportError):
            await connection.command("GET", "a")
        took = asyncio.get_running_loop().time() - began

    assert took < 3.7 * slow.total_seconds()


async def test_one_that_was_closed_can_be_opened_again() -> None:
    async with connected([b"+1\r\n", b""], [b"+2\r\n", b""]) as (_, connection):
        assert await connection.command("GET", "1") == b"1"
        await connection.__aexit__()
        async with connection, asyncio.timeout(2):
            assert await connection.command("GET", "2") == b"2"


async def test_a_fault_of_ours_while_connecting_lets_nobody_wait() -> None:
    def broken() -> None:
        raise RuntimeError

    async with connected() as (_, connection):
        connection.on_new_server(broken)
        connection.run_id = "another"
        with capture_logs() as logs, pytest.raises(TransportError):
            await connection.command("PING")

    assert [line["event"] for line in logs] == ["redis_is_another_server", "redis_connecting_broke"]


async def test_closing_waits_for_what_was_sent_but_not_for_a_lost_connection() -> None:
    async with connected([b"+1\r\n", b""]) as (server, connection):
        assert await connection.command("GET", "1") == b"1"
        call = connection.command("GET", "2")
        await until(lambda: len(server.commands[0]) == 2)

    with pytest.raises(TransportError, match="ConnectionError"):
        await call
