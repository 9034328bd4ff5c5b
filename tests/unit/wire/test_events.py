"""What is written of each kind of event: golden, valid under its schema, and read back."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from cse_chat.adapters.wire.event_schemas import EVENTS
from cse_chat.adapters.wire.events import (
    accepted_tail,
    decode_event,
    event_json,
    followed_json,
    outcome_json,
    said_tail,
    started_tail,
)
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.adapters.wire.schemas import json_schemas
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.answers import Answer, Basis, Delta, Said, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor, Ended, Event, EventType, Gap, Utterance
from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Problem, Status
from cse_chat.entrypoints.http.channels import examples
from tests.builders import a_question, a_request

CID = CorrelationId("550e8400-e29b-41d4-a716-446655440000")
THREAD = ThreadId("thread_abc123")
AT = datetime(2026, 7, 24, 12, 0, 1, 250_000, tzinfo=UTC)
CURSOR = Cursor("1f0c5a9e7b3d4826", 42)
HEAD = '{"cursor":"1f0c5a9e7b3d4826-42",'
OF = f'"thread_id":"{THREAD}","correlation_id":"{CID}"'
TIME = '"timestamp":"2026-07-24T12:00:01.250000Z"'
REQUEST = a_request(a_question("Why?", thread_id=THREAD), correlation_id=CID)
CLAIM = Claim(
    correlation_id=CID, thread_id=THREAD, attempt=2, spent=1, token=ClaimToken("secret-token")
)
TABLE = Table(title="T", columns=(Column(name="a", label="A"),), rows=(("x",),))


def said(what: Said) -> bytes:
    tail = said_tail(CLAIM, Utterance(number=7, said=what, chunk_index=3))
    return event_json(CURSOR, {"timestamp": AT}, tail)


def an_outcome_of(status: Status) -> Outcome:
    is_answer = status is Status.ANSWERED
    basis = Basis(model_used="m", as_of=date(2026, 7, 24), sources=("CSE",))
    return Outcome(
        correlation_id=CID,
        thread_id=THREAD,
        user_id=UserId("ann"),
        status=status,
        settled_at=AT,
        durability=Durability.KAFKA,
        answer=Answer(text="Because.", basis=basis, artifacts=(TABLE,)) if is_answer else None,
        problem=None if is_answer else Problem(slug=status.value, detail="No."),
        attempt=2,
        queue_time=timedelta(milliseconds=3),
        processing_time=timedelta(milliseconds=1_823),
    )


def ended(status: Status) -> bytes:
    return outcome_json(CURSOR, an_outcome_of(status))


def gap(oldest: Cursor | None) -> bytes:
    told = Gap(thread_id=THREAD, requested=Cursor("a" * 16, 7), cursor=CURSOR, oldest=oldest)
    return followed_json(told, now=lambda: AT)


GOLDEN = {
    "accepted": (
        event_json(CURSOR, {"queue_position": 1}, accepted_tail(REQUEST)),
        (
            f'{HEAD}"queue_position":1,"type":"accepted",{OF},"attempt":0,"message":"Why?",'
            '"timestamp":"2026-07-24T12:00:00Z"}'
        ),
    ),
    "started": (
        event_json(CURSOR, {"attempt": 2, "timestamp": AT}, started_tail(REQUEST)),
        f'{HEAD}"attempt":2,{TIME},"type":"started",{OF}}}',
    ),
    "step": (
        said(Step(name="n", label="L", status=StepStatus.DONE, detail="d")),
        (
            f'{HEAD}{TIME},"type":"step",{OF},"attempt":2,"name":"n","label":"L","status":"done",'
            '"detail":"d"}'
        ),
    ),
    "delta": (
        said(Delta("Be")),
        (
            f'{HEAD}{TIME},"type":"delta",{OF},"attempt":2,"response":"Be","chunk_index":3,'
            '"streaming":true,"is_final":false}'
        ),
    ),
    "artifact": (
        said(TABLE),
        (
            f'{HEAD}{TIME},"type":"artifact",{OF},"attempt":2,"artifact":{{"type":"table","title":"T",'
            '"columns":[{"name":"a","label":"A","type":"text","unit":"","decimals":null}],'
            '"rows":[["x"]]}}'
        ),
    ),
    "answered": (
        ended(Status.ANSWERED),
        (
            f'{HEAD}"type":"answered","attempt":2,"correlation_id":"{CID}","thread_id":"{THREAD}",'
            f'"response":"Because.",{TIME},"streaming":false,"chunk_index":0,"is_final":true,'
            '"metadata":{"processing_time_ms":1823,"model_used":"m","queue_time_ms":3,"attempt":2,'
            '"durability":"kafka","as_of":"2026-07-24","sources":["CSE"]},"artifacts":[{"type":"table",'
            '"title":"T","columns":[{"name":"a","label":"A","type":"text","unit":"","decimals":null}],'
            '"rows":[["x"]]}]}'
        ),
    ),
    **{
        status.value: (
            ended(status),
            (
                f'{HEAD}"type":"{status.value}","attempt":2,"is_final":true,"correlation_id":"{CID}",'
                f'"thread_id":"{THREAD}","status":"{status.value}","problem":{{"type":'
                f'"/problems/{status.value}","title":"{status.value.capitalize()}","detail":"No."}},'
                f"{TIME}}}"
            ),
        )
        for status in (Status.FAILED, Status.EXPIRED, Status.CANCELLED)
    },
    "gap": (
        gap(Cursor(CURSOR.epoch, 43)),
        (
            f'{{"type":"gap","cursor":"{CURSOR.text}","thread_id":"{THREAD}","correlation_id":null,'
            f'"attempt":0,{TIME},"requested":"aaaaaaaaaaaaaaaa-7","oldest":"1f0c5a9e7b3d4826-43",'
            f'"history_url":"/api/threads/{THREAD}/messages"}}'
        ),
    ),
}


def schema_of(kind: str) -> Draft202012Validator:
    name = f"{kind.capitalize()}Event"
    return Draft202012Validator(json_schemas() | {"anyOf": [{"$ref": f"#/$defs/{name}"}]})


def test_there_is_a_golden_message_of_every_kind() -> None:
    published = [str(event.__struct_config__.tag) for event in EVENTS]

    assert list(GOLDEN) == published
    assert set(published) == {*EventType, "gap"}


@pytest.mark.parametrize("kind", GOLDEN)
def test_what_is_written_stays_as_it_is(kind: str) -> None:
    """The golden message: whatever changes it breaks somebody's reader."""
    written, golden = GOLDEN[kind]

    assert written.decode() == golden


