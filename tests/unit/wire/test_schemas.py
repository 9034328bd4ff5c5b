"""The exported JSON Schemas against the messages that are really written."""

import json

import pytest
from jsonschema_rs import Draft202012Validator

from cse_chat.adapters.wire.requests import encode_request
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.adapters.wire.schemas import json_schemas
from cse_chat.domain.model.outcomes import Status
from tests.builders import a_request, an_outcome

REQUEST = encode_request(a_request()).value or b""
ANSWER = encode_outcome(an_outcome(a_request()))
FAILURE = encode_outcome(an_outcome(a_request(), Status.FAILED))


def validator_of(name: str) -> Draft202012Validator:
    return Draft202012Validator(json_schemas() | {"anyOf": [{"$ref": f"#/$defs/{name}"}]})


@pytest.mark.parametrize(
    ("name", "title", "message"),
    [
        ("RequestWire", "Chat Request v1", REQUEST),
        ("ChatResponse", "Chat Response v1", ANSWER),
        ("UnansweredResponse", "Outcome without an answer", FAILURE),
    ],
)
def test_what_is_written_is_valid_under_its_schema(name: str, title: str, message: bytes) -> None:
    document = json.loads(message)

    validator_of(name).validate(document)
    Draft202012Validator(json_schemas()).validate(document)

    assert json_schemas()["$defs"][name]["title"] == title


@pytest.mark.parametrize("message", [REQUEST, ANSWER, FAILURE])
def test_a_message_without_its_thread_is_valid_under_none(message: bytes) -> None:
    document = json.loads(message)
    del document["thread_id"]

    assert not Draft202012Validator(json_schemas()).is_valid(document)


def test_a_failure_is_no_answer() -> None:
    assert not validator_of("ChatResponse").is_valid(json.loads(FAILURE))


def test_fields_that_are_not_known_are_allowed() -> None:
    validator_of("ChatResponse").validate(json.loads(ANSWER) | {"later": 1})
