"""What a stream of server-sent events says, byte by byte, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from cse_chat.domain.errors import MalformedRecordError, NotFoundError, TransportError
from cse_chat.domain.model.events import Cursor, Ended, Event, EventType, Followed, Gap
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.entrypoints.http.streams import EventStream, Streaming
from cse_chat.entrypoints.metrics.streams import StreamTally
from cse_chat.entrypoints.readiness import Readiness
from tests.builders import NOON, a_request, an_outcome
from tests.waiting import until

EPOCH = "0123456789abcdef"
START = b"retry: 1000\n\n"


def an_event(number: int, kind: EventType = EventType.DELTA, json: bytes = b"{}") -> Event:
    return Event(Cursor(EPOCH, number), kind, CorrelationId("c"), json)


def framed(number: int, kind: str = "delta", json: str = "{}") -> bytes:
    return f"id: {EPOCH}-{number}\nevent: {kind}\ndata: {json}\n\n".encode()


class Exchange:
    """An ASGI server with one client, who takes so many pieces."""

    def __init__(self, method: str = "GET", *, takes: int = 1_000) -> None:
        self.scope: Any = {"type": "http", "method": method, "state": {"request_id": "r"}}
        self.status: int | None = None
        self.pieces: list[bytes] = []
        self.complete = False
        self.hangs_up = asyncio.Event()
        self._takes = takes

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    async def receive(self) -> Any:  # noqa: ANN401 -- a message of ASGI
        await self.hangs_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:  # noqa: ANN401 -- as above
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        if len(self.pieces) == self._takes:
            await asyncio.Event().wait()
        self.pieces.append(message.get("body", b""))
        self.complete = not message.get("more_body", False)


class Script:
    """Follows as it is told to: each call tells one of *acts*, and raises what is an error in it."""

    def __init__(self, *acts: Sequence[Sequence[Followed] | Exception]) -> None:
        self._acts = list(acts)
        self.asked: list[Cursor | None] = []
        self.ended = 0

    async def __call__(self, after: Cursor | None) -> AsyncGenerator[Sequence[Followed]]:
        self.asked.append(after)
        try:
            for act in self._acts.pop(0):
                if isinstance(act, Exception):
                    raise act
                yield act
        finally:
            self.ended += 1


class Silence:
    """Follows a thread in which nothing happens."""

    def __init__(self) -> None:
        self.ended = False

    async def __call__(self, _: Cursor | None) -> AsyncGenerator[Sequence[Followed]]:
        try:
            yield ()
            await asyncio.Event().wait()
        finally:
            self.ended = True


def a_stream(
    follow: Callable[[Cursor | None], AsyncGenerator[Sequence[Followed]]],
    *,
    of: str = "thread",
    tally: StreamTally | None = None,
    draining: bool = False,
) -> EventStream:
    readiness = Readiness(dict)
    readiness.draining = draining
    streaming = Streaming(
        tally=tally or StreamTally(), readiness=readiness, now=lambda: NOON, pause=_at_once
    )
    return EventStream(streaming=streaming, of=of, follow=follow, after=None)


async def _at_once(_: timedelta) -> None:
    """Let no time pass."""


async def said(stream: EventStream) -> Exchange:
    exchange = Exchange()
    async with asyncio.timeout(5):
        await stream(exchange.scope, exchange.receive, exchange.send)
    return exchange


async def test_an_event_is_its_id_its_type_and_its_json_and_silence_is_a_comment() -> None:
    script = Script([[an_event(1), an_event(2, EventType.ANSWERED, b'{"a":1}')], ()])

    exchange = await said(a_stream(script))

    assert exchange.body == (
        START
        + framed(1)
        + framed(2, "answered", '{"a":1}')
        + b":\n\n"
        + b'event: shutdown\ndata: {"type":"shutdown"}\n\n'
    )
    assert (exchange.status, exchange.complete) == (200, True)


async def test_a_stream_of_a_request_ends_behind_its_outcome_without_a_word() -> None:
    request = a_request()
    event = an_event(1, EventType.FAILED)
    ended = Ended(cursor=Cursor(EPOCH, 2), outcome=an_outcome(request))

    by_event = await said(a_stream(Script([[event]]), of="request"))
    by_outcome = await said(a_stream(Script([[ended]]), of="request"))

    assert by_event.body == START + framed(1, "failed")
    assert f"id: {EPOCH}-2\nevent: answered\n".encode() in by_outcome.body
    assert b"shutdown" not in by_outcome.body


async def test_a_gap_has_the_cursor_to_go_on_from() -> None:
    cursor = Cursor("f" * 16, 7)
    gap = Gap(thread_id=ThreadId("t"), requested=Cursor(EPOCH, 3), cursor=cursor, oldest=None)
    tally = StreamTally()

    exchange = await said(a_stream(Script([[gap]]), tally=tally))

    assert f"id: {cursor.text}\nevent: gap\n".encode() in exchange.body
    assert b'"requested":"0123456789abcdef-3"' in exchange.body
    assert b'"history_url":"/api/threads/t/messages"' in exchange.body
    assert tally.told["gap"] == 1


async def test_json_in_several_lines_does_not_break_the_frame() -> None:
    foreign = b'{"a":\r\n\n"b\\n"\n}'

    exchange = await said(a_stream(Script([[an_event(1, json=foreign)]])))

    assert framed(1, json='{"a":"b\\n"}') in exchange.body


async def test_many_small_events_are_few_writes_and_none_is_much_larger_than_64_kib() -> None:
    events = [an_event(number, json=b'"%b"' % (b"x" * 1_000)) for number in range(1, 501)]

    exchange = await said(a_stream(Script([events])))

    assert len(exchange.pieces) < 15
    assert max(map(len, exchange.pieces)) < 67_000


async def test_where_nothing_will_ever_come_it_is_204() -> None:
    exchange = await said(a_stream(Script([]), of="request"))

    assert (exchange.status, exchange.body, exchange.complete) == (204, b"", True)


async def test_what_is_wrong_before_the_first_byte_is_raised() -> None:
    for error in (NotFoundError("t"), TransportError("away"), MalformedRecordError("no")):
        with pytest.raises(type(error)):
            await said(a_stream(Script([error])))


async def test_head_is_the_head_alone() -> None:
    silence, exchange = Silence(), Exchange("HEAD")

    await a_stream(silence)(exchange.scope, exchange.receive, exchange.send)

    assert (exchange.status, exchange.body, exchange.complete) == (200, b"", True)
    assert silence.ended


async def test_a_store_that_is_away_interrupts_and_it_goes_on_from_where_it_was() -> None:
    tally = StreamTally()
    script = Script(
        [[an_event(1)], TransportError("away")],
        [TransportError("still")],
        [(), [an_event(2)], (), TransportError("again")],
        [[an_event(3)]],
    )

    exchange = await said(a_stream(script, tally=tally))

    told = [piece for piece in exchange.pieces if piece.startswith(b"id:")]
    assert told == [framed(1), framed(2), framed(3)]
    assert script.asked == [None, Cursor(EPOCH, 1), Cursor(EPOCH, 1), Cursor(EPOCH, 2)]
    assert script.ended == 4
    assert tally.interrupted == 3


async def test_a_store_that_is_away_does_not_keep_a_process_that_ends() -> None:
    script = Script([[an_event(1)], TransportError("away")])

    exchange = await said(a_stream(script, draining=True))

    assert exchange.body.endswith(b'event: shutdown\ndata: {"type":"shutdown"}\n\n')
    assert exchange.complete


async def test_what_is_not_there_any_more_ends_the_stream_quietly() -> None:
    with capture_logs() as logs:
        exchange = await said(a_stream(Script([[an_event(1)], NotFoundError("t")])))

    assert exchange.body == START + framed(1)
    assert exchange.complete
    assert logs == []


@pytest.mark.parametrize("error", [MalformedRecordError("no"), KeyError("us")])
async def test_whatever_else_breaks_ends_the_stream_and_is_logged(error: Exception) -> None:
    with capture_logs() as logs:
        exchange = await said(a_stream(Script([[an_event(1)], error])))

    assert exchange.body == START + framed(1)
    assert exchange.complete
    assert [(line["event"], line["exc_info"]) for line in logs] == [("stream_failed", error)]


async def test_whoever_hangs_up_ends_it_and_is_not_counted_any_more() -> None:
    silence, exchange, tally = Silence(), Exchange(), StreamTally()
    stream = a_stream(silence, tally=tally)

    task = asyncio.create_task(stream(exchange.scope, exchange.receive, exchange.send))
    await until(lambda: exchange.body.endswith(b":\n\n"))
    assert tally.open["thread"] == 1
    exchange.hangs_up.set()
    await task

    assert silence.ended
    assert tally.open["thread"] == 0


async def test_whoever_hangs_up_without_having_read_ends_it() -> None:
    script, exchange = Script([[an_event(1)], [an_event(2)], [an_event(3)]]), Exchange(takes=2)
    stream = a_stream(script)

    task = asyncio.create_task(stream(exchange.scope, exchange.receive, exchange.send))
    await until(lambda: exchange.body.endswith(framed(1)))
    exchange.hangs_up.set()
    await task

    assert script.ended == 1
    assert exchange.body == START + framed(1)


async def test_a_server_that_gives_up_leaves_nothing_behind() -> None:
    silence, exchange = Silence(), Exchange()
    stream = a_stream(silence)

    task = asyncio.create_task(stream(exchange.scope, exchange.receive, exchange.send))
    await until(lambda: exchange.body.endswith(b":\n\n"))
    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
    assert silence.ended
