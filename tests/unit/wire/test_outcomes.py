"""What is written of an outcome, and what is read back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from cse_chat.adapters.wire.outcomes import (
    decode_announcement,
    decode_outcome,
    encode_announcement,
)
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.adapters.wire.turns import decode_turn, encode_turn
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.answers import Answer, Basis
from cse_chat.domain.model.artifacts import Column, ColumnType, Series, Table
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from tests.builders import a_request, an_outcome

ANN = UserId("ann")
COLUMNS = (
    Column(name="day", label="Day", type=ColumnType.DATE),
    Column(name="price", label="Price", type=ColumnType.NUMBER, unit="LKR", decimals=2),
)
RUBBISH = [b"", b"null", b"[]", b"{}", b"\xff", b'{"correlation_id": 1}', b"[" * 100_000]


def a_rich_outcome() -> Outcome:
    answer = Answer(
        text="JKH rose",
        basis=Basis(model_used="m", as_of=date(2026, 7, 24), sources=("CSE",)),
        artifacts=(
            Table(title="T", columns=COLUMNS, rows=(("2026-07-24", 1.5), ("2026-07-25", None))),
            Series(title="S", columns=COLUMNS, points=(("2026-07-24", 2),)),
        ),
    )
    return replace(
        an_outcome(a_request()),
        answer=answer,
        attempt=2,
        queue_time=timedelta(milliseconds=3),
        processing_time=timedelta(milliseconds=1823),
    )


OUTCOMES = [
    a_rich_outcome(),
    an_outcome(a_request(), Status.FAILED, attempt=3),
    an_outcome(a_request(), Status.EXPIRED, attempt=0),
    an_outcome(a_request(), Status.CANCELLED, attempt=0),
]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.status)
def test_an_outcome_is_read_back_as_it_was(outcome: Outcome) -> None:
    read = decode_outcome(
        encode_outcome(outcome),
        user_id=outcome.user_id,
        durability=outcome.durability,
        attempt=outcome.attempt,
    )

    assert read == outcome


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.status)
def test_an_announcement_names_the_user_and_holds_the_response_as_it_is(outcome: Outcome) -> None:
    message = encode_announcement(outcome)

    assert decode_announcement(message) == outcome
    assert json.loads(message)["outcome"] == json.loads(encode_outcome(outcome))


def test_an_answer_of_the_original_design_is_read_with_defaults() -> None:
    """It has no attempt, no durability, fields we do not know, and here and there no zone."""
    request = a_request()
    value = msgspec.json.encode(
        {
            "correlation_id": request.correlation_id,
            "thread_id": request.thread_id,
            "response": "Based on ...",
            "timestamp": "2024-01-10T10:30:02",
            "streaming": False,
            "chunk_index": 0,
            "is_final": True,
            "metadata": {"processing_time_ms": 1823.5, "model_used": "gpt-4", "tokens": 7},
        }
    )

    outcome = decode_outcome(value, user_id=ANN, durability=Durability.KAFKA)

    assert outcome.answer is not None
    assert outcome.answer.text == "Based on ..."
    assert outcome.settled_at == datetime(2024, 1, 10, 10, 30, 2, tzinfo=UTC)
    assert (outcome.durability, outcome.attempt) == (Durability.KAFKA, 0)


@pytest.mark.parametrize("value", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_no_outcome_no_announcement_and_no_turn(value: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        decode_outcome(value, user_id=ANN)
    with pytest.raises(MalformedRecordError):
        decode_announcement(value)
    with pytest.raises(MalformedRecordError):
        decode_turn(value)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "running"},
        {"status": "failed"},
        {"timestamp": "yesterday"},
        {"metadata": {"processing_time_ms": 1e300}},
        {"artifacts": [{"type": "table", "title": "T", "columns": [], "rows": [[1]]}]},
    ],
)
def test_what_contradicts_itself_is_no_outcome(changes: dict[str, object]) -> None:
    fields = json.loads(encode_outcome(an_outcome(a_request()))) | changes

    with pytest.raises(MalformedRecordError):
        decode_outcome(json.dumps(fields).encode(), user_id=ANN)


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.FAILED])
def test_a_turn_is_read_back_as_it_was(status: Status) -> None:
    request = a_request()
    for turn in (Turn.asking(request), Turn.answering(an_outcome(request, status))):
        assert decode_turn(encode_turn(turn)) == turn


def test_a_turn_says_no_more_than_it_has_to_say() -> None:
    turn = json.loads(encode_turn(Turn.asking(a_request())))

    assert set(turn) == {"role", "content", "timestamp", "correlation_id"}


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_in_utc_is_malformed(time: str) -> None:
    """It could be read and never be written again."""
    value = json.loads(encode_outcome(an_outcome(a_request())))

    with pytest.raises(MalformedRecordError):
        decode_outcome(json.dumps({**value, "timestamp": time}).encode(), user_id=ANN)
