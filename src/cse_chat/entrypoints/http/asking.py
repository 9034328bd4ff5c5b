"""``POST /api/chat``: ask, and wait for the answer.

The one route whose own cost counts, so it speaks ASGI: making the framework's request, parameters,
dependencies and response took more time than all that happens to a question (ADR 0017). Routing
and errors stay the framework's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Litestar, Request, asgi
from litestar.enums import HttpMethod
from litestar.exceptions import MethodNotAllowedException
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import Receive, Scope, Send

from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import ReplyTimeoutError
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.use_cases.send_chat import Receipt
from cse_chat.entrypoints.http.bodies import asking_of, body_of, require_json
from cse_chat.entrypoints.http.chat import AcceptedBody, ChatService, accepted
from cse_chat.entrypoints.http.disconnects import CLIENT_CLOSED_REQUEST, CancelledOnDisconnect
from cse_chat.entrypoints.http.errors import (
    NotSupportedError,
    events_of,
    location_of,
    outcome_response,
)
from cse_chat.entrypoints.http.exchanges import correlate, headers_of, send_bytes
from cse_chat.entrypoints.http.preferences import Preferences
from cse_chat.entrypoints.http.users import asking_user
from cse_chat.entrypoints.readiness import Readiness

_ALLOWED: Final = "OPTIONS, POST"


@asgi("/api/chat", copy_scope=False, method=HttpMethod.POST, operation_id="SendChat")
async def send_chat(scope: Scope, receive: Receive, send: Send) -> None:
    """Ask a question, and wait for the answer as long as the caller likes."""
    if scope.get("method") != HttpMethod.POST:
        await _not_asked(scope, send)
        return
    chat = _chat_of(scope["litestar_app"])
    headers = headers_of(scope)
    require_json(headers)
    if b"idempotency-key" in headers:
        raise NotSupportedError("`Idempotency-Key` is not offered yet; leave the header out.")
    question, if_busy = asking_of(
        await body_of(headers, receive), user_id=asking_user(), new_thread_id=chat.new_thread_id
    )
    preferences = _preferences(headers, chat.readiness)
    patience = preferences.patience(chat.longest_wait)
    with CancelledOnDisconnect(receive) as caller:
        receipt = await chat.send_chat(question, wait=patience, if_busy=if_busy)
    if caller.is_gone:
        await send_bytes(send, b"", status=CLIENT_CLOSED_REQUEST)
        return
    correlate(scope, receipt.request.correlation_id)
    if receipt.outcome and receipt.outcome.answer:
        await send_bytes(send, encode_outcome(receipt.outcome), status=HTTP_200_OK)
        return
    request: Request[Any, Any, Any] = Request(scope)
    if receipt.outcome:
        response = outcome_response(request, receipt.outcome)
    else:
        response = accepted(*_unfinished(receipt, preferences, chat))
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)


def _chat_of(app: Litestar) -> ChatService:
    chat: ChatService = app.state["chat"]
    return chat


def _preferences(headers: Mapping[bytes, Sequence[str]], readiness: Readiness) -> Preferences:
    if readiness.draining:  # this process may not live to see the answer
        return Preferences(respond_async=True)
    return Preferences.of(headers[b"prefer"]) if b"prefer" in headers else Preferences()


def _unfinished(
    receipt: Receipt, preferences: Preferences, chat: ChatService
) -> tuple[AcceptedBody, dict[str, str]]:
    """Return body and headers for who does not wait any longer.

    Raises:
        ReplyTimeoutError: The caller did not say that this would be welcome.
    """
    request = receipt.request
    # The end began while this one waited, or no reply could have been heard.
    if chat.readiness.draining or not receipt.listened:
        preferences = Preferences(respond_async=True)
    if not preferences.respond_async:
        waited = preferences.patience(chat.longest_wait)
        raise ReplyTimeoutError(request.correlation_id, request.thread_id, waited)
    body = AcceptedBody(
        correlation_id=request.correlation_id,
        thread_id=request.thread_id,
        status=Status.ACCEPTED,
        durability=receipt.durability,
        events_url=events_of(request.correlation_id),
        queue_position=receipt.queue_position,
    )
    return body, {
        "Location": location_of(request.correlation_id),
        "Preference-Applied": preferences.applied(chat.longest_wait),
    }


async def _not_asked(scope: Scope, send: Send) -> None:
    """Answer every other method as the framework does on its own routes.

    Raises:
        MethodNotAllowedException: It is none that only asks for what is allowed.
    """
    if scope.get("method") != HttpMethod.OPTIONS:
        raise MethodNotAllowedException(headers={"Allow": _ALLOWED})
    await send_bytes(send, b"", status=HTTP_204_NO_CONTENT, allow=_ALLOWED)
