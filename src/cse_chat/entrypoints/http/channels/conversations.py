"""The WebSocket: a client asks, cancels, follows and resumes in one channel of its thread."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from litestar_asyncapi.spec import Message, MessageExample, OperationAction
from litestar_asyncapi.spec.bindings import WebSocketChannelBinding

from cse_chat.adapters.wire.event_schemas import CursorText
from cse_chat.adapters.wire.responses import problem_title, problem_type
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.channels import examples
from cse_chat.entrypoints.http.channels.described import Described, Json, Step, message
from cse_chat.entrypoints.http.channels.pubsub import event_messages
from cse_chat.entrypoints.http.problems import ProblemBody
from cse_chat.entrypoints.http.published.examples import REQUEST_ID
from cse_chat.entrypoints.http.published.inputs import CORRELATION_ID, QUESTION
from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.frames import (
    SUBPROTOCOL,
    AcceptedFrame,
    ErrorFrame,
    PongFrame,
    SettledFrame,
    encode_reply,
)
from cse_chat.entrypoints.sockets import SocketLimits

SERVER: Final = "gateway"

REPLIES: Final = (AcceptedFrame, SettledFrame, ErrorFrame, PongFrame)
"""The structs of what a client is told beside the events."""

_ID: Final = examples.REQUEST.correlation_id
_THREAD: Final = examples.REQUEST.thread_id
_LIMITS: Final = SocketLimits()

_REF: Final[Json] = {
    "type": "string",
    "pattern": "^[!-~]{1,128}$",
    "description": "Your own name of this frame; what is told of it says it again.",
}
_BARE: Final[Json] = {
    key: value for key, value in QUESTION["properties"]["message"].items() if key != "description"
}


def _frame(kind: str, description: str, *required: str, **members: Json) -> Json:
    return {
        "title": f"Frame: {kind}",
        "description": description,
        "type": "object",
        "properties": {"type": {"type": "string", "const": kind}, "ref": _REF, **members},
        "required": ["type", *required],
        "additionalProperties": False,
    }


FRAMES: Final[Mapping[str, Json]] = {
    "AskFrame": _frame(
        "ask",
        "A question in the thread of the socket. The client follows from there, unless it does"
        " already.",
        "ref",
        "message",
        **{
            name: schema
            for name, schema in QUESTION["properties"].items()
            if name != "thread_id"  # the socket's own
        },
    ),
    "CancelFrame": _frame(
        "cancel",
        "Nobody wants the answer any more.",
        "correlation_id",
        correlation_id=CORRELATION_ID["schema"],
    ),
    "FollowFrame": _frame(
        "follow",
        "Tell what happens behind a cursor: exactly that, or a `gap` that says what is lost.",
        after={
            "description": "The `cursor` of the last event that you have; absent or null: from the"
            " oldest that is kept.",
            "anyOf": [msgspec.json.schema(CursorText), {"type": "null"}],
        },
    ),
    "PingFrame": _frame("ping", "Keeps the socket open, and says that it is."),
}
"""What a client may say, as the reader of `sockets.frames` takes it."""


def _told(reply: AcceptedFrame | SettledFrame | ErrorFrame | PongFrame) -> Json:
    return examples.decoded(encode_reply(reply))


_PROBLEM: Final = ProblemBody(
    type=problem_type(problem_kinds.OVERLOADED.slug),
    title=problem_title(problem_kinds.OVERLOADED.slug),
    status=problem_kinds.OVERLOADED.status,
    detail=problem_kinds.OVERLOADED.detail,
    instance=f"/ws/chat/{_THREAD}",
    request_id=REQUEST_ID,
)

CLIENT: Final[Mapping[str, Message]] = {
    "AskFrame": message(
        "AskFrame",
        "ask",
        "Ask a question.",
        {"type": "ask", "ref": "q1", "message": "Why?", "metadata": {"client_type": "web"}},
        name="ask",
        correlated=False,
    ),
    "CancelFrame": message(
        "CancelFrame",
        "cancel",
        "Cancel a question.",
        {"type": "cancel", "ref": "c1", "correlation_id": _ID},
        name="cancel",
    ),
    "FollowFrame": message(
        "FollowFrame",
        "follow",
        "Follow the thread, or resume.",
        {"type": "follow", "after": examples.EVENTS["started"]["cursor"]},
        {"type": "follow"},
        name="follow",
        correlated=False,
    ),
    "PingFrame": message(
        "PingFrame",
        "ping",
        "Say something.",
        {"type": "ping", "ref": "p1"},
        name="ping",
        correlated=False,
    ),
}
SERVED: Final[Mapping[str, Message]] = {
    "AcceptedFrame": message(
        "AcceptedFrame",
        "accepted",
        "The question is durable, and any gateway knows it.",
        _told(
            AcceptedFrame(
                ref="q1",
                correlation_id=_ID,
                thread_id=_THREAD,
                durability="kafka",
                queue_position=1,
            )
        ),
        name="accepted",
    ),
    "SettledFrame": message(
        "SettledFrame",
        "settled",
        "How a request that was to be cancelled ended: so, or as it had before.",
        {"type": "settled", "ref": "c1", "correlation_id": _ID, "outcome": examples.ANSWER},
        name="settled",
    ),
    "ErrorFrame": message(
        "ErrorFrame",
        "error",
        "A frame that could not be followed; the socket goes on.",
        _told(
            ErrorFrame(ref="q1", problem=_PROBLEM, retry_after=problem_kinds.OVERLOADED.retry_after)
        ),
        name="error",
        correlated=False,
    ),
    "PongFrame": message(
        "PongFrame",
        "pong",
        "The answer to `ping`.",
        _told(PongFrame(ref="p1")),
        name="pong",
        correlated=False,
    ),
}
_BARE_QUESTION: Final[Mapping[str, Message]] = {
    "BareQuestion": Message(
        name="question",
        title="A question without a frame",
        summary="The mere text, on a socket without a subprotocol.",
        content_type="text/plain",
        payload=_BARE,
        examples=[MessageExample(payload="Why?")],
    )
}


def close_codes() -> Iterator[Closing]:
    """Yield every way in which the service ends a socket, by its code."""
    known = (each for each in vars(closings).values() if isinstance(each, Closing))
    yield from sorted(known, key=lambda closing: closing.code)


def _description() -> str:
    codes = "\n".join(f"| {closing.code} | {closing.reason} |" for closing in close_codes())
    return f"""\
