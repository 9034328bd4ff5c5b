"""The AsyncAPI document is valid, complete, and says what is written and read."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from jsonschema_rs import Draft7Validator

from cse_chat.adapters.kafka import names as kafka
from cse_chat.adapters.kafka.letters import encode_letter
from cse_chat.adapters.kafka.responses import response_headers
from cse_chat.adapters.kafka.topics import topics
from cse_chat.adapters.wire.event_schemas import EVENTS
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.adapters.wire.schemas import json_schemas
from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Status
from cse_chat.entrypoints.http.channels import examples, headers
from cse_chat.entrypoints.http.channels.conversations import FRAMES, REPLIES
from cse_chat.entrypoints.http.channels.document import asyncapi_document
from cse_chat.entrypoints.http.errors import NotSupportedError
from cse_chat.entrypoints.http.sockets import closings, frames
from cse_chat.entrypoints.sockets import CLOSE_CODES

DOCUMENT: Final = asyncapi_document()
CHANNELS: Final[dict[str, Any]] = DOCUMENT["channels"]
MESSAGES: Final[dict[str, Any]] = DOCUMENT["components"]["messages"]
SPECIFICATION: Final = Path(__file__).parents[1] / "vendor/asyncapi-specs@6.11.1/3.1.0.json"
OFFICIAL: Final = Draft7Validator(json.loads(SPECIFICATION.read_text("utf-8")))
CONVERSATION: Final[dict[str, Any]] = CHANNELS["conversation"]
CID: Final = "550e8400-e29b-41d4-a716-446655440000"
PASSED_ON: Final = ("SettledFrame", "Announcement")
UNWRITTEN: Final = {kafka.AUDIT}  # nothing goes there yet


def validator_of(schema: Mapping[str, Any]) -> Draft7Validator:
    """Return what holds something to a schema in the document."""
    return Draft7Validator(
        {"components": DOCUMENT["components"], "allOf": [schema]}, validate_formats=True
    )


def references_in(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references_in(inner)
    if isinstance(part, list):
        for inner in part:
            yield from references_in(inner)


def named_by(reference: str) -> dict[str, Any]:
    part = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


# --- the document ---------------------------------------------------------------------------------


def test_it_is_asyncapi_3_1() -> None:
    assert DOCUMENT["asyncapi"] == "3.1.0"
    OFFICIAL.validate(DOCUMENT)


@pytest.mark.parametrize("part", ["channels", "operations", "servers"])
def test_what_is_no_asyncapi_would_be_seen(part: str) -> None:
    broken = deepcopy(DOCUMENT)
    next(iter(broken[part].values()))["address_of_nothing"] = 1

    assert not OFFICIAL.is_valid(broken)


def test_it_is_the_same_at_every_call() -> None:
    assert asyncapi_document() == DOCUMENT


def test_every_reference_leads_to_something() -> None:
    references = set(references_in(DOCUMENT))

    assert references
    assert all(named_by(reference) for reference in references)


def test_every_message_is_sent_or_received_and_every_channel_has_an_operation() -> None:
    """By an operation of a channel that carries it."""
    operations = DOCUMENT["operations"].values()
    told = {each["$ref"] for operation in operations for each in operation["messages"]}
    carried = {
        f"#/channels/{name}/messages/{message}"
        for name, channel in CHANNELS.items()
        for message in channel["messages"]
    }

    assert told == carried
    assert {operation["channel"]["$ref"] for operation in operations} == {
        f"#/channels/{name}" for name in CHANNELS
    }


@pytest.mark.parametrize("name", CHANNELS)
def test_every_parameter_of_an_address_is_described(name: str) -> None:
    channel = CHANNELS[name]
    parameters: dict[str, Any] = channel.get("parameters", {})

    assert channel["address"].count("{") == len(parameters)
    assert all(f"{{{each}}}" in channel["address"] for each in parameters)
    assert all(each["description"] and each["examples"] for each in parameters.values())


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_is_one_and_says_what_it_is_of(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]

    validator_of(schema)
    assert schema["description"]
    assert "Attributes:" not in schema["description"]


# --- examples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_examples_that_are_valid_under_it(name: str) -> None:
    message = MESSAGES[name]

    assert message["examples"]
    for example in message["examples"]:
        validator_of(message["payload"]).validate(example["payload"])
        if "headers" in message:
            validator_of(message["headers"]).validate(example["headers"])


@pytest.mark.parametrize("name", CONVERSATION["messages"])
def test_an_example_of_what_a_socket_carries_is_valid_under_no_other(name: str) -> None:
    for example in MESSAGES[name]["examples"]:
        fitting = [
            other
            for other in CONVERSATION["messages"]
            if validator_of(MESSAGES[other]["payload"]).is_valid(example["payload"])
        ]

        assert fitting == [name]


def test_an_outcome_that_is_passed_on_is_explained_where_it_stands() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    said = [schemas[name]["properties"]["outcome"]["description"] for name in PASSED_ON]

    assert "cancel" in said[0]
    assert said[1] == "How it ended."


# --- the WebSocket --------------------------------------------------------------------------------


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


# --- Kafka ----------------------------------------------------------------------------------------


def test_every_topic_that_is_written_is_described_as_it_is_made() -> None:
    made = {topic.name: topic for topic in topics(partitions=12, replication=1)}
    bound = {
        channel["address"]: channel["bindings"]["kafka"]
        for channel in CHANNELS.values()
        if "kafka" in channel.get("bindings", {})
    }

    assert bound.keys() == made.keys() - UNWRITTEN
    for name, binding in bound.items():
        configured = {key: str(value) for key, value in binding["topicConfiguration"].items()}
        assert (binding["topic"], binding["partitions"], binding["replicas"]) == (name, 12, 1)
        assert configured == made[name].configs


def headers_of(message: str) -> set[str]:
    return set(MESSAGES[message]["headers"]["properties"])


def test_the_headers_that_are_written_are_described_and_no_others() -> None:
    asked = encode_request(examples.REQUEST).headers
    settled = response_headers(examples.outcome_of(Status.ANSWERED), examples.RECORD)
    aside = [
        encode_letter(examples.LETTER, group=kafka.GROUP, value=value).headers
        for value in (True, False)
    ]

    assert headers_of("RequestRecord") == {name for name, _ in asked} | {kafka.REPLY_TO}
    assert headers_of("ResponseRecord") == {name for name, _ in settled}
    assert headers_of("UnansweredRecord") == {name for name, _ in settled}
    assert headers_of("DeadLetterRecord") == {name for each in aside for name, _ in each}
    assert set(MESSAGES["ResponseRecord"]["headers"]["required"]) == {name for name, _ in settled}


def test_the_example_of_a_dead_letter_has_the_headers_that_are_text() -> None:
    (example,) = MESSAGES["DeadLetterRecord"]["examples"]

    assert headers_of("DeadLetterRecord") - example["headers"].keys() == {
        *headers.LETTER_HEADERS_AT_TIMES,
        "kafka_dlt-original-partition",
        "kafka_dlt-original-offset",
        "kafka_dlt-original-timestamp",
    }


# --- what they carry ------------------------------------------------------------------------------


def test_what_is_exported_as_json_schema_is_in_it_too() -> None:
    assert json_schemas()["$defs"].keys() <= DOCUMENT["components"]["schemas"].keys()


def test_an_announcement_carries_an_outcome_of_either_shape() -> None:
    announced = validator_of({"$ref": "#/components/schemas/Announcement"})
    head = {"user_id": "ann", "durability": None, "attempt": 0}

    announced.validate({**head, "outcome": examples.ANSWER})
    announced.validate({**head, "outcome": examples.FAILURE})
    assert not announced.is_valid({**head, "outcome": {}})
    assert not announced.is_valid(head)
