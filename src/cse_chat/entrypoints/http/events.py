"""``.../events``: follow a request or a thread, or look at what happened."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from litestar import Controller, Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.types import ASGIApp, Receive, Scope, Send

from cse_chat.adapters.wire.events import followed_json
from cse_chat.domain.model.events import Cursor, Followed
from cse_chat.domain.use_cases.follow_request import FollowRequest
from cse_chat.domain.use_cases.follow_thread import FollowThread
from cse_chat.domain.use_cases.following import Look
from cse_chat.entrypoints.http.exchanges import correlate
from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.parameters import (
    correlation_id_of,
    cursor_of,
    thread_id_of,
    wait_of,
)
from cse_chat.entrypoints.http.streams import EventStream, Streaming, while_there
from cse_chat.entrypoints.http.users import asking_user


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What the routes of events call.

    Attributes:
        longest_wait: How long a connection is held for a look, at most.
    """

    thread: FollowThread
    request: FollowRequest
    streaming: Streaming
    longest_wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a caller wants to be told.

    Attributes:
        after: Behind which event.
        streams: Whether as a stream; else one look.
        wait: How long to wait for something, for a look.
    """

    after: Cursor | None
    streams: bool
    wait: timedelta

    @classmethod
    def of(
        cls,
        request: Request[Any, Any, Any],
        *,
        after: str | None,
        wait: str | None,
        longest: timedelta,
    ) -> "_Asked":
        """Return what *request* asks for.

        Raises:
            InvalidRequestError: Naming the parameter or header that is wrong.
        """
        accepted = request.headers.get("accept", "").lower().split(",")
        named = {media_type.partition(";")[0].strip() for media_type in accepted}
        looks = wait is not None or "application/json" in named
        return cls(
            after=cursor_of(after, last_event_id=request.headers.get("last-event-id")),
            streams="text/event-stream" in named or not looks,
            wait=wait_of(wait, longest=longest),
        )


class EventsController(Controller):
    """Translate HTTP to following and looking; decide nothing."""

    path = "/api"

    @route(
        "/chat/{correlation_id:str}/events", http_method=READING, operation_id="ReadRequestEvents"
    )
    async def of_request(
        self,
        request: Request[Any, Any, Any],
        correlation_id: FromPath[str],
        following: NamedDependency[SkipValidation[Following]],
        after: FromQuery[str | None] = None,
        wait: FromQuery[str | None] = None,
    ) -> ASGIApp:
        """Follow what happens to a request, up to its outcome."""
        known_as = correlation_id_of(correlation_id)
        correlate(request.scope, known_as)
        asked = _Asked.of(request, after=after, wait=wait, longest=following.longest_wait)
        return _told(
            request,
            asked,
            following.streaming,
            of="request",
            follow=partial(following.request, known_as, asking_user()),
            look=partial(following.request.look, known_as, asking_user()),
        )

    @route("/threads/{thread_id:str}/events", http_method=READING, operation_id="ReadThreadEvents")
    async def of_thread(
        self,
        request: Request[Any, Any, Any],
        thread_id: FromPath[str],
        following: NamedDependency[SkipValidation[Following]],
        after: FromQuery[str | None] = None,
        wait: FromQuery[str | None] = None,
    ) -> ASGIApp:
        """Follow what happens in a thread."""
        known_as = thread_id_of(thread_id)
        asked = _Asked.of(request, after=after, wait=wait, longest=following.longest_wait)
        return _told(
            request,
            asked,
            following.streaming,
            of="thread",
            follow=partial(following.thread, known_as, asking_user()),
            look=partial(following.thread.look, known_as, asking_user()),
        )


def _told(
    request: Request[Any, Any, Any],
    asked: _Asked,
    streaming: Streaming,
    *,
    of: str,
    follow: Callable[..., AsyncGenerator[Sequence[Followed]]],
    look: Callable[..., Awaitable[Look]],
) -> ASGIApp:
    """Return what is *asked* for: a stream of what *follow* tells, or what *look* finds."""
    if asked.streams:
        return EventStream(
            streaming=streaming,
            of=of,
            after=asked.after,
            follow=lambda reached: follow(after=reached, idle=streaming.heartbeat),
        )

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        found = await look(after=asked.after, wait=asked.wait)
        streaming.tally.tell(found.told)
        response = Response(_body(found, streaming), media_type=MediaType.JSON)
        await response.to_asgi_response(app=None, request=request)(scope, receive, send)

    async def looked(scope: Scope, receive: Receive, send: Send) -> None:
        await while_there(receive, answer(scope, receive, send))

    return looked


def _body(look: Look, streaming: Streaming) -> bytes:
    """Return the events as they are, and where to look next."""
    events = b",".join(followed_json(one, now=streaming.now) for one in look.told)
    following = b"null" if look.over else b'"%b"' % look.cursor.text.encode()
    return b'{"events":[%b],"next":%b}' % (events, following)