Frames are JSON objects as text, with the subprotocol `{SUBPROTOCOL}`. Without a subprotocol a text \
frame is a question, and every event comes back as text JSON.

A frame that is refused is told by `error`, whose `problem` is what HTTP would answer. A frame has at \
most {_LIMITS.frame_bytes // 1024} KiB; {_LIMITS.frames_per_second:.0f} a second may come in the long \
run, {_LIMITS.burst} at once. Every event has a `cursor`: say `follow` with the last one on a new \
socket, at any gateway, and nothing is missing and nothing comes twice.

Two things are called `accepted`: the frame, which has your `ref`, and the event, which has a `cursor`.

The handshake is refused with a problem: 400 (thread id, subprotocol), 403 (a page of another origin), \
503 (too many sockets). The service closes with

| code | what it means, and what to do |
| --- | --- |
{codes}
"""


def _bindings() -> dict[str, Any]:
    return {
        "ws": WebSocketChannelBinding(
            method="GET",
            headers={
                "type": "object",
                "properties": {"Sec-WebSocket-Protocol": {"type": "string", "const": SUBPROTOCOL}},
            },
            binding_version="0.1.0",
        )
    }


_EVENTS: Final = event_messages()

CHANNELS: Final = (
    Described(
        name="conversation",
        address="/ws/chat/{thread_id}",
        server=SERVER,
        title="A conversation",
        description=_description(),
        bindings=_bindings(),
        messages={**CLIENT, **_BARE_QUESTION, **SERVED, **_EVENTS},
        parameters=("thread_id",),
        steps=(
            Step(
                name="takeFrame",
                action=OperationAction.RECEIVE,
                summary="A client asks, cancels, follows, pings",
                messages=tuple(CLIENT),
            ),
            Step(
                name="takeBareQuestion",
                action=OperationAction.RECEIVE,
                summary="A client without a subprotocol asks",
                description="As the original design has it: it is told the events alone.",
                messages=tuple(_BARE_QUESTION),
            ),
            Step(
                name="replyToFrame",
                action=OperationAction.SEND,
                summary="The client is told what became of its frame",
                messages=tuple(SERVED),
            ),
            Step(
                name="tellEvent",
                action=OperationAction.SEND,
                summary="The client is told what happens in the thread",
                messages=tuple(_EVENTS),
            ),
        ),
    ),
)
