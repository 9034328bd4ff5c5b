"""The JSON of outcomes: golden documents, so that no field changes by accident."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from cse_chat.adapters.wire.responses import ChatResponse, UnansweredResponse, encode_outcome
from cse_chat.domain.model.answers import Answer, Basis
from cse_chat.domain.model.artifacts import Column, ColumnType, Series, Table
from cse_chat.domain.model.outcomes import Outcome, Status
from tests.builders import a_question, a_request, an_answer, an_outcome

ID = "550e8400-e29b-41d4-a716-446655440000"


def answered(answer: Answer | None = None) -> Outcome:
    request = a_request(a_question(thread_id="thread_abc123"), correlation_id=ID)
    return replace(an_outcome(request), answer=answer or an_answer())


def test_an_answer_has_the_fields_of_the_contract() -> None:
    colombo = timezone(timedelta(hours=5, minutes=30))
    basis = Basis(model_used="cse-analyst/rules", as_of=date(2026, 7, 24), sources=("CSE",))
    outcome = replace(
        answered(Answer(text="Up.", basis=basis)),
        settled_at=datetime(2024, 1, 10, 16, 0, 2, tzinfo=colombo),
        processing_time=timedelta(microseconds=1_822_600),
        queue_time=timedelta(milliseconds=3),
    )

    assert json.loads(encode_outcome(outcome)) == {
        "correlation_id": ID,
        "thread_id": "thread_abc123",
        "response": "Up.",
        "timestamp": "2024-01-10T10:30:02Z",
        "streaming": False,
        "chunk_index": 0,
        "is_final": True,
        "metadata": {
            "processing_time_ms": 1823,
            "model_used": "cse-analyst/rules",
            "queue_time_ms": 3,
            "attempt": 1,
            "durability": "memory",
            "as_of": "2026-07-24",
            "sources": ["CSE"],
        },
    }


def test_fields_stand_in_the_order_of_the_contract() -> None:
    text = encode_outcome(answered()).decode()

    names = list(json.loads(text))
    assert names[:3] == ["correlation_id", "thread_id", "response"]
    assert names[-1] == "metadata"


def test_an_answer_without_data_has_no_date() -> None:
    assert json.loads(encode_outcome(answered()))["metadata"]["as_of"] is None


def test_tables_and_series_follow() -> None:
    columns = (
        Column(name="date", label="Date", type=ColumnType.DATE),
        Column(name="close", label="Close", type=ColumnType.NUMBER, unit="LKR", decimals=2),
    )
    rows = (("2026-07-23", 19.5), ("2026-07-24", None))
    table = Table(title="JKH", columns=columns, rows=rows)
    series = Series(title="JKH, closes", columns=columns, points=rows)
    answer = Answer(text="Up.", basis=Basis(model_used="m"), artifacts=(table, series))

    first, second = json.loads(encode_outcome(answered(answer)))["artifacts"]
    assert first == {
        "type": "table",
        "title": "JKH",
        "columns": [
            {"name": "date", "label": "Date", "type": "date", "unit": "", "decimals": None},
            {"name": "close", "label": "Close", "type": "number", "unit": "LKR", "decimals": 2},
        ],
        "rows": [["2026-07-23", 19.5], ["2026-07-24", None]],
    }
    assert (second["type"], second["rows"]) == ("series", first["rows"])


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPIRED, Status.CANCELLED])
def test_any_other_outcome_has_status_and_problem(status: Status) -> None:
    request = a_request(a_question(thread_id="t"), correlation_id=ID)

    body = json.loads(encode_outcome(an_outcome(request, status, text="No.")))

    assert body.pop("timestamp").endswith("Z")
    assert body == {
        "correlation_id": ID,
        "thread_id": "t",
        "status": status,
        "problem": {
            "type": f"/problems/{status}",
            "title": status.capitalize(),
            "detail": "No.",
        },
    }


def test_one_shape_does_not_pass_for_the_other() -> None:
    failed = an_outcome(a_request(), Status.FAILED)

    with pytest.raises(ValueError, match="no answer"):
        ChatResponse.of(failed)
    with pytest.raises(ValueError, match="no problem"):
        UnansweredResponse.of(answered())
