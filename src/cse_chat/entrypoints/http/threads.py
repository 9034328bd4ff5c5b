"""``/api/threads``: the conversations somebody has, and what was said in them."""

from datetime import UTC
from typing import Any, Self

import msgspec
from litestar import Controller, Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod, MediaType
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from cse_chat.adapters.wire.responses import Instant, ProblemWire
from cse_chat.domain.model.history import Page, Role, Turn
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.use_cases.delete_thread import DeleteThread
from cse_chat.domain.use_cases.read_history import ReadHistory
from cse_chat.domain.use_cases.read_thread import ReadThread
from cse_chat.domain.use_cases.rename_thread import RenameThread
from cse_chat.entrypoints.http.bodies import require_json
from cse_chat.entrypoints.http.conversations import (
    DeletedBody,
    ThreadDetailsBody,
    ThreadsBody,
    title_in,
)
from cse_chat.entrypoints.http.exchanges import headers_of
from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.parameters import (
    DEFAULT_THREADS_PAGE,
    MAX_THREADS_PAGE,
    limit_of,
    thread_id_of,
)
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
    """Translate HTTP to what is done about threads; decide nothing."""

    path = "/api/threads"

    @route("/", operation_id="ListThreads", http_method=READING)
    async def newest(
        self,
        conversations: NamedDependency[SkipValidation[Conversations]],
        limit: FromQuery[str | None] = None,
        after: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """List your conversations, last used first."""
        most = limit_of(limit, most=MAX_THREADS_PAGE, unless_given=DEFAULT_THREADS_PAGE)
        return _json(
            ThreadsBody.of(await conversations.newest(asking_user(), after=after, limit=most))
        )

    @route("/{thread_id:str}", operation_id="ReadThread", http_method=READING)
    async def read(
        self,
        thread_id: FromPath[str],
        read_thread: NamedDependency[SkipValidation[ReadThread]],
    ) -> Response[bytes]:
        """Read how a conversation stands."""
        found = await read_thread(thread_id_of(thread_id), asking_user())
        return _json(ThreadDetailsBody.of(found))

    @route("/{thread_id:str}", operation_id="RenameThread", http_method=HttpMethod.PATCH)
    async def rename(
        self,
        request: Request[Any, Any, Any],
        thread_id: FromPath[str],
        rename_thread: NamedDependency[SkipValidation[RenameThread]],
    ) -> Response[bytes]:
        """Give a conversation another title."""
        known_as = thread_id_of(thread_id)
        require_json(headers_of(request.scope))
        title = title_in(await request.body())
        return _json(ThreadDetailsBody.of(await rename_thread(known_as, asking_user(), title)))

    @route(
        "/{thread_id:str}",
        operation_id="DeleteThread",
        http_method=HttpMethod.DELETE,
        status_code=HTTP_200_OK,
    )
    async def delete(
        self,
        thread_id: FromPath[str],
        delete_thread: NamedDependency[SkipValidation[DeleteThread]],
    ) -> Response[bytes]:
        """Delete a conversation."""
        known_as = thread_id_of(thread_id)
        return _json(DeletedBody.of(known_as, await delete_thread(known_as, asking_user())))

    # The framework's own answer names only the methods of the handler it comes to last.
    @route("/{thread_id:str}", http_method=HttpMethod.OPTIONS, status_code=HTTP_204_NO_CONTENT)
    async def allowed(self) -> Response[None]:
        """Say what can be done about a conversation."""
        allowed = "DELETE, GET, HEAD, OPTIONS, PATCH"
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers={"Allow": allowed})

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
        return _json(MessagesBody.of(page))


def _json(body: msgspec.Struct) -> Response[bytes]:
    return Response(_encoder.encode(body), media_type=MediaType.JSON)
