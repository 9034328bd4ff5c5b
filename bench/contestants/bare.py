"""The roof: the same answer from a handler that does nothing for it: ``python -m bench.contestants.bare``.

Litestar parses the same body and returns the very bytes that it was given on standard input, behind
the same uvicorn settings as the service's.
"""

import asyncio
import socket
import sys
from datetime import timedelta

import msgspec
import uvicorn
from litestar import Litestar, Response, post
from litestar.enums import MediaType
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from typing_extensions import override

from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.server import listening_socket, server_config

_CONNECTIONS = 11_000  # like the service with its default settings


class AskBody(msgspec.Struct, frozen=True):
    """What `POST /api/chat` takes."""

    message: str
    thread_id: str | None = None
    metadata: dict[str, str] = {}
    if_busy: str = "enqueue"


def create_app(answer: bytes) -> Litestar:
    """Return an application that gives *answer* to every question."""

    @post("/api/chat", status_code=HTTP_200_OK)
    async def send(data: JSONBody[AskBody]) -> Response[bytes]:  # noqa: ARG001 -- parsed, as the service does
        return Response(answer, media_type=MediaType.JSON)

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


async def _serve(config: uvicorn.Config) -> None:
    with listening_socket("127.0.0.1", 0) as listener:
        server = _AnnouncingServer(config, url_of(*listener.getsockname()[:2]))
        await server.serve([listener])


def main() -> None:  # pragma: no cover - it serves until a signal, in a process of its own
    """Serve until a signal."""
    serve(create_app(sys.stdin.buffer.read()))


def serve(app: Litestar, *, graceful_seconds: float = 5) -> None:  # pragma: no cover - see main()
    """Serve *app* until a signal, as the service is served; say on standard output where."""
    config = server_config(
        app, graceful=timedelta(seconds=graceful_seconds), most_connections=_CONNECTIONS
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(config))


if __name__ == "__main__":  # pragma: no cover - see main()
    main()
