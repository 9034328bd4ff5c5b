"""The AsyncAPI document says what a WebSocket takes and tells."""

import json
from typing import Any, Final, get_args

import pytest

from cse_chat.adapters.wire.event_schemas import EVENTS
from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.entrypoints.http.channels.conversations import FRAMES, REPLIES
from cse_chat.entrypoints.http.errors import NotSupportedError
from cse_chat.entrypoints.http.sockets import closings, frames
from cse_chat.entrypoints.sockets import CLOSE_CODES
from tests.gateway.asyncapi import CHANNELS, CONVERSATION, MESSAGES, validator_of

CID: Final = "550e8400-e29b-41d4-a716-446655440000"


def test_every_event_is_told_on_the_socket_and_all_but_gaps_on_the_stream() -> None:
    published = {event.__name__ for event in EVENTS}
    told = {MESSAGES[name]["name"] for name in published}

    assert told == {*EventType, "gap"}
    assert published <= CONVERSATION["messages"].keys()
    assert CHANNELS["stream"]["messages"].keys() == published - {"GapEvent"}


def test_every_frame_is_described() -> None:
    """Those that the reader knows, and those that are written."""
    said = {FRAMES[name]["properties"]["type"]["const"] for name in FRAMES}
    described = CONVERSATION["messages"].keys() - {event.__name__ for event in EVENTS}

    assert said == set(frames._TYPES)
    assert set(REPLIES) == set(get_args(frames.Reply))
    assert described == {*FRAMES, *(reply.__name__ for reply in REPLIES), "BareQuestion"}
    assert FRAMES["AskFrame"]["properties"].keys() == {"type", "ref", *frames._ASKED}


def is_taken(document: dict[str, Any]) -> bool:
    try:
        frames.frame_of(document, thread_id=ThreadId("thread_1"), user_id=UserId("ann"))
    except (InvalidRequestError, NotSupportedError):
        return False
    return True


SOME: Final[list[dict[str, Any]]] = [
    {"type": "ask", "ref": "1", "message": "Why?"},
    {"type": "ask", "ref": "1", "message": "Why?", "if_busy": "enqueue", "metadata": {"a": "b"}},
    {"type": "ask", "message": "Why?"},
    {"type": "ask", "ref": "", "message": "Why?"},
    {"type": "ask", "ref": "a b", "message": "Why?"},
    {"type": "ask", "ref": "x" * 128, "message": "Why?"},
    {"type": "ask", "ref": "x" * 129, "message": "Why?"},
    {"type": "ask", "ref": "1"},
    {"type": "ask", "ref": "1", "message": " "},
    {"type": "ask", "ref": "1", "message": "x" * 4_001},
    {"type": "ask", "ref": "1", "message": "Why?", "thread_id": "thread_1"},
    {"type": "ask", "ref": "1", "message": "Why?", "if_busy": "hurry"},
    {"type": "ask", "ref": "1", "message": "Why?", "metadata": {"a": 1}},
    {"type": "cancel", "correlation_id": CID},
    {"type": "cancel", "correlation_id": CID.upper()},
    {"type": "cancel", "ref": "1"},
    {"type": "cancel", "correlation_id": CID, "why": "x"},
    {"type": "follow"},
    {"type": "follow", "after": None},
    {"type": "follow", "after": "1f0c5a9e7b3d4826-42", "ref": "1"},
    {"type": "follow", "after": "1f0c5a9e7b3d4826-042"},
    {"type": "follow", "after": "42"},
    {"type": "follow", "before": "1f0c5a9e7b3d4826-42"},
    {"type": "ping"},
    {"type": "ping", "ref": "1"},
    {"type": "ping", "ref": 1},
    {"type": "pong"},
    {"ref": "1"},
    {},
]


@pytest.mark.parametrize("document", SOME, ids=json.dumps)
def test_a_frame_is_valid_where_it_is_taken_and_nowhere_else(document: dict[str, Any]) -> None:
    fitting = [name for name, schema in FRAMES.items() if validator_of(schema).is_valid(document)]

    assert len(fitting) == is_taken(document)


def test_every_way_in_which_the_service_closes_is_in_the_description() -> None:
    ours = {
        str(each.code): each.reason
        for each in vars(closings).values()
        if isinstance(each, closings.Closing)
    }

    assert {code for code in CLOSE_CODES if code > "4"} <= ours.keys()
    for code, reason in ours.items():
        assert f"| {code} | {reason} |" in CONVERSATION["description"]


def test_the_socket_is_where_it_is_served() -> None:
    protocol = CONVERSATION["bindings"]["ws"]["headers"]["properties"]["Sec-WebSocket-Protocol"]

    assert CONVERSATION["address"] == "/ws/chat/{thread_id}"
    assert protocol["const"] == frames.SUBPROTOCOL
