"""Clients of event streams, as somebody would write them by the contract alone."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient, Response


@dataclass(frozen=True, slots=True)
class Sent:
    """An event as it came: its name, its id if it had one, and its data as bytes."""

    name: str
    id: str | None
    data: bytes

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.data))


@dataclass(frozen=True, slots=True)
class Stream:
    """An open response, and what comes of it; comments and `retry` are left out."""

    response: Response
    told: AsyncGenerator[Sent]

    async def rest(self) -> list[Sent]:
        """Return all that comes until it ends."""
        return [one async for one in self.told]


@asynccontextmanager
async def stream(
    client: AsyncClient, path: str, *, last: str | None = None
) -> AsyncGenerator[Stream]:
    """Open the stream at *path*, behind the event whose id is *last*."""
    headers = {"Last-Event-ID": last} if last else {}
    async with (
        client.stream("GET", path, headers=headers) as response,
        aclosing(_sent(response)) as told,
    ):
        yield Stream(response, told)


async def _sent(response: Response) -> AsyncGenerator[Sent]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if line and name:
            fields[name] = value.removeprefix(" ")
        elif not line:
            if "data" in fields:
                yield Sent(fields["event"], fields.get("id"), fields["data"].encode())
            fields = {}
