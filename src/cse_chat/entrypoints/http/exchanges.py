"""What every HTTP exchange carries: the ids to find it again, and headers that keep it safe."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cse_chat.entrypoints.clock import new_uuid

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")

# An answer is its owner's: no cache may keep it, unless a response says otherwise.
_DEFAULTS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def request_id_of(scope: Scope) -> str:
    """Return what names this exchange in the log, in its response and in its problem."""
    request_id: str = scope["state"]["request_id"]
    return request_id


def correlation_id_of(scope: Scope) -> str | None:
    """Return the id of the request that this exchange is about, if it is known by now."""
    correlation_id: str | None = scope["state"].get("correlation_id")
    return correlation_id


def status_of(scope: Scope) -> int | None:
    """Return what was answered; ``None`` when the connection went away before."""
    status: int | None = scope["state"].get("status")
    return status


def answer_with(scope: Scope, status: int) -> None:
    """Note what is answered, where this is not seen by whoever watches responses."""
    scope["state"]["status"] = status


def close_with(scope: Scope, code: int) -> None:
    """Note how a socket was closed."""
    scope["state"]["close_code"] = code


def close_code_of(scope: Scope) -> int | None:
    """Return how a socket was closed; ``None`` when it never was one."""
    code: int | None = scope["state"].get("close_code")
    return code


def headers_of(scope: Scope) -> Mapping[bytes, Sequence[str]]:
    """Return the values of all headers by their names, which are in lower case.

    It takes a tenth of the time of the framework's mapping.
    """
    found: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name, []).append(value.decode("latin-1"))
    return found


async def send_bytes(send: Send, body: bytes, *, status: int, allow: str | None = None) -> None:
    """Send a whole response of JSON, or one without a body.

    Args:
        send: What the server takes.
        body: JSON; empty: there is none.
        status: Of the response.
        allow: The ``Allow`` header.
    """
    headers = [(b"content-length", str(len(body)).encode())] if body else []
    headers += [(b"content-type", b"application/json")] if body else []
    headers += [(b"allow", allow.encode())] if allow else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def correlate(scope: Scope, correlation_id: str) -> None:
    """Note which request this exchange is about: header, log line and problem will say so."""
    scope["state"]["correlation_id"] = correlation_id


class Envelope:
    """Outside of the routing, so that what no route takes gets its headers as well."""

    def __init__(self, app: ASGIApp, *, new_request_id: Callable[[], str] = new_uuid) -> None:
        self._app = app
        self._new_request_id = new_request_id

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection; no coroutine of its own waits for as long as a socket is open."""
        state = scope.setdefault("state", {})
        state["request_id"] = _given_id(scope) or self._new_request_id()
        if scope["type"] != ScopeType.HTTP:  # a socket
            return self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["state"]["status"] = message["status"]
                message["headers"] = [*message["headers"], *_missing(scope, message)]
            await send(message)

        return self._app(scope, receive, send_with_headers)


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value.decode()
    return None


def _missing(scope: Scope, message: Any) -> list[tuple[bytes, bytes]]:  # noqa: ANN401 -- a TypedDict that Litestar does not narrow to
    given = [name for name, _ in message["headers"]]
    headers = [header for header in _DEFAULTS if header[0] not in given]
    headers.append((b"x-request-id", request_id_of(scope).encode()))
    if correlation_id := correlation_id_of(scope):
        headers.append((b"x-correlation-id", correlation_id.encode()))
    return headers
