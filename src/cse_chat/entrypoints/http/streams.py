"""Server-sent events: one response that goes on for as long as its client follows.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from litestar.enums import HttpMethod
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import Receive, Scope, Send

from cse_chat.adapters.wire.events import followed_json
from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.events import Cursor, Followed
from cse_chat.domain.use_cases.follow_request import ends
from cse_chat.entrypoints.http.exchanges import correlation_id_of, request_id_of, send_bytes
from cse_chat.entrypoints.http.pieces import pieces
from cse_chat.entrypoints.metrics.streams import StreamTally, type_of
from cse_chat.entrypoints.readiness import Readiness

_log = structlog.get_logger(__name__)

HEARTBEAT: Final = timedelta(seconds=15)
"""How long a stream may be silent: proxies cut what is silent for 30 s and more."""

_RETRY: Final = b"retry: 1000\n\n"
_COMMENT: Final = b":\n\n"
_SHUTDOWN: Final = b'event: shutdown\ndata: {"type":"shutdown"}\n\n'
_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # else nginx keeps events until it has a page of them
)

Follow = Callable[[Cursor | None], AsyncGenerator[Sequence[Followed]]]
"""Tells what comes behind a cursor; nothing at all if nothing ever will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """What every stream needs.

    Attributes:
        now: The time of gaps.
        pause: Before a stream that could not read on tries again.
        heartbeat: See `HEARTBEAT`.
    """

    tally: StreamTally
    readiness: Readiness
    now: Callable[[], datetime]
    pause: Callable[[timedelta], Awaitable[None]]
    heartbeat: timedelta = HEARTBEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStream:
    """An ASGI application that tells one client what happens.

    What is wrong before the first byte is raised. From then on the client is told no error: a
    store that is away is waited for, with comments; whatever else breaks ends the stream, and the
    client comes back with its cursor.

    Attributes:
        of: What is followed, as it is counted.
        after: Where the client is.
    """

    streaming: Streaming
    of: str
    follow: Follow
    after: Cursor | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until the outcome, the end of the process, or until the client is gone."""
        async with aclosing(self._tellings()) as tellings:
            first = await anext(tellings, None)
            if first is None:  # to `EventSource` it says: do not come back
                await send_bytes(send, b"", status=HTTP_204_NO_CONTENT)
                return
            await send(
                {"type": "http.response.start", "status": HTTP_200_OK, "headers": [*_HEADERS]}
            )
            if scope.get("method") == HttpMethod.HEAD:
                await _send(send, b"", more=False)
                return
            with self.streaming.tally.following(self.of, resumed=self.after is not None):
                telling = self._tell(first, tellings, scope, send)
                await while_there(receive, telling)

    async def _tellings(self) -> AsyncGenerator[Sequence[Followed]]:
        """Yield what is told; once it has begun, a store that is away only interrupts it."""
        after, begun = self.after, False
        while True:
            try:
                async with aclosing(self.follow(after)) as tellings:
                    async for told in tellings:
                        yield told
                        after, begun = told[-1].cursor if told else after, True
            except TransportError:
                if not begun:
                    raise
            else:
                return
            if self.streaming.readiness.draining:
                return
            self.streaming.tally.interrupted += 1
            await self.streaming.pause(timedelta(seconds=1))
            yield ()

    async def _tell(
        self,
        first: Sequence[Followed],
        tellings: AsyncGenerator[Sequence[Followed]],
        scope: Scope,
        send: Send,
    ) -> None:
        last = _SHUTDOWN
        try:
            await _send(send, _RETRY)
            told = await self._pass_on(first, send)
            async for told in tellings:
                await self._pass_on(told, send)
            if self.of == "request" and ends(told):
                last = b""
        except NotFoundError:  # deleted or lost meanwhile: whoever comes back is told
            last = b""
        except Exception as error:  # noqa: BLE001 -- 200 is said; a broken connection says nothing
            _log.error(
                "stream_failed",
                request_id=request_id_of(scope),
                correlation_id=correlation_id_of(scope),
                exc_info=error,
            )
            last = b""
        await _send(send, last, more=False)

    async def _pass_on(self, told: Sequence[Followed], send: Send) -> Sequence[Followed]:
        if not told:
            await _send(send, _COMMENT)
        for piece in pieces(_frame(one, now=self.streaming.now) for one in told):
            await _send(send, piece)  # waits for as long as the client takes nothing
        self.streaming.tally.tell(told)
        return told


def _frame(told: Followed, *, now: Callable[[], datetime]) -> bytes:
    # Lines of our own have none; a stranger's JSON may be broken into lines, between its tokens.
    data = followed_json(told, now=now).translate(None, b"\r\n")
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        told.cursor.text.encode(),
        type_of(told).encode(),
        data,
    )


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def while_there(receive: Receive, telling: Coroutine[Any, Any, None]) -> None:
    """Run *telling* to its end, or until the client is gone; nothing of it is left then.

    Raises:
        Exception: What *telling* raises.
    """
    tasks = [asyncio.create_task(telling), asyncio.create_task(_gone(receive))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _gone(receive: Receive) -> None:
    """Return once the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
