"""Frames that go out on one socket: taken, not taken, or sent to nobody."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from litestar.connection import WebSocket

from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.outgoing import Outgoing
from cse_chat.entrypoints.sockets import SocketLimits, Sockets

PATIENT = timedelta(seconds=60)
AT_ONCE = timedelta(milliseconds=10)


class Scene:
    """A socket whose client takes frames while it is told to."""

    def __init__(self, *, not_taking: timedelta) -> None:
        self.takes = asyncio.Event()
        self.taken: list[str] = []
        self.error: Exception | None = None
        self.endings: list[Closing] = []
        scope: Any = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
        socket: WebSocket[Any, Any, Any] = WebSocket(scope, self._receive, self._send)
        self.outgoing = Outgoing(
            socket,
            sockets=Sockets(),
            limits=SocketLimits(not_taking=not_taking),
            end=self.endings.append,
        )

    async def _receive(self) -> Any:  # noqa: ANN401 -- ASGI
        raise AssertionError("nobody hears here")

    async def _send(self, message: Any) -> None:  # noqa: ANN401 -- ASGI
        if self.error:
            raise self.error
        await self.takes.wait()
        self.taken.append(message["text"])


async def test_what_is_taken_is_said_in_its_order() -> None:
    scene = Scene(not_taking=PATIENT)
    scene.takes.set()

    assert [await scene.outgoing.send(text) for text in ("a", "b")] == [True, True]

    assert (scene.taken, scene.endings) == (["a", "b"], [])


async def test_who_takes_nothing_is_cut_and_told_nothing_more() -> None:
    scene = Scene(not_taking=AT_ONCE)

    assert await asyncio.gather(*(scene.outgoing.send(text) for text in "ab")) == [False, False]
    scene.takes.set()

    assert not await scene.outgoing.send("c")
    assert scene.taken == []
    assert {closing.code for closing in scene.endings} == {closings.TOO_SLOW.code}
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0


async def test_a_frame_that_is_taken_late_is_no_reason_to_cut_the_next() -> None:
    scene = Scene(not_taking=timedelta(seconds=1))
    loop = asyncio.get_running_loop()

    for text in "abc":
        scene.takes.clear()
        loop.call_later(0.4, scene.takes.set)
        assert await scene.outgoing.send(text)

    assert (scene.taken, scene.endings) == (["a", "b", "c"], [])


async def test_who_is_cancelled_while_it_sends_is_cancelled() -> None:
    scene = Scene(not_taking=PATIENT)
    sending = asyncio.create_task(scene.outgoing.send("a"))
    await asyncio.sleep(0)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert not scene.outgoing.is_over
    assert scene.endings == []


async def test_who_is_gone_is_told_nothing_more() -> None:
    scene = Scene(not_taking=PATIENT)
    scene.error = OSError()

    assert not await scene.outgoing.send("a")

    assert scene.outgoing.is_over
    assert scene.endings == []  # whoever hears the client finds it, behind all that it said
