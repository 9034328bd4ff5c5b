import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.adapters.wire.requests import decode_request, encode_request
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import Record
from tests.builders import NOON, a_question, a_request

FIVE_MINUTES = timedelta(minutes=5)

# As the original design writes it: without our headers, by a writer who knows only the schema.
ORIGINAL = {
    "correlation_id": "550e8400-e29b-41d4-a716-446655440000",
    "thread_id": "thread_abc123",
    "user_id": "user_456",
    "message": "What are the top performing stocks?",
    "timestamp": "2024-01-10T10:30:00Z",
    "metadata": {"client_type": "web", "session_id": "session_xyz"},
}


def _record(value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> Record:
    return Record(
        log="l", partition=0, offset=0, timestamp=NOON, key=b"k", value=value, headers=headers
    )


def _decoded(value: object, headers: tuple[tuple[str, bytes], ...] = ()) -> ChatRequest:
    record = _record(json.dumps(value).encode(), headers)
    return decode_request(record, default_deadline=FIVE_MINUTES)


def test_the_value_is_schema_v1_and_transport_is_in_the_headers() -> None:
    """The golden message: whatever changes it breaks somebody's reader."""
    question = a_question("Why?", thread_id="thread_abc123", user_id="user_456")
    request = a_request(question, correlation_id=ORIGINAL["correlation_id"])  # type: ignore[arg-type] # it is a text

    encoded = encode_request(request)

    assert encoded.key == b"thread_abc123"
    assert encoded.value == (
        b'{"correlation_id":"550e8400-e29b-41d4-a716-446655440000","thread_id":"thread_abc123",'
        b'"user_id":"user_456","message":"Why?","timestamp":"2026-07-24T12:00:00Z",'
        b'"metadata":{"client_type":"test"}}'
    )
    assert dict(encoded.headers) == {
        "ce_id": b"550e8400-e29b-41d4-a716-446655440000",
        "ce_type": b"lk.cse.chat.request.v1",
        "ce_source": b"/cse-chat/gateway",
        "ce_specversion": b"1.0",
        "ce_time": b"2026-07-24T12:00:00Z",
        "content-type": b"application/json",
        "ce_correlationid": b"550e8400-e29b-41d4-a716-446655440000",
        "ce_deadline": b"1784894700000",
    }


def test_what_is_encoded_is_decoded() -> None:
    request = a_request(a_question("මිල?"), deadline=timedelta(milliseconds=1_234))
    encoded = encode_request(request)

    decoded = decode_request(_record(encoded.value, encoded.headers), default_deadline=FIVE_MINUTES)

    assert decoded == request


def test_a_record_of_the_original_design_is_read_with_defaults() -> None:
    request = _decoded(ORIGINAL)

    assert request.question.text == ORIGINAL["message"]
    assert request.asked_at == datetime(2024, 1, 10, 10, 30, tzinfo=UTC)
    assert request.deadline == NOON + FIVE_MINUTES


def test_what_a_reader_does_not_know_it_ignores() -> None:
    request = _decoded({**ORIGINAL, "new": 1}, (("x-new", b"\xff"),))

    assert request.thread_id == "thread_abc123"


@pytest.mark.parametrize(
    "deadline", [b"9" * 20, b"9" * 400, b"9" * 5_000, b"-" + b"9" * 20, b"soon", b"1e3", b"\xff"]
)
def test_a_deadline_that_is_no_time_is_malformed(deadline: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        _decoded(ORIGINAL, (("ce_deadline", deadline),))


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_in_utc_is_malformed(time: str) -> None:
    """It could be read and never be written: nobody could settle the request."""
    with pytest.raises(MalformedRecordError):
        _decoded({**ORIGINAL, "timestamp": time})


@pytest.mark.parametrize("kind", [b"lk.cse.chat.request.v2", b"other", b"\xff"])
def test_another_type_or_version_is_malformed(kind: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        _decoded(ORIGINAL, (("ce_type", kind),))


def test_a_naive_time_is_utc() -> None:
    assert _decoded({**ORIGINAL, "timestamp": "2024-01-10T10:30:00"}) == _decoded(ORIGINAL)


def test_metadata_may_be_absent() -> None:
    value = {name: ORIGINAL[name] for name in ORIGINAL if name != "metadata"}

    assert _decoded(value).question.metadata == {}


@pytest.mark.parametrize(
    "change",
    [
        {"thread_id": "a b"},
        {"correlation_id": "x"},
        {"message": " "},
        {"message": None},
        {"timestamp": "yesterday"},
        {"metadata": {"a": 1}},
    ],
)
def test_a_value_out_of_bounds_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(MalformedRecordError):
        _decoded({**ORIGINAL, **change})


@pytest.mark.parametrize("deadline", [b"x", b"\xff", b"9" * 40, b"1e3", b"-9" + b"9" * 30])
def test_a_deadline_that_is_none_is_malformed(deadline: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        _decoded(ORIGINAL, (("ce_deadline", deadline),))


@given(st.binary(max_size=200) | st.none())
def test_any_bytes_are_a_request_or_malformed(value: bytes | None) -> None:
    with pytest.raises(MalformedRecordError):
        decode_request(_record(value), default_deadline=FIVE_MINUTES)


def test_the_message_of_a_malformed_record_quotes_nothing() -> None:
    """It goes to logs and headers, and the record may hold anything."""
    record = replace(_record(b'{"message": "secret'))

    with pytest.raises(MalformedRecordError) as raised:
        decode_request(record, default_deadline=FIVE_MINUTES)

    assert str(raised.value) == "no request: DecodeError"
