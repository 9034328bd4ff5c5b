"""A service that is played by the test, over no network at all, and a clock that only pauses move."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, Self

import httpx
from typing_extensions import override

from cse_chat.client.chat import ChatClient
from cse_chat.client.retries import Patience
from tests.unit.client.told import AT, ID, PROBLEM, THREAD

FIRST, SECOND = "http://first", "http://second"
OPEN: dict[str, Any] = {
    "correlation_id": ID,
    "thread_id": THREAD,
    "status": "accepted",
    "durability": "memory",
    "events_url": f"/api/chat/{ID}/events",
}
ANSWER: dict[str, Any] = {
    "correlation_id": ID,
    "thread_id": THREAD,
    "response": "abc",
    "timestamp": AT,
    "metadata": {},
}
UNANSWERED: dict[str, Any] = {
    "correlation_id": ID,
    "thread_id": THREAD,
    "status": "cancelled",
    "problem": PROBLEM,
    "timestamp": AT,
}

Reply = httpx.Response | Exception
"""What is answered, or how a request fails."""


class Body(httpx.AsyncByteStream):
    """Chunks that come one after the other, and perhaps an end that is none."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self._chunks = chunks
        self.is_closed = False

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            if self.is_closed:
                return
            yield chunk

    @override
    async def aclose(self) -> None:
        self.is_closed = True


class PlayedService(httpx.AsyncBaseTransport):
    """Answers with what it was given, one after the other, and keeps what it was asked."""

    def __init__(self, *replies: Reply | Callable[[], Reply]) -> None:
        self._replies = iter(replies)
        self.requests: list[httpx.Request] = []

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = next(self._replies)
        if callable(reply):
            reply = reply()
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def asked(self) -> list[str]:
        """Which gateway was asked for what, in order."""
        return [f"{request.url.host} {request.url.path}" for request in self.requests]


class PlayedTime:
    """A clock that only pauses move, and a chance that is always the same."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Played:
    """A client of a played service."""

    def __init__(
        self, *replies: Reply | Callable[[], Reply], urls: tuple[str, ...] = (FIRST, SECOND)
    ) -> None:
        self.service = PlayedService(*replies)
        self.time = PlayedTime()
        patience = Patience(
            limit=timedelta(seconds=60),
            pause=self.time.pause,
            chance=lambda: 0.25,
            monotonic=self.time,
        )
        self.client = ChatClient(*urls, patience=patience, transport=self.service)

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.__aexit__(None, None, None)


def stream_of(*chunks: bytes | Exception) -> httpx.Response:
    return httpx.Response(
        200, headers={"Content-Type": "text/event-stream; charset=utf-8"}, stream=Body(*chunks)
    )


def look(*events: dict[str, Any], following: str | None) -> httpx.Response:
    return httpx.Response(200, json={"events": events, "next": following})


def accepted() -> httpx.Response:
    return httpx.Response(202, json=OPEN)


def problem(status: int, slug: str, **members: Any) -> httpx.Response:  # noqa: ANN401 -- of any JSON
    document = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": "So it is."}
    return httpx.Response(status, json=document | members)
