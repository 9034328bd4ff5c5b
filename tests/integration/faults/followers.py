"""Clients that follow, over SSE and over a WebSocket, and come back whenever they are cut off."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Final

import httpx
from typing_extensions import override
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.integration.sockets.clients import OUTCOMES, is_event, talking
from tests.integration.streams.readers import stream

CUT: Final = "cut"
_PAUSE_SECONDS: Final = 0.1

HangsUpAfter = Callable[[], int | None]


def for_ever() -> None:
    """Never hang up."""


class Follower(ABC):
    """Follows until it was told so many outcomes; cut off, it goes on elsewhere with its cursor.

    Attributes:
        urls: Of the gateways, which it takes in turn; the first one is its first.
        told: Every event, as bytes, over all its connections.
        endings: What each connection ended with: ``shutdown`` or a close code where the gateway
            said so, else `CUT`; nothing when it hung up itself.
        hangs_up_after: Asked for each connection after how many events it hangs up; ``None``: never.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        outcomes: int,
    ) -> None:
        self.urls = urls
        self.told: list[bytes] = []
        self.endings: list[str] = []
        self.hangs_up_after: HangsUpAfter = for_ever
        self.connections = 0
        self._outcomes = outcomes

    async def follow(self) -> None:
        """Return once all outcomes were told."""
        while self._outcomes:
            url = self.urls[self.connections % len(self.urls)]
            self.connections += 1
            await self._follow_at(url)

    async def _follow_at(self, url: str) -> None:
        left = self.hangs_up_after()
        async with aclosing(self._events_at(url)) as events:
            async for event in events:
                self.told.append(event)
                self._outcomes -= json.loads(event)["type"] in OUTCOMES
                if left is not None:
                    left -= 1
                if left == 0 or not self._outcomes:
                    return
        await asyncio.sleep(_PAUSE_SECONDS)  # as a client does that was cut off

    @property
    def _cursor(self) -> str | None:
        return json.loads(self.told[-1])["cursor"] if self.told else None

    @abstractmethod
    def _events_at(self, url: str) -> AsyncGenerator[bytes]:
        """Yield what a gateway tells behind the cursor, until the connection ends; note with what."""


class StreamFollower(Follower):
    """Over SSE."""

    def __init__(
        self, client: httpx.AsyncClient, urls: Sequence[str], path: str, *, outcomes: int = 1
    ) -> None:
        super().__init__(urls, outcomes=outcomes)
        self._client = client
        self._path = path

    @override
    async def _events_at(self, url: str) -> AsyncGenerator[bytes]:
        ending = CUT
        with suppress(httpx.TransportError):
            async with stream(self._client, f"{url}{self._path}", last=self._cursor) as following:
                async for one in following.told:
                    if one.id is None:
                        ending = one.name
                    else:
                        yield one.data
        self.endings.append(ending)


class SocketFollower(Follower):
    """Over a WebSocket; where it hangs up it does so with a close frame, or without, in turn."""

    def __init__(self, urls: Sequence[str], thread_id: str, *, outcomes: int = 1) -> None:
        super().__init__(urls, outcomes=outcomes)
        self._thread_id = thread_id

    @override
    async def _events_at(self, url: str) -> AsyncGenerator[bytes]:
        ending = CUT
        try:
            # Without pings: a gateway that is frozen for long is not left.
            async with talking(url, self._thread_id, ping_interval=None) as client:
                await client.says("follow", after=self._cursor)
                try:
                    async for frame in client.connection:
                        assert isinstance(frame, str), "a frame of bytes"
                        if is_event(json.loads(frame)):
                            yield frame.encode()
                finally:
                    if self.connections % 2:
                        await client.vanishes()
                ending = str(client.connection.close_code)
        except ConnectionClosed as closed:
            ending = str(closed.rcvd.code) if closed.rcvd else CUT
        except (InvalidHandshake, OSError):
            pass
        self.endings.append(ending)
