"""A caller who hangs up ends the wait, and nothing else does."""

import asyncio

import pytest
from litestar.types import HTTPReceiveMessage

from cse_chat.entrypoints.http.disconnects import CancelledOnDisconnect


class Connection:
    """What a server tells of one."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.is_asked = False

    async def receive(self) -> HTTPReceiveMessage:
        self.is_asked = True
        await self.gone.wait()
        return {"type": "http.disconnect"}


async def test_who_has_hung_up_is_waited_for_no_longer() -> None:
    connection = Connection()
    connection.gone.set()

    async with asyncio.timeout(5):
        with CancelledOnDisconnect(connection.receive) as caller:
            await asyncio.Event().wait()

    assert caller.is_gone
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0


async def test_a_quick_answer_does_not_look_for_who_takes_it() -> None:
    connection = Connection()

    with CancelledOnDisconnect(connection.receive) as caller:
        await asyncio.sleep(0)

    assert not caller.is_gone
    assert not connection.is_asked


async def test_what_stands_inside_may_be_cancelled_by_others() -> None:
    connection = Connection()
    began = asyncio.Event()

    async def wait() -> None:
        with CancelledOnDisconnect(connection.receive):
            began.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await began.wait()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_error_passes() -> None:
    with pytest.raises(ValueError, match="odd"), CancelledOnDisconnect(Connection().receive):
        raise ValueError("odd")
