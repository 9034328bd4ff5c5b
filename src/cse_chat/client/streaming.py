"""Following by server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

import httpx

from cse_chat.client.events import Event, decode_event
from cse_chat.client.gateways import CONNECT_SECONDS, Gateway
from cse_chat.client.interruptions import (
    BlockedWayError,
    BrokenConnectionError,
    BusyGatewayError,
    NothingMoreError,
)
from cse_chat.client.responses import is_busy, refuse, retry_after
from cse_chat.client.retries import Patience, Retries
from cse_chat.client.sse import ServerSentEvents

_MEDIA_TYPE: Final = "text/event-stream"


async def streamed(
    gateway: Gateway,
    path: str,
    *,
    after: str | None,
    retries: Retries,
    heard: Callable[[], None],
) -> AsyncGenerator[Event]:
    """Yield what *gateway* tells behind *after*, until it ends the stream.

    *heard* is told of all that comes.

    Raises:
        BlockedWayError: Nothing comes through; nothing was yielded.
        BrokenConnectionError: It is interrupted: go on behind what was yielded last.
        BusyGatewayError: It cannot tell now.
        NothingMoreError: Nothing ever comes behind *after*.
        ProblemError: It refuses.
        UnintelligibleError: It sends what is no event.
    """
    parser = ServerSentEvents()
    patience = retries.patience
    async with (
        _opened(gateway, path, after, patience) as response,
        aclosing(_chunks(response, patience.first_bytes)) as chunks,
    ):
        async for chunk in chunks:
            heard()
            for sent in parser.take(chunk):
                if sent.name == "shutdown":
                    return
                yield decode_event(sent.data)
            retries.retry = parser.retry or retries.retry


@asynccontextmanager
async def _opened(
    gateway: Gateway, path: str, after: str | None, patience: Patience
) -> AsyncIterator[httpx.Response]:
    # Whoever compresses on the way waits until it is worth it.
    headers = {"Accept": _MEDIA_TYPE, "Accept-Encoding": "identity", "Cache-Control": "no-store"}
    headers |= {"Last-Event-ID": after} if after else {}
    timeout = httpx.Timeout(patience.silence.total_seconds(), connect=CONNECT_SECONDS)
    request = gateway.http.build_request("GET", path, headers=headers, timeout=timeout)
    try:
        async with asyncio.timeout(CONNECT_SECONDS + patience.first_bytes.total_seconds()):
            response = await gateway.http.send(request, stream=True)
    except (TimeoutError, httpx.ReadTimeout) as error:
        raise BlockedWayError("nothing was answered") from error
    except httpx.TransportError as error:
        raise BrokenConnectionError(str(error) or type(error).__name__) from error
    try:
        await _require_stream(response, patience.first_bytes)
        yield response
    finally:
        await response.aclose()


async def _require_stream(response: httpx.Response, limit: timedelta) -> None:
    if response.status_code == httpx.codes.NO_CONTENT:
        raise NothingMoreError
    named = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.status_code == httpx.codes.OK and named == _MEDIA_TYPE:
        return
    try:
        async with asyncio.timeout(limit.total_seconds()):
            await response.aread()
    except (TimeoutError, httpx.TransportError) as error:
        raise BrokenConnectionError("the answer broke off") from error
    if is_busy(response):
        raise BusyGatewayError(response.status_code, after=retry_after(response))
    if response.status_code == httpx.codes.OK:
        raise BlockedWayError(f"not a stream but {named}")
    refuse(response)


async def _chunks(response: httpx.Response, limit: timedelta) -> AsyncGenerator[bytes]:
    """Yield what comes; our service sends something at once."""
    chunks = response.aiter_bytes()
    try:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                chunk = await anext(chunks, b"")
        except (TimeoutError, httpx.ReadTimeout) as error:
            raise BlockedWayError("the stream is held back") from error
        while chunk:
            yield chunk
            chunk = await anext(chunks, b"")
    except httpx.TransportError as error:
        raise BrokenConnectionError(str(error) or type(error).__name__) from error
    finally:
        # Closed, it ends at the next step, and so do the generators inside of it; left to the
        # garbage collector, each of them would end in a task of its own.
        await response.aclose()
        with suppress(httpx.TransportError, httpx.StreamError):
            await anext(chunks, b"")
