"""Sockets that are played by the test, over no network at all."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

from cse_chat.client.events import Event
from cse_chat.client.following import Following
from cse_chat.client.gateways import Gateway, Gateways
from cse_chat.client.interruptions import BlockedWayError
from cse_chat.client.retries import Patience
from cse_chat.client.sockets import ClosedSocketError
from cse_chat.client.subjects import Subject
from cse_chat.client.ways import Way
from tests.unit.client.played import FIRST, SECOND, PlayedService, PlayedTime, Reply
from tests.unit.client.told import ID, THREAD

PONG: dict[str, Any] = {"type": "pong", "ref": None}

Said = dict[str, Any] | bytes | int | None
"""A frame, the code of a close frame, or nothing at all until the listener has had enough."""


class PlayedSocket:
    """Says what it was given, and then is closed without a word.

    Attributes:
        heard: The frames that it was sent.
        is_left: Whether nobody listens any more.
    """

    def __init__(self, *said: Said) -> None:
        self._said = iter(said)
        self.heard: list[dict[str, Any]] = []
        self.is_left = False

    async def send(self, frame: bytes) -> None:
        self.heard.append(json.loads(frame))

    async def receive(self) -> bytes:
        said = next(self._said, 1006)
        if said is None:
            await asyncio.Event().wait()
        if isinstance(said, int):
            raise ClosedSocketError(said if said != 1006 else None)
        return said if isinstance(said, bytes) else json.dumps(said).encode()


class PlayedDial:
    """Opens the sockets that it was given, one after the other, or fails as it was told.

    Attributes:
        dialled: Which gateway was dialled for which thread.
    """

    def __init__(self, *openings: PlayedSocket | BlockedWayError) -> None:
        self._openings = iter(openings)
        self.dialled: list[str] = []

    def __call__(
        self, gateway: Gateway, thread_id: str, *, within: timedelta
    ) -> AbstractAsyncContextManager[PlayedSocket]:
        self.dialled.append(f"{gateway.url.host} {thread_id}")
        return self._opened(next(self._openings))

    @asynccontextmanager
    async def _opened(
        self, opening: PlayedSocket | BlockedWayError
    ) -> AsyncGenerator[PlayedSocket]:
        if isinstance(opening, BlockedWayError):
            raise opening
        try:
            yield opening
        finally:
            opening.is_left = True


class Followed:
    """Following at a played service that replies so, and opens such sockets."""

    def __init__(
        self,
        *replies: Reply | Callable[[], Reply],
        sockets: Sequence[PlayedSocket | BlockedWayError] = (),
        urls: tuple[str, ...] = (FIRST, SECOND),
        ways: Sequence[Way] = tuple(Way),
        **patience: Any,  # noqa: ANN401 -- as `Patience`
    ) -> None:
        self.service = PlayedService(*replies)
        self.dial = PlayedDial(*sockets)
        self.time = PlayedTime()
        usual: dict[str, Any] = {
            "limit": timedelta(seconds=60),
            "pause": self.time.pause,
            "chance": lambda: 0.25,
            "monotonic": self.time,
        }
        self.following = Following(
            gateways=Gateways(urls, self.service, first=0, ways=ways),
            patience=Patience(**usual | patience),
            dial=self.dial,
        )

    def thread(self, *, after: str | None = None) -> AsyncGenerator[Event]:
        """Yield what happens in the thread."""
        return self.following(Subject(thread_id=THREAD), after=after)

    async def question(
        self, *, after: str | None = None, thread_id: str | None = THREAD
    ) -> list[int]:
        """Return what happens to the question, as offsets."""
        events = self.following(Subject.question(ID, thread_id=thread_id), after=after)
        async with asyncio.timeout(20):
            return [offset_of(event) async for event in events]


def offset_of(event: Event) -> int:
    return int(event.cursor.rpartition("-")[2])
