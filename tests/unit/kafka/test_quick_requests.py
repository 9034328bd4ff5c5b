"""That a request is sent, and its response read, as the library would."""

from io import BytesIO
from typing import Any

from aiokafka.protocol.admin import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsRequest_v0,
)
from aiokafka.protocol.produce import ProduceRequest, ProduceRequest_v5, ProduceResponse_v5

from cse_chat.adapters.kafka.quick_requests import QuickRequest

NUMBER = 2**31 - 1
NAME = "cse-chat ✓"
REQUEST = ProduceRequest(None, -1, 5_000, [("chat.requests", [(3, b"batch"), (5, b"other")])])
VERSIONS = {ProduceRequest.API_KEY: (0, 5)}


def _prepared() -> Any:  # noqa: ANN401 - what the library's connection takes
    return QuickRequest(REQUEST).prepare(VERSIONS)


def test_header_and_body_are_what_the_library_sends_to_a_broker_of_that_version() -> None:
    own, quick = REQUEST.prepare(VERSIONS), _prepared()

    assert isinstance(own, ProduceRequest_v5)
    header = own.build_request_header(correlation_id=NUMBER, client_id=NAME)
    assert quick.build_request_header(NUMBER, NAME).encode() == header.encode()
    assert quick.encode() == own.encode()
    assert repr(quick) == repr(own)


def test_a_version_with_tags_is_left_to_the_library() -> None:
    nothing: Any = []
    tagged = ListPartitionReassignmentsRequest(5_000, nothing, nothing)
    versions = {tagged.API_KEY: (0, 0)}

    prepared = QuickRequest(tagged).prepare(versions)

    assert type(prepared) is ListPartitionReassignmentsRequest_v0


def test_the_response_is_read_as_one_of_that_version() -> None:
    response = ProduceResponse_v5([("chat.requests", [(3, 0, 17, -1, 0)])], 7)
    frame = BytesIO(NUMBER.to_bytes(4) + response.encode())
    quick = _prepared()

    assert quick.parse_response_header(frame).correlation_id == NUMBER
    read = quick.RESPONSE_TYPE.decode(frame)

    assert isinstance(read, ProduceResponse_v5)
    assert read == response
