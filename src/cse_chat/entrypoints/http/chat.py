"""``/api/chat``: ask, and read how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, post, route
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import ReplyTimeoutError
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.domain.use_cases.send_chat import Receipt, SendChat
from cse_chat.entrypoints.http.bodies import question_of, require_json
from cse_chat.entrypoints.http.errors import (
    IncompleteBodyError,
    NotSupportedError,
    location_of,
    outcome_response,
)
from cse_chat.entrypoints.http.exchanges import correlate, headers_of
from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.parameters import correlation_id_of, wait_of
from cse_chat.entrypoints.http.preferences import Preferences
from cse_chat.entrypoints.http.users import asking_user
from cse_chat.entrypoints.readiness import Readiness

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatService:
    """What the chat routes call.

    Attributes:
        longest_wait: How long a connection is held for an answer, at most.
    """

    send_chat: SendChat
    read_answer: ReadAnswer
    readiness: Readiness
    new_thread_id: Callable[[], ThreadId]
    longest_wait: timedelta


class OpenBody(msgspec.Struct, frozen=True, kw_only=True):
    """How a request stands that has no outcome yet.

    Attributes:
        durability: Where it is kept until it is answered.
    """

    correlation_id: str
    thread_id: str
    status: Status
    durability: Durability | None


class AcceptedBody(OpenBody, frozen=True, kw_only=True):
    """A request that its sender does not wait for.

    Attributes:
        events_url: Where its events can be followed; null while there is no such route.
    """

    events_url: str | None = None


class ChatController(Controller):
    """Translate HTTP to a question and its outcome to HTTP; decide nothing."""

    path = "/api/chat"

    @post(status_code=HTTP_200_OK, operation_id="SendChat")
    async def send(
        self,
        request: Request[Any, Any, Any],
        chat: NamedDependency[SkipValidation[ChatService]],
    ) -> Response[bytes]:
        """Ask a question, and wait for the answer as long as the caller likes."""
        scope = request.scope
        require_json(headers_of(scope, b"content-type"), headers_of(scope, b"content-encoding"))
        if headers_of(scope, b"idempotency-key"):
            raise NotSupportedError("`Idempotency-Key` is not offered yet; leave the header out.")
        question = question_of(
            await _body(request), user_id=asking_user(), new_thread_id=chat.new_thread_id
        )
        preferences = _preferences(headers_of(scope, b"prefer"), chat.readiness)
        wait = preferences.patience(chat.longest_wait)
        receipt = await chat.send_chat(question, wait=wait)
        correlate(scope, receipt.request.correlation_id)
        if receipt.outcome is None:
            return _unfinished(receipt, preferences, chat.longest_wait)
        if receipt.outcome.answer is None:
            return outcome_response(request, receipt.outcome)
        return _final(receipt.outcome)

    @route("/{correlation_id:str}", http_method=READING, operation_id="ReadAnswer")
    async def read(
        self,
        request: Request[Any, Any, Any],
        correlation_id: FromPath[str],
        chat: NamedDependency[SkipValidation[ChatService]],
        wait: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """Read how a request stands, after up to *wait* seconds if it is still open."""
        known_as = correlation_id_of(correlation_id)
        correlate(request.scope, known_as)
        patience = wait_of(wait, longest=chat.longest_wait)
        if chat.readiness.draining:
            patience = timedelta(0)
        entry = await chat.read_answer(known_as, asking_user(), wait=patience)
        if entry.settlement:
            return _final(entry.settlement.outcome)
        body = OpenBody(
            correlation_id=entry.correlation_id,
            thread_id=entry.thread_id,
            status=entry.status,
            durability=entry.durability,
        )
        return _accepted(body, {"Retry-After": "1"})


async def _body(request: Request[Any, Any, Any]) -> bytes:
    try:
        return await request.body()
    except InternalServerException as error:  # the framework's word for a caller that went away
        raise IncompleteBodyError from error


def _preferences(given: list[str], readiness: Readiness) -> Preferences:
    if readiness.draining:  # this process may not live to see the answer
        return Preferences(respond_async=True)
    return Preferences.of(given) if given else Preferences()


def _unfinished(
    receipt: Receipt, preferences: Preferences, longest_wait: timedelta
) -> Response[bytes]:
    request = receipt.request
    if not preferences.respond_async:
        waited = preferences.patience(longest_wait)
        raise ReplyTimeoutError(request.correlation_id, request.thread_id, waited)
    body = AcceptedBody(
        correlation_id=request.correlation_id,
        thread_id=request.thread_id,
        status=Status.ACCEPTED,
        durability=receipt.durability,
    )
    return _accepted(
        body,
        {
            "Location": location_of(request.correlation_id),
            "Preference-Applied": preferences.applied(longest_wait),
        },
    )


def _accepted(body: OpenBody, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        _encoder.encode(body),
        status_code=HTTP_202_ACCEPTED,
        media_type=MediaType.JSON,
        headers=headers,
    )


def _final(outcome: Outcome) -> Response[bytes]:
    return Response(encode_outcome(outcome), media_type=MediaType.JSON)
