"""``/api/threads``: what was said."""

from datetime import UTC
from typing import Self

import msgspec
from litestar import Controller, Response, route
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery, SkipValidation

from cse_chat.adapters.wire.responses import Instant, ProblemWire
from cse_chat.domain.model.history import Page, Role, Turn
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.use_cases.read_history import ReadHistory
from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.parameters import limit_of, thread_id_of
from cse_chat.entrypoints.http.users import asking_user

_encoder = msgspec.json.Encoder()


class TurnBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing said.

    Attributes:
        correlation_id: The request it belongs to; question and answer have the same.
        content: The words; empty for an agent's turn without an answer.
        status: How the request ended, on an agent's turn without an answer.
        problem: Why, beside `status`.
    """

    correlation_id: str
    role: Role
    content: str
    timestamp: Instant
    status: Status | None = None
    problem: ProblemWire | None = None

    @classmethod
    def of(cls, turn: Turn) -> Self:
        """Return *turn* in its HTTP shape."""
        return cls(
            correlation_id=turn.correlation_id,
            role=turn.role,
            content=turn.content,
            timestamp=turn.timestamp.astimezone(UTC),
            status=turn.status,
            problem=ProblemWire.of(turn.problem) if turn.problem else None,
        )


class MessagesBody(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a thread's history, oldest first.

    Attributes:
        next: What to give as `after` for the following page; null on the last one.
    """

    messages: tuple[TurnBody, ...]
    next: str | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """Return *page* in its HTTP shape."""
        return cls(messages=tuple(map(TurnBody.of, page.turns)), next=page.next)


class ThreadsController(Controller):
    """Translate HTTP to reads of a thread; decide nothing."""

    path = "/api/threads"

    @route("/{thread_id:str}/messages", operation_id="ReadHistory", http_method=READING)
    async def messages(
        self,
        thread_id: FromPath[str],
        read_history: NamedDependency[SkipValidation[ReadHistory]],
        limit: FromQuery[str | None] = None,
        after: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """Read what was said in a thread, page by page."""
        page = await read_history(
            thread_id_of(thread_id), asking_user(), after=after, limit=limit_of(limit)
        )
        return Response(_encoder.encode(MessagesBody.of(page)), media_type=MediaType.JSON)
