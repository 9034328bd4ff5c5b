"""``WS /ws/chat/{thread_id}``: who is let in, and how the socket is closed in the end."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from litestar import websocket
from litestar.connection import WebSocket
from litestar.enums import ScopeType
from litestar.exceptions import WebSocketDisconnect
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cse_chat.domain.errors import InvalidRequestError, NotOwnerError, TransportError
from cse_chat.domain.model.ids import ThreadId
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.exchanges import answer_with, close_with, headers_of
from cse_chat.entrypoints.http.parameters import thread_id_of
from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.conversation import Conversation
from cse_chat.entrypoints.http.sockets.frames import SUBPROTOCOL
from cse_chat.entrypoints.http.sockets.refusals import refuse_handshake
from cse_chat.entrypoints.http.sockets.service import SocketService
from cse_chat.entrypoints.http.users import asking_user

_log = structlog.get_logger(__name__)

_SWITCHED: Final = 101
_CLOSING_SECONDS: Final = 5


@websocket("/ws/chat/{thread_id:str}")
async def chat_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Ask, cancel, follow and resume in one socket."""
    service: SocketService = socket.app.state["sockets"]
    offered = socket.scope["subprotocols"]
    if not _is_same_origin(socket.scope):
        await refuse_handshake(socket, problem_kinds.ORIGIN_NOT_ALLOWED)
        return
    if offered and SUBPROTOCOL not in offered:
        detail = f"The subprotocol is `{SUBPROTOCOL}`; offer that, or none."
        await refuse_handshake(socket, problem_kinds.NOT_SUPPORTED, detail=detail)
        return
    if service.sockets.is_full:
        await refuse_handshake(socket, problem_kinds.OVERLOADED)
        return
    try:
        thread_id = thread_id_of(socket.scope["path_params"]["thread_id"])
    except InvalidRequestError as error:
        await refuse_handshake(socket, problem_kinds.INVALID_REQUEST, *error.violations)
        return
    await _converse(socket, service, thread_id, subprotocol=SUBPROTOCOL if offered else None)


async def _converse(
    socket: WebSocket[Any, Any, Any],
    service: SocketService,
    thread_id: ThreadId,
    *,
    subprotocol: str | None,
) -> None:
    with service.sockets.letting_in():  # which may take a while
        try:
            is_own = await _is_own(service, thread_id)
        except Exception as error:  # noqa: BLE001 -- the framework would log nothing and say 403
            _log.error("websocket_handshake_failed", exc_info=error)
            await refuse_handshake(socket, problem_kinds.INTERNAL_ERROR)
            return
        answer_with(socket.scope, _SWITCHED)
        # A refusal that a browser can tell from a network that is away is a code, not a status.
        await socket.accept(subprotocols=subprotocol)
    closing = closings.NOT_YOURS
    if is_own:
        conversation = Conversation(
            socket,
            service,
            thread_id=thread_id,
            user_id=asking_user(),
            speaks_frames=subprotocol is not None,
        )
        with service.sockets.holding(conversation, idle=service.limits.idle):
            closing = await conversation()
            await _close(socket, closing)
    else:
        await _close(socket, closing)
    close_with(socket.scope, closing.code)
    service.sockets.count_closed(closing.code)


async def _is_own(service: SocketService, thread_id: ThreadId) -> bool:
    """Own the thread, as whoever asks in it does: nobody else's is ever told on this socket."""
    try:
        await service.threads.own(thread_id, asking_user())
    except NotOwnerError:
        return False
    except TransportError:
        pass  # nobody can say now; it is asked again before anything is told or worked on
    return True


def telling_where_no_socket_is(app: ASGIApp) -> ASGIApp:
    """Return *app* that answers 404 to a handshake that no route takes.

    The framework only closes it, of which the server makes 403 without a word.
    """

    def serve(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        async def answer(message: Message) -> None:
            if message["type"] == "websocket.close" and scope.get("path_template") is None:
                await refuse_handshake(WebSocket(scope, receive, send), problem_kinds.NOT_FOUND)
            else:
                await send(message)

        return app(scope, receive, answer if scope["type"] == ScopeType.WEBSOCKET else send)

    return serve


async def _close(socket: WebSocket[Any, Any, Any], closing: Closing) -> None:
    if closing.is_theirs:
        return
    with suppress(TimeoutError, OSError, WebSocketDisconnect):  # it has gone meanwhile
        async with asyncio.timeout(_CLOSING_SECONDS):
            await socket.close(closing.code, closing.reason)


def _is_same_origin(scope: Scope) -> bool:
    """Say whether no page, or one of this very host, opens the socket.

    Browsers name the page's origin, let any page open a socket, and send what belongs to us along.
    """
    headers = headers_of(scope)
    origins, hosts = headers.get(b"origin", ()), headers.get(b"host", ())
    if not origins:
        return True
    if len(origins) != 1 or len(hosts) != 1:
        return False
    return _host_of(origins[0]) == hosts[0].strip().lower()


def _host_of(origin: str) -> str | None:
    try:
        parts = urlsplit(origin.strip().lower())
    except ValueError:
        return None
    return parts.netloc if parts.scheme in {"http", "https"} and not parts.path else None
