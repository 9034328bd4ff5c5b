"""That frames are taken whole, however they come, and that a connection ends as it did."""

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import CorrelationIdError, KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest, ApiVersionResponse_v0

from cse_chat.adapters.kafka.frames import Frames, take_frames_as_they_come
from tests.waiting import until

VERSIONS = ApiVersionResponse_v0(0, [(1, 0, 11), (18, 0, 0)]).encode()


class Broker:
    """Answers each request with its number and `VERSIONS`, and sends the whole in *pieces*."""

    def __init__(self) -> None:
        self.pieces: Sequence[slice] = [slice(None)]
        self.says: bytes | None = None
        self.serves = 0
        self._writer: asyncio.StreamWriter

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.serves += 1
        try:
            while True:
                request = await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
                frame = request[4:8] + VERSIONS
                answer = _framed(frame) if self.says is None else self.says
                for piece in self.pieces:
                    writer.write(answer[piece])
                    await asyncio.sleep(0.001)  # so that each comes alone
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.serves -= 1

    def leave(self) -> None:
        self._writer.close()


@asynccontextmanager
async def _connected(broker: Broker) -> AsyncGenerator[AIOKafkaConnection]:
    take_frames_as_they_come()
    take_frames_as_they_come()
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, asyncio.timeout(5):
        connection = await create_conn("127.0.0.1", port, request_timeout_ms=2_000)
        try:
            yield connection
        finally:
            connection.close()
            await until(lambda: not broker.serves)


def _framed(frame: bytes) -> bytes:
    return len(frame).to_bytes(4) + frame


async def _versions(connection: AIOKafkaConnection) -> Any:  # noqa: ANN401 - the library's
    return (await connection.send(ApiVersionRequest())).api_versions


@pytest.mark.parametrize(
    "pieces",
    [
        [slice(None)],
        [slice(n, n + 1) for n in range(8 + len(VERSIONS))],
        [slice(0, 3), slice(3, 5), slice(5, None)],
        [slice(0, 4), slice(4, None)],
    ],
    ids=["whole", "byte-by-byte", "across-its-size", "size-first"],
)
async def test_a_frame_is_taken_when_it_is_whole(pieces: Sequence[slice]) -> None:
    broker = Broker()
    async with _connected(broker) as connection:
        broker.pieces = pieces
        assert await _versions(connection) == [(1, 0, 11), (18, 0, 0)]
        assert await _versions(connection) == [(1, 0, 11), (18, 0, 0)]


async def test_frames_that_come_together_are_each_taken() -> None:
    broker = Broker()
    async with _connected(broker) as connection:
        broker.pieces = [slice(0, 0)]
        asked = [asyncio.ensure_future(connection.send(ApiVersionRequest())) for _ in range(3)]
        await asyncio.sleep(0.05)
        numbers = [number for number, _, _ in connection._requests]
        frames = [number.to_bytes(4) + VERSIONS for number in numbers]
        connection._reader.feed_data(b"".join(map(_framed, frames)))

        assert [response.error_code for response in await asyncio.gather(*asked)] == [0, 0, 0]


@pytest.mark.parametrize(
    "says",
    [
        (-5).to_bytes(4, signed=True),
        (7).to_bytes(4) + b"garbage",
        (8).to_bytes(4) + (2).to_bytes(4) + b"half",
    ],
    ids=["a-negative-size", "another-number", "a-response-cut-short"],
)
async def test_what_is_no_frame_ends_the_connection_and_whoever_waits_is_told(says: bytes) -> None:
    broker = Broker()
    async with _connected(broker) as connection:
        broker.says = says
        with pytest.raises(Exception, match=r"closed|do not match"):
            await _versions(connection)
        assert not connection.connected()


async def test_what_comes_behind_an_error_is_nobodys() -> None:
    """The connection ends in a later turn: until then the next response must not be taken for its own."""
    broker = Broker()
    async with _connected(broker) as connection:
        broker.pieces = [slice(0, 0)]
        asked = [asyncio.ensure_future(connection.send(ApiVersionRequest())) for _ in range(2)]
        await asyncio.sleep(0.05)
        feed = connection._reader.feed_data
        (first, _, _), (second, _, _) = connection._requests
        feed(_framed(first.to_bytes(4) + VERSIONS[:5]))
        feed(_framed(second.to_bytes(4) + VERSIONS))

        said = await asyncio.gather(*asked, return_exceptions=True)

        assert [type(error) for error in said] == [KafkaConnectionError] * 2
        feed(b"more")
        assert feed.__self__._waiting == b""


async def test_a_connection_that_a_frame_has_closed_takes_no_other() -> None:
    broker = Broker()
    async with _connected(broker) as connection:
        broker.pieces = [slice(0, 0)]
        asked = [asyncio.ensure_future(connection.send(ApiVersionRequest())) for _ in range(2)]
        await asyncio.sleep(0.05)
        (first, _, _), (second, _, _) = connection._requests
        wrong, right = (n.to_bytes(4) + VERSIONS for n in (first + 100, second))
        connection._reader.feed_data(_framed(wrong) + _framed(right))

        said = await asyncio.gather(*asked, return_exceptions=True)

        assert [type(error) for error in said] == [CorrelationIdError, KafkaConnectionError]


async def test_whoever_waits_when_the_broker_leaves_is_told() -> None:
    broker = Broker()
    async with _connected(broker) as connection:
        broker.pieces = [slice(0, 6)]
        waiting = asyncio.ensure_future(connection.send(ApiVersionRequest()))
        await asyncio.sleep(0.02)
        broker.leave()
        with pytest.raises(KafkaConnectionError):
            await waiting
        await until(lambda: not connection.connected())


async def test_what_comes_for_a_connection_that_is_closed_or_gone_is_nothing() -> None:
    broker = Broker()
    async with _connected(broker) as connection:
        feed = connection._reader.feed_data
        await connection.close()
        feed(b"\0\0\0\1?")
        assert feed.__self__._waiting == b""

    class Gone:
        pass

    gone: Any = Gone()
    frames, noted = Frames(gone), weakref.ref(gone)
    del gone
    gc.collect()
    frames.feed(b"\0\0\0\1?")
    assert noted() is None
