"""The roof: an answer from a handler that does nothing for it: ``python -m bench.contestants.bare ANSWER``.

Litestar parses the same body and returns the very bytes that its command line gives, behind the same
uvicorn settings as the service's.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from litestar import Litestar, Response, post
from litestar.enums import MediaType
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp

from bench.contestants.face import AskBody, serve


def create_app(answer: bytes) -> Litestar:
    """Return an application that gives *answer* to every question."""

    @post("/api/chat", status_code=HTTP_200_OK)
    async def send(data: JSONBody[AskBody]) -> Response[bytes]:  # noqa: ARG001 -- parsed, as the service does
        return Response(answer, media_type=MediaType.JSON)

    return Litestar([send], openapi_config=None, logging_config=None)


@asynccontextmanager
async def opened(answer: bytes) -> AsyncGenerator[ASGIApp]:
    """Yield the application."""
    yield create_app(answer)


def main() -> None:  # pragma: no cover - it serves until a signal, in a process of its own
    """Serve until a signal."""
    serve(opened(sys.argv[1].encode()))


if __name__ == "__main__":  # pragma: no cover - see main()
    main()
