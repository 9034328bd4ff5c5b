"""Events out of JSON."""

import json
from datetime import UTC, date, datetime

import pytest

from cse_chat.client.errors import UnintelligibleError
from cse_chat.client.events import (
    Accepted,
    Answered,
    ArtifactMade,
    Delta,
    EndedUnanswered,
    Gap,
    Reopened,
    Started,
    Step,
    UnknownEvent,
    decode_event,
)
from cse_chat.client.outcomes import Answer, Unanswered
from cse_chat.domain.model.events import EventType
from tests.unit.client.told import ID, THREAD, document, event


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("accepted", Accepted),
        ("started", Started),
        ("step", Step),
        ("delta", Delta),
        ("artifact", ArtifactMade),
        ("answered", Answered),
        ("failed", EndedUnanswered),
        ("cancelled", EndedUnanswered),
        ("reopened", Reopened),
        ("gap", Gap),
    ],
)
def test_every_type_has_its_shape(kind: str, shape: type) -> None:
    told = event(kind, 7)

    assert type(told) is shape
    assert (told.type, told.thread_id) == (kind, THREAD)
    assert told.timestamp == datetime(2026, 7, 26, 9, 30, 1, tzinfo=UTC)


def test_every_type_of_the_service_is_known_to_the_client() -> None:
    told = [event(kind, problem={}) for kind in EventType]

    assert UnknownEvent not in set(map(type, told))


def test_an_answer_is_all_there_without_what_came_before() -> None:
    told = event("answered")

    assert isinstance(told, Answered)
    answer = told.outcome
    assert isinstance(answer, Answer)
    assert (answer.correlation_id, answer.text) == (ID, "abc")
    assert answer.metadata.as_of == date(2026, 7, 24)
    assert answer.artifacts[0].rows == ((1.5,), (None,))


def test_another_end_says_why() -> None:
    told = event("cancelled")

    assert isinstance(told, EndedUnanswered)
    outcome = told.outcome
    assert isinstance(outcome, Unanswered)
    assert (outcome.status, outcome.problem.slug) == ("cancelled", "agent-failed")


def test_what_a_newer_service_adds_is_no_error() -> None:
    told = event("applauded", 3, loudness=7)

    assert isinstance(told, UnknownEvent)
    assert told.members["loudness"] == 7
    assert event("delta", 1, colour="red") == event("delta", 1)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "null",
        b"\xff",
        "{}",
        '{"type": 1}',
        '{"type": "applauded"}',
        json.dumps(document("delta", response=None)),
        json.dumps(document("delta", timestamp="yesterday")),
    ],
)
def test_what_is_no_event_is_told_apart(data: str | bytes) -> None:
    with pytest.raises(UnintelligibleError, match="no event"):
        decode_event(data)
