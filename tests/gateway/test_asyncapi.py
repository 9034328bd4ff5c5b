"""The AsyncAPI document is valid, complete, and says what is written and read."""

import hashlib
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema_rs import Draft7Validator

from cse_chat.adapters.kafka import names as kafka
from cse_chat.adapters.kafka.audit import audit_headers
from cse_chat.adapters.kafka.letters import encode_letter
from cse_chat.adapters.kafka.responses import response_headers
from cse_chat.adapters.kafka.topics import topics
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.adapters.wire.schemas import json_schemas
from cse_chat.domain.model.outcomes import Status
from cse_chat.entrypoints.http.channels import examples, headers
from cse_chat.entrypoints.http.channels.document import asyncapi_document
from tests.gateway.asyncapi import CHANNELS, CONVERSATION, DOCUMENT, MESSAGES, validator_of

VENDORED: Final = Path(__file__).parents[1] / "vendor/asyncapi-specs@6.11.1"
SPECIFICATION: Final = (VENDORED / "3.1.0.json").read_bytes()
OFFICIAL: Final = Draft7Validator(json.loads(SPECIFICATION))
PASSED_ON: Final = ("SettledFrame", "Announcement")


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


def test_the_specification_is_what_was_vendored() -> None:
    assert hashlib.sha256(SPECIFICATION).hexdigest() in (VENDORED / "README.md").read_text("utf-8")
    assert "Apache License" in (VENDORED / "LICENSE").read_text("utf-8")


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


# --- Kafka ----------------------------------------------------------------------------------------


def test_every_topic_that_is_written_is_described_as_it_is_made() -> None:
    made = {topic.name: topic for topic in topics(partitions=12, replication=1)}
    bound = {
        channel["address"]: channel["bindings"]["kafka"]
        for channel in CHANNELS.values()
        if "kafka" in channel.get("bindings", {})
    }

    assert bound.keys() == made.keys()
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

    assert headers_of("AuditRecord") == {name for name, _ in audit_headers(examples.ACT)}
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
