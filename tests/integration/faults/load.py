"""Clients that ask, and write down what they were told."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

ANSWERED = 200
OPEN = 202


@dataclass(slots=True)
class Asked:
    """One question, and everything its client was ever told of it.

    Attributes:
        status: Of the response; 0 when there was none.
        correlation_id: Empty when none was told.
        seconds: Until the response came.
    """

    thread_id: str
    text: str
    status: int = 0
    correlation_id: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0

    @property
    def is_accepted(self) -> bool:
        """Whether the client was told that it is kept: an answer, an outcome, or later."""
        return self.status in {ANSWERED, OPEN} or (
            self.status in {502, 504} and bool(self.correlation_id)
        )


class Clients:
    """Everybody who asks; they take the gateways in turn."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = list(urls)
        self._turn = itertools.count()
        self._threads = itertools.count()
        self.asked: list[Asked] = []
        self._client = httpx.AsyncClient(
            timeout=20, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(
        self, text: str, *, thread_id: str, url: str | None = None, prefer: str = ""
    ) -> Asked:
        """Ask once, and note what comes of it."""
        asked = Asked(thread_id, text)
        self.asked.append(asked)
        loop = asyncio.get_running_loop()
        began = loop.time()
        place = url or self.urls[next(self._turn) % len(self.urls)]
        try:
            response = await self._client.post(
                f"{place}/api/chat",
                json={"message": text, "thread_id": thread_id},
                headers={"Prefer": prefer} if prefer else {},
            )
        except httpx.TransportError:
            asked.seconds = loop.time() - began
            return asked
        asked.seconds = loop.time() - began
        asked.status = response.status_code
        asked.body = response.json()
        asked.correlation_id = asked.body.get("correlation_id") or ""
        return asked

    @asynccontextmanager
    async def asking(
        self, threads: int, mode: str = "answer", *, pause: float = 0
    ) -> AsyncGenerator[None]:
        """Ask in so many threads, one question after the other in each, while inside.

        Args:
            threads: How many.
            mode: What the agent is told to do.
            pause: Seconds between an answer and the next question.
        """
        ending = asyncio.Event()

        async def converse(thread_id: str) -> None:
            for number in itertools.count():
                if ending.is_set():
                    return
                asked = await self.ask(f"{mode} {thread_id}-{number}", thread_id=thread_id)
                # As a client does that was told to come again.
                await asyncio.sleep(pause if asked.status == ANSWERED else max(pause, 0.1))

        async with asyncio.TaskGroup() as everybody:
            for _ in range(threads):
                everybody.create_task(converse(f"thread_{next(self._threads)}"))
            yield
            ending.set()

    async def read(
        self, correlation_id: str, url: str | None = None, *, wait: int = 0
    ) -> httpx.Response:
        """Read how a request stands, after up to *wait* seconds if it is open."""
        place = f"{url or self.urls[0]}/api/chat/{correlation_id}"
        return await self._client.get(place, params={"wait": str(wait)})

    async def health(self, url: str) -> dict[str, Any]:
        """Return what a gateway or worker says of itself."""
        body: dict[str, Any] = (await self._client.get(f"{url}/health/ready")).json()
        return body

    async def history(self, thread_id: str) -> list[dict[str, Any]]:
        """Return all turns of a thread; none when it is unknown."""
        messages: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            found = await self._client.get(
                f"{self.urls[0]}/api/threads/{thread_id}/messages",
                params={"limit": "1000", **after},
            )
            page = found.json()
            messages += page.get("messages", [])
            if not page.get("next"):
                return messages
            after = {"after": page["next"]}

    async def end_of(self, asked: Asked, *, seconds: float) -> httpx.Response:
        """Return how *asked* ended, read at the first gateway; the last reading if it did not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            try:
                response = await self.read(asked.correlation_id)
            except httpx.TransportError:
                response = httpx.Response(0)
            if response.status_code == 200 or loop.time() > end:
                return response
            await asyncio.sleep(0.1)
