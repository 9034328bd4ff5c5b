"""A client of the socket, as somebody writes it who has only the contract."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

SUBPROTOCOL: Final[Any] = "cse-chat.v1"
OUTCOMES: Final = frozenset({"answered", "failed", "expired", "cancelled"})
_SECONDS: Final = 20

Frame = dict[str, Any]


class Client:
    """One open socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def says(self, kind: str, **members: object) -> None:
        await self.connection.send(json.dumps({"type": kind, **members}))

    async def hears(self) -> Frame:
        """Return the next frame."""
        async with asyncio.timeout(_SECONDS):
            frame: Frame = json.loads(await self.connection.recv())
        return frame

    async def hears_until(self, is_it: Callable[[Frame], object]) -> list[Frame]:
        """Return all frames up to the one that *is_it*, and it."""
        frames = []
        while True:
            frames.append(await self.hears())
            if is_it(frames[-1]):
                return frames

    async def hears_the_outcome(self) -> list[Frame]:
        return await self.hears_until(lambda frame: frame["type"] in OUTCOMES)

    async def vanishes(self) -> None:
        """Be gone, without a close frame."""
        self.connection.transport.abort()
        await self.connection.wait_closed()

    async def is_closed_with(self) -> int | None:
        """Return the code, once it is closed, if it says one; what comes before does not matter."""
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(_SECONDS):
                while True:
                    await self.connection.recv()
        return closed.value.rcvd.code if closed.value.rcvd else None


@asynccontextmanager
async def talking(
    url: str,
    thread_id: str = "t",
    *,
    subprotocol: Any = SUBPROTOCOL,  # noqa: ANN401 -- the library has a type of its own for it
    **options: Any,  # noqa: ANN401 -- as `connect`
) -> AsyncGenerator[Client]:
    """Open a socket at the service at *url*; without *subprotocol*, as the original design has it.

    What comes is read as it comes: a library that pauses would not even read the close frame.
    """
    address = f"{url.replace('http', 'ws', 1)}/ws/chat/{thread_id}"
    async with connect(
        address,
        subprotocols=[subprotocol] if subprotocol else None,
        proxy=None,
        max_queue=None,
        **options,
    ) as connection:
        yield Client(connection)


def is_event(frame: Frame) -> bool:
    return "cursor" in frame


def events(frames: list[Frame]) -> list[Frame]:
    return [frame for frame in frames if is_event(frame)]
