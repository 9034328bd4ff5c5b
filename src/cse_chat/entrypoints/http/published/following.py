"""What the published document says of following and looking at events."""

from collections.abc import Mapping
from typing import Final

import msgspec

from cse_chat.domain import errors
from cse_chat.entrypoints.http.events import EventsController
from cse_chat.entrypoints.http.problems import FaultBody
from cse_chat.entrypoints.http.published import examples, inputs
from cse_chat.entrypoints.http.published.inputs import Json
from cse_chat.entrypoints.http.published.operation import Answer, Operation
from cse_chat.entrypoints.metrics.labels import EVENT_TYPES

FOLLOWED: Final[Mapping[str, Json]] = {
    "ReadRequestEvents": {
        "operationId": "ReadRequestEvents",
        "description": "Follow what happens to it.",
        "parameters": {"correlation_id": "$response.body#/correlation_id"},
    },
    "ReadThreadEvents": {
        "operationId": "ReadThreadEvents",
        "description": "Follow the conversation.",
        "parameters": {"thread_id": "$response.body#/thread_id"},
    },
}
"""How to go on from a request that is open."""

_RAISES: Final = (errors.NotFoundError, errors.TransportError, errors.MalformedRecordError)
_FAULT: Final = FaultBody("/after", "must be the `cursor` of an event")
_HOW: Final = (
    " A stream of server-sent events: `id` is the cursor, `event` the type, `data` the event as"
    " JSON; a comment comes at least every 15 seconds. JSON where `Accept` names `application/json`"
    " and not `text/event-stream`, or where there is `wait`: some events, and `next`, behind which to"
    " go on.\n\nWhoever comes back with a cursor gets exactly the events behind it, or one `gap` that"
    " says that some are lost: then read the history, and go on. `shutdown`, an event without an id,"
    " says that the server goes away: come back with your cursor."
)

_EVENT: Final[Json] = {
    "title": "Event",
    "description": "Something that happened; by its type it has more fields.",
    "type": "object",
    "properties": {
        "type": {"enum": list(EVENT_TYPES)},
        "cursor": inputs.CURSOR,
        "thread_id": {"type": "string"},
        "correlation_id": {"type": ["string", "null"], "description": "null in a `gap`."},
        "attempt": {"type": "integer", "minimum": 0},
        "timestamp": {"type": "string", "format": "date-time"},
    },
    "required": ["type", "cursor", "thread_id", "correlation_id", "attempt", "timestamp"],
}
_EVENTS: Final[Json] = {
    "title": "Events",
    "description": "Some of what happened behind a cursor, oldest first.",
    "type": "object",
    "properties": {
        "events": {"type": "array", "items": _EVENT},
        "next": {
            "oneOf": [inputs.CURSOR, {"type": "null"}],
            "description": "What to give as `after` for what comes next; null behind the outcome of"
            " a request, where nothing comes.",
        },
    },
    "required": ["events", "next"],
}
_DELTA: Final[Json] = {
    "type": "delta",
    "cursor": "1f0c5a9e7b3d4826-42",
    "thread_id": examples.THREAD_ID,
    "correlation_id": examples.CORRELATION_ID,
    "attempt": 1,
    "timestamp": "2026-07-26T09:30:01Z",
    "response": "Top gainers",
    "chunk_index": 0,
    "streaming": True,
    "is_final": False,
}
_GAP: Final[Json] = {
    "type": "gap",
    "cursor": "77d2b1c40e9f3a65-0",
    "thread_id": examples.THREAD_ID,
    "correlation_id": None,
    "attempt": 0,
    "timestamp": "2026-07-26T09:30:01Z",
    "requested": examples.CURSOR,
    "oldest": "77d2b1c40e9f3a65-1",
    "history_url": f"/api/threads/{examples.THREAD_ID}/messages",
}
_LOOKS: Final = {
    "some": {"events": [_DELTA], "next": _DELTA["cursor"]},
    "none": {"events": [], "next": examples.CURSOR},
    "some are lost": {"events": [_GAP], "next": _GAP["cursor"]},
}


def _streamed(event: Json) -> str:
    data = msgspec.json.encode(event).decode()
    return f"id: {event['cursor']}\nevent: {event['type']}\ndata: {data}\n\n"


_STREAM: Final[Json] = {
    "schema": {"type": "string"},
    "examples": {"some": {"value": f"retry: 1000\n\n{_streamed(_DELTA)}:\n\n"}},
}


def _looked(**parameters: str) -> Answer:
    operation = "ReadRequestEvents" if "correlation_id" in parameters else "ReadThreadEvents"
    return Answer(
        description="What happened, or what happens.",
        schema=_EVENTS,
        examples=_LOOKS,
        also={"text/event-stream": _STREAM},
        headers=("X-Correlation-Id",) if "correlation_id" in parameters else (),
        links={
            "NextEvents": {
                "operationId": operation,
                "description": "What comes next, unless `next` is null.",
                "parameters": {**parameters, "after": "$response.body#/next"},
            }
        },
    )


_PARAMETERS: Final = (inputs.AFTER_EVENT, inputs.LAST_EVENT_ID, inputs.WAIT_FOR_EVENTS)

FOLLOWING: Final = (
    Operation(
        handler=EventsController.of_request,
        under=EventsController.path,
        tag="chat",
        description=f"It ends behind the outcome.{_HOW}",
        parameters=(inputs.CORRELATION_ID, *_PARAMETERS),
        answers={
            200: _looked(correlation_id="$request.path.correlation_id"),
            204: Answer(
                description="The stream of a request whose outcome the cursor is: nothing comes.",
                headers=("X-Correlation-Id",),
            ),
        },
        raises=_RAISES,
        fault=_FAULT,
    ),
    Operation(
        handler=EventsController.of_thread,
        under=EventsController.path,
        tag="threads",
        description=f"It goes on for as long as you listen.{_HOW}",
        parameters=(inputs.THREAD_ID, *_PARAMETERS),
        answers={200: _looked(thread_id="$request.path.thread_id")},
        raises=_RAISES,
        fault=_FAULT,
    ),
)