@pytest.mark.parametrize("kind", GOLDEN)
def test_what_is_published_as_an_example_is_the_golden_message(kind: str) -> None:
    assert examples.EVENTS[kind] == json.loads(GOLDEN[kind][1])


@pytest.mark.parametrize("kind", GOLDEN)
def test_what_is_written_is_valid_under_its_schema_alone(kind: str) -> None:
    document = json.loads(GOLDEN[kind][0])

    schema_of(kind).validate(document)
    Draft202012Validator(json_schemas()).validate(document)
    assert [k for k in GOLDEN if schema_of(k).is_valid(document)] == [kind]


@pytest.mark.parametrize("kind", [kind for kind in GOLDEN if kind != "gap"])
def test_what_is_written_is_read_back(kind: str) -> None:
    written = GOLDEN[kind][0]

    assert decode_event(written) == Event(CURSOR, EventType(kind), CID, written)


def test_a_gap_of_a_thread_of_which_nothing_is_kept_is_valid() -> None:
    schema_of("gap").validate(json.loads(gap(None)))


def test_the_token_of_a_claim_is_in_no_event() -> None:
    assert not any(b"secret" in written for written, _ in GOLDEN.values())


def test_an_answer_is_the_chat_response_that_is_stored() -> None:
    """Whoever knows the original design reads the same fields."""
    outcome = an_outcome_of(Status.ANSWERED)
    event: dict[str, Any] = json.loads(outcome_json(CURSOR, outcome))

    assert event | json.loads(encode_outcome(outcome)) == event


def nobody_asks() -> datetime:
    raise AssertionError("the time is in what is told")  # pragma: no cover - nobody does


def test_an_event_is_passed_on_as_it_is_and_without_looking_at_the_clock() -> None:
    event = decode_event(ended(Status.FAILED))

    assert followed_json(event, now=nobody_asks) == ended(Status.FAILED)


def test_whoever_follows_is_told_the_outcome_also_without_its_event() -> None:
    outcome = an_outcome_of(Status.FAILED)

    assert followed_json(Ended(cursor=CURSOR, outcome=outcome), now=nobody_asks) == ended(
        Status.FAILED
    )


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b'{"cursor":"1f0c5a9e7b3d4826-42","type":"no such","correlation_id":"x"}',
        b'{"cursor":"1-2","type":"delta","correlation_id":"x"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused(rubbish: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        decode_event(rubbish)
