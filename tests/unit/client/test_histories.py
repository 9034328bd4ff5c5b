"""For any history of a thread, whatever happens to sockets: each event is told once and in order."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from cse_chat.client.following import Following
from cse_chat.client.gateways import Gateway, Gateways
from cse_chat.client.interruptions import BlockedWayError
from cse_chat.client.retries import Patience
from cse_chat.client.subjects import Subject
from cse_chat.client.ways import Way
from tests.unit.client.played import FIRST, SECOND, PlayedTime, look, stream_of
from tests.unit.client.played_sockets import PONG, PlayedSocket, Said, offset_of
from tests.unit.client.told import ID, OTHER_ID, THREAD, cursor, document, frame

PAGE = 3


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of a try to open a socket.

    Attributes:
        error: Why there is none; or
        repeats: How many events it tells that were told already, and
        tells: How many it tells besides, and
        end: How it ends; ``None``: it falls silent.
    """

    error: BlockedWayError | None
    repeats: int
    tells: int
    end: int | None


FATES = st.builds(
    Fate,
    error=st.sampled_from([None, None, None, BlockedWayError("chance", is_certain=False)]),
    repeats=st.integers(0, 2),
    tells=st.integers(0, 4),
    end=st.sampled_from([1012, 1006, 4404, 4503, None]),
)


class PlayedThread(httpx.AsyncBaseTransport):
    """A thread in which something happened, as the three ways tell it; streams are cut short."""

    def __init__(self, owners: Sequence[str], fates: Sequence[Fate]) -> None:
        self.events = [
            *[document("delta", at, correlation_id=owner) for at, owner in enumerate(owners, 1)],
            document("answered", len(owners) + 1),
        ]
        self._fates = iter(fates)

    def offsets(self, subject: Subject) -> list[int]:
        """Return what is to be told."""
        return [place_of(event) for event in self.of(subject.path, self.events)]

    def of(self, path: str, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [event for event in events if ID not in path or event["correlation_id"] == ID]

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after") or request.headers.get("Last-Event-ID")
        begin = int(after.rpartition("-")[2]) if after else 0
        found = self.events[begin : begin + PAGE]
        told = self.of(request.url.path, found)
        if request.headers["Accept"] == "text/event-stream":
            return stream_of(b":\n\n", *[frame(one["type"], place_of(one), **one) for one in told])
        is_over = ID in request.url.path and begin + len(found) == len(self.events)
        return look(*told, following=None if is_over else cursor(begin + len(found)))

    @asynccontextmanager
    async def dial(
        self, gateway: Gateway, thread_id: str, *, within: timedelta
    ) -> AsyncGenerator[PlayedSocket]:
        fate = next(self._fates, Fate(error=None, repeats=0, tells=len(self.events), end=1006))
        if fate.error:
            raise fate.error
        yield FatedSocket(self.events, fate)


class FatedSocket(PlayedSocket):
    """Tells from where it is told to, until its end."""

    def __init__(self, events: Sequence[dict[str, Any]], fate: Fate) -> None:
        super().__init__()
        self._events = events
        self._fate = fate

    @override
    async def send(self, frame: bytes) -> None:
        said = json.loads(frame)
        if said["type"] == "follow":
            reached = int(said["after"].rpartition("-")[2])
            begin = max(0, reached - self._fate.repeats)
            told: list[Said] = [PONG, *self._events[begin : reached + self._fate.tells]]
            self._said = iter([*told, self._fate.end, self._fate.end])


def place_of(event: dict[str, Any]) -> int:
    return int(event["cursor"].rpartition("-")[2])


@given(
    owners=st.lists(st.sampled_from([ID, OTHER_ID]), max_size=12),
    fates=st.lists(FATES, max_size=6),
    subject=st.sampled_from([Subject.question(ID, thread_id=THREAD), Subject(thread_id=THREAD)]),
    silence=st.sampled_from([timedelta(0), timedelta(milliseconds=2)]),
)
def test_each_event_is_told_once_and_in_order(
    owners: Sequence[str], fates: Sequence[Fate], subject: Subject, silence: timedelta
) -> None:
    thread = PlayedThread(owners, fates)
    time = PlayedTime()
    following = Following(
        gateways=Gateways((FIRST, SECOND), thread, first=0, ways=[Way.WEBSOCKET, Way.SSE]),
        patience=Patience(silence=silence, pause=time.pause, chance=lambda: 0.0, monotonic=time),
        dial=thread.dial,
    )

    async def told() -> list[int]:
        offsets: list[int] = []
        async with asyncio.timeout(20), aclosing(following(subject, after=None)) as events:
            async for event in events:
                offsets.append(offset_of(event))
                if subject.correlation_id is None and offsets[-1] == len(thread.events):
                    break
        return offsets

    assert asyncio.run(told()) == thread.offsets(subject)
