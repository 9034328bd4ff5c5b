"""Frames that go out on one socket: taken, not taken, or sent to nobody."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.outgoing import Outgoing
from cse_chat.entrypoints.sockets import SocketLimits, Sockets

PATIENT = timedelta(seconds=60)
AT_ONCE = timedelta(milliseconds=10)


class Scene:
    """A connection whose client takes frames while it is told to."""

    def __init__(self, *, not_taking: timedelta) -> None:
        self.takes = asyncio.Event()
        self.written = b""
        self.most = 1_000_000
        self.error: Exception | None = None
        self.endings: list[Closing] = []
        self.sockets = Sockets()
        self.outgoing = Outgoing(
            self,
            sockets=self.sockets,
            limits=SocketLimits(not_taking=not_taking),
            end=self.endings.append,
        )

    def write(self, frames: bytes) -> bool:
        if self.error:
            raise self.error
        if not self.takes.is_set():
            return False
        self.written += frames
        if len(frames) >= self.most:
            self.takes.clear()
        return True

    async def taken(self) -> None:
        await self.takes.wait()

    @property
    def said(self) -> list[str]:
        """The texts that were written, each in a frame of less than 126 bytes."""
        said, rest = [], self.written
        while rest:
            assert rest[0] == 0x81  # whole, and text
            said.append(rest[2 : 2 + rest[1]].decode())
            rest = rest[2 + rest[1] :]
        return said


async def test_what_is_taken_is_said_in_its_order() -> None:
    scene = Scene(not_taking=PATIENT)
    scene.takes.set()

    assert [await scene.outgoing.send(text) for text in (b"a", b"b")] == [True, True]

    assert (scene.said, scene.endings) == (["a", "b"], [])


async def test_what_is_said_at_once_is_written_at_once_and_a_frame_each() -> None:
    scene = Scene(not_taking=PATIENT)
    scene.takes.set()

    assert await scene.outgoing.send(b"a", "é".encode(), b"c")

    assert scene.said == ["a", "é", "c"]
    assert scene.sockets.frames["out"] == 3


async def test_of_much_that_is_said_at_once_the_rest_waits_until_some_is_taken() -> None:
    scene = Scene(not_taking=PATIENT)
    scene.takes.set()
    scene.most = 70_000
    sending = asyncio.create_task(scene.outgoing.send(b"x" * 70_000, b"y"))
    await asyncio.sleep(0)
    assert scene.written.endswith(b"x")

    scene.takes.set()

    assert await sending
    assert scene.written.endswith(b"x\x81\x01y")


async def test_who_takes_nothing_is_cut_and_told_nothing_more() -> None:
    scene = Scene(not_taking=AT_ONCE)

    assert await asyncio.gather(*(scene.outgoing.send(text) for text in (b"a", b"b"))) == [
        False,
        False,
    ]
    scene.takes.set()

    assert not await scene.outgoing.send(b"c")
    assert scene.said == []
    assert {closing.code for closing in scene.endings} == {closings.TOO_SLOW.code}
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0


async def test_a_frame_that_is_taken_late_is_no_reason_to_cut_the_next() -> None:
    scene = Scene(not_taking=timedelta(seconds=1))
    loop = asyncio.get_running_loop()

    for text in (b"a", b"b", b"c"):
        scene.takes.clear()
        loop.call_later(0.4, scene.takes.set)
        assert await scene.outgoing.send(text)

    assert (scene.said, scene.endings) == (["a", "b", "c"], [])


async def test_who_is_cancelled_while_it_sends_is_cancelled() -> None:
    scene = Scene(not_taking=PATIENT)
    sending = asyncio.create_task(scene.outgoing.send(b"a"))
    await asyncio.sleep(0)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert not scene.outgoing.is_over
    assert scene.endings == []


async def test_who_is_gone_is_told_nothing_more() -> None:
    scene = Scene(not_taking=PATIENT)
    scene.error = OSError()

    assert not await scene.outgoing.send(b"a")

    assert scene.outgoing.is_over
    assert scene.endings == []  # whoever hears the client finds it, behind all that it said
