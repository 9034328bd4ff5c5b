"""What a client is told when a frame, or the whole socket, is refused."""

from typing import Any, Final

import msgspec
import structlog
from litestar.connection import WebSocket
from litestar.types import Scope
from litestar.types.asgi_types import WebSocketResponseBodyEvent, WebSocketResponseStartEvent

from cse_chat.domain import errors
from cse_chat.domain.errors import Violation
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.errors import KIND_OF, LOGGED, NotSupportedError
from cse_chat.entrypoints.http.exchanges import answer_with
from cse_chat.entrypoints.http.problem_kinds import ProblemKind
from cse_chat.entrypoints.http.problems import problem_document
from cse_chat.entrypoints.http.sockets.frames import ErrorFrame

_log = structlog.get_logger(__name__)
_encoder: Final = msgspec.json.Encoder()


def refused(
    scope: Scope, ref: str | None, error: errors.ChatError | NotSupportedError
) -> ErrorFrame:
    """Return *error* as its kind, the same as HTTP has; its message and cause are for the log."""
    if isinstance(error, NotSupportedError):
        document = problem_document(scope, problem_kinds.NOT_SUPPORTED, detail=error.detail)
        return ErrorFrame(ref=ref, problem=document, retry_after=None)
    kind = KIND_OF.get(type(error), problem_kinds.INTERNAL_ERROR)
    if kind in LOGGED:
        _log.error("websocket_frame_failed", exc_info=error)
    document = problem_document(
        scope,
        kind,
        violations=error.violations if isinstance(error, errors.InvalidRequestError) else (),
        correlation_id=getattr(error, "correlation_id", None),
    )
    return ErrorFrame(ref=ref, problem=document, retry_after=kind.retry_after)


def crowded(scope: Scope, ref: str | None) -> ErrorFrame:
    """Return that too much waits already."""
    kind = problem_kinds.OVERLOADED
    return ErrorFrame(ref=ref, problem=problem_document(scope, kind), retry_after=kind.retry_after)


async def refuse_handshake(
    socket: WebSocket[Any, Any, Any], kind: ProblemKind, *violations: Violation, detail: str = ""
) -> None:
    """Answer the handshake with a problem instead of a socket."""
    document = problem_document(socket.scope, kind, violations=violations, detail=detail)
    answer_with(socket.scope, kind.status)
    start: WebSocketResponseStartEvent = {
        "type": "websocket.http.response.start",
        "status": kind.status,
        "headers": [
            (b"content-type", b"application/problem+json"),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ],
    }
    await socket.send(start)
    body: WebSocketResponseBodyEvent = {
        "type": "websocket.http.response.body",
        "body": _encoder.encode(document),
        "more_body": False,
    }
    await socket.send(body)
