"""The HTTP face of a contestant: for all the same framework, body, answer and server."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import uvicorn
from litestar import Litestar, Response, post
from litestar.enums import MediaType
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_504_GATEWAY_TIMEOUT
from litestar.types import ASGIApp
from typing_extensions import override

from bench.contestants.records import request_of
from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.server import listening_socket, server_config

_CONNECTIONS = 11_000  # like the service with its default settings

Ask = Callable[[dict[str, Any]], Awaitable[Mapping[str, Any]]]


class AskBody(msgspec.Struct, frozen=True):
    """What `POST /api/chat` takes."""

    message: str
    thread_id: str | None = None
    metadata: dict[str, str] = {}
    if_busy: str = "enqueue"


def create_app(ask: Ask) -> Litestar:
    """Return an application that puts each question to *ask* and returns what comes of it.

    Args:
        ask: Takes a record of `records.request_of`, returns one of `records.response_to`, or raises
            `TimeoutError` when it has waited long enough.
    """

    @post("/api/chat", status_code=HTTP_200_OK)
    async def send(data: JSONBody[AskBody]) -> Response[Mapping[str, Any]]:
        correlation_id = str(uuid4())
        headers = {"X-Correlation-Id": correlation_id}
        try:
            answer = await ask(request_of(correlation_id, data.thread_id, data.message))
        except TimeoutError:
            return Response({}, status_code=HTTP_504_GATEWAY_TIMEOUT, headers=headers)
        return Response(answer, media_type=MediaType.JSON, headers=headers)

    return Litestar([send], openapi_config=None, logging_config=None)


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(f"listens at {self._url}\n")
        sys.stdout.flush()


def serve(opened: AbstractAsyncContextManager[ASGIApp], *, graceful_seconds: float = 5) -> None:
    """Serve an application until a signal, as the service is served.

    Args:
        opened: Entered on the loop that serves; left when no request runs any more.
        graceful_seconds: How long requests may run on once it was told to end.
    """

    async def serve_it() -> None:
        async with opened as app:
            config = _config(app, graceful_seconds)
            with listening_socket("127.0.0.1", 0) as listener:
                server = _AnnouncingServer(config, url_of(*listener.getsockname()[:2]))
                await server.serve([listener])

    with asyncio.Runner(
        loop_factory=_config(_nothing, graceful_seconds).get_loop_factory()
    ) as runner:
        runner.run(serve_it())


async def _nothing(*_: object) -> None:
    """Serve nobody."""


def _config(app: Callable[..., Any], graceful_seconds: float) -> uvicorn.Config:
    graceful = timedelta(seconds=graceful_seconds)
    return server_config(app, graceful=graceful, most_connections=_CONNECTIONS)
