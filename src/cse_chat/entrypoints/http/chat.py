"""``/api/chat``: read how a request ended and rate it; what asking and reading share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, Response, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod, MediaType
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.model.feedback import Feedback
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.give_feedback import GiveFeedback
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.entrypoints.http.bodies import require_json
from cse_chat.entrypoints.http.disconnects import CLIENT_CLOSED_REQUEST, CancelledOnDisconnect
from cse_chat.entrypoints.http.exchanges import correlate, headers_of
from cse_chat.entrypoints.http.feedback import FeedbackBody, encode_rated, feedback_of
from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.parameters import correlation_id_of, wait_of
from cse_chat.entrypoints.http.users import asking_user
from cse_chat.entrypoints.metrics.asking import Ask
from cse_chat.entrypoints.readiness import Readiness

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatService:
    """What the chat routes call.

    Attributes:
        longest_wait: How long a connection is held for an answer, at most.
    """

    send_chat: Ask
    read_answer: ReadAnswer
    cancel_chat: CancelChat
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
        queue_position: How many questions of the thread were unanswered before it when it was
            registered; null when nobody can say.
        events_url: Where its events can be followed.
    """

    queue_position: int | None = None
    events_url: str


class ChatController(Controller):
    """Translate HTTP to what is done about a request; decide nothing. Asking is in ``asking.py``."""

    path = "/api/chat"

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
        with CancelledOnDisconnect(request.receive) as caller:
            entry = await chat.read_answer(known_as, asking_user(), wait=patience)
        if caller.is_gone:
            return Response(b"", status_code=CLIENT_CLOSED_REQUEST)
        if entry.settlement:
            return _final(entry.settlement.outcome, entry.feedback)
        body = OpenBody(
            correlation_id=entry.correlation_id,
            thread_id=entry.thread_id,
            status=entry.status,
            durability=entry.durability,
        )
        return accepted(body, {"Retry-After": "1"})

    @post("/{correlation_id:str}/cancel", operation_id="CancelChat", status_code=HTTP_200_OK)
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        correlation_id: FromPath[str],
        chat: NamedDependency[SkipValidation[ChatService]],
    ) -> Response[bytes]:
        """Cancel a request, and read how it ended: cancelled, or as it had ended before."""
        known_as = correlation_id_of(correlation_id)
        correlate(request.scope, known_as)
        return _final(await chat.cancel_chat(known_as, asking_user()))

    @route(
        "/{correlation_id:str}/feedback",
        http_method=HttpMethod.POST,
        status_code=HTTP_200_OK,
        operation_id="GiveFeedback",
    )
    async def rate(
        self,
        request: Request[Any, Any, Any],
        correlation_id: FromPath[str],
        give_feedback: NamedDependency[SkipValidation[GiveFeedback]],
    ) -> Response[bytes]:
        """Say what you think of an answer."""
        known_as = correlation_id_of(correlation_id)
        correlate(request.scope, known_as)
        require_json(headers_of(request.scope))
        rating, comment = feedback_of(await request.body())
        given = await give_feedback(known_as, asking_user(), rating, comment)
        return Response(_encoder.encode(FeedbackBody.of(given)), media_type=MediaType.JSON)


def accepted(body: OpenBody, headers: dict[str, str]) -> Response[bytes]:
    """Return how a request stands that has no outcome yet."""
    return Response(
        _encoder.encode(body),
        status_code=HTTP_202_ACCEPTED,
        media_type=MediaType.JSON,
        headers=headers,
    )


def _final(outcome: Outcome, feedback: Feedback | None = None) -> Response[bytes]:
    body = encode_rated(outcome, feedback) if feedback else encode_outcome(outcome)
    return Response(body, media_type=MediaType.JSON)
