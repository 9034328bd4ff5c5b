from datetime import datetime, timedelta

import pytest

from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.artifacts import Column, Series, Table
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.model.history import Exchange, Turn, exchanges
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.questions import ChatRequest, Question
from tests.builders import AGENT_FAILED, NOON, a_question, a_request, an_answer, an_outcome

COLUMN = Column(name="a", label="A")


@pytest.mark.parametrize("text", ["x", "x" * 4_000, "මිල", "a\nb", "\u202e", "\U0001f4c8" * 4_000])
def test_a_text_of_1_to_4000_characters_is_a_question(text: str) -> None:
    assert a_question(text).text == text


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 4_001, "a\0b", "\ud800", "x\udfff"])
def test_other_texts_are_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        a_question(text)

    assert {violation.path for violation in raised.value.violations} == {("message",)}


BAD_IDS = ["", "a b", "a:b", "{a}", "a\n", "a/b", "\u0661", "x" * 129, "a\0", "*"]


@pytest.mark.parametrize("thread_id", [*BAD_IDS, "a.b", "a@b"])
def test_a_thread_id_that_could_not_be_a_key_is_refused(thread_id: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        Question(thread_id=ThreadId(thread_id), user_id=UserId("ann"), text="x")

    assert [violation.path for violation in raised.value.violations] == [("thread_id",)]


@pytest.mark.parametrize("user_id", BAD_IDS)
def test_a_user_id_that_could_not_be_a_key_is_refused(user_id: str) -> None:
    with pytest.raises(InvalidRequestError):
        a_question(user_id=user_id)


@pytest.mark.parametrize(
    "correlation_id",
    [*BAD_IDS, "550E8400-E29B-41D4-A716-446655440000", "550e8400-e29b-41d4-a716-446655440000\n"],
)
def test_a_correlation_id_is_a_uuid_in_lower_case(correlation_id: str) -> None:
    with pytest.raises(InvalidRequestError):
        ChatRequest(
            correlation_id=CorrelationId(correlation_id),
            question=a_question(),
            asked_at=NOON,
            deadline=NOON,
        )


@pytest.mark.parametrize("naive", ["asked_at", "deadline"])
def test_a_time_without_a_zone_is_refused(naive: str) -> None:
    times: dict[str, datetime] = {"asked_at": NOON, "deadline": NOON}
    times[naive] = times[naive].replace(tzinfo=None)

    with pytest.raises(InvalidRequestError):
        ChatRequest(
            correlation_id=a_request().correlation_id,
            question=a_question(),
            asked_at=times["asked_at"],
            deadline=times["deadline"],
        )


@pytest.mark.parametrize(
    "metadata",
    [
        {str(n): "x" for n in range(17)},
        {"k": "x" * 257},
        {"k" * 257: "x"},
        {"k": "a\0"},
        {"\ud800": "x"},
    ],
)
def test_metadata_out_of_bounds_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        Question(thread_id=ThreadId("t"), user_id=UserId("u"), text="x", metadata=metadata)

    assert raised.value.violations[0].path[0] == "metadata"


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidRequestError) as raised:
        Question(thread_id=ThreadId("a b"), user_id=UserId(""), text="", metadata={"k": "x" * 300})

    fields = [violation.path[0] for violation in raised.value.violations]
    assert fields == ["thread_id", "user_id", "message", "metadata"]


def test_an_outcome_is_an_answer_or_a_problem() -> None:
    good = an_outcome(a_request())
    fields = {name: getattr(good, name) for name in Outcome.__slots__}
    for wrong in (
        {"status": Status.RUNNING},
        {"answer": None},
        {"problem": AGENT_FAILED},
        {"status": Status.FAILED},
        {"status": Status.FAILED, "answer": an_answer(), "problem": AGENT_FAILED},
    ):
        with pytest.raises(ValueError, match=r"outcome|answer"):
            Outcome(**{**fields, **wrong})


@pytest.mark.parametrize(
    ("status", "is_open"),
    [(Status.ACCEPTED, True), (Status.RUNNING, True), (Status.EXPIRED, False)],
)
def test_open_means_that_an_outcome_is_to_come(status: Status, *, is_open: bool) -> None:
    assert status.is_open is is_open


def test_a_row_that_does_not_fit_the_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="T: a row"):
        Table(title="T", columns=(COLUMN,), rows=(("x",), ("x", "y")))
    with pytest.raises(ValueError, match="S: a point"):
        Series(title="S", columns=(COLUMN,), points=((),))


def test_exchanges_pair_questions_with_their_answers_in_the_order_asked() -> None:
    one, two, failed, current = (a_request(a_question(str(n))) for n in range(4))
    turns = [
        Turn.asking(one),
        Turn.asking(two),
        Turn.answering(an_outcome(two, text="B")),
        Turn.answering(an_outcome(one, text="A")),
        Turn.asking(failed),
        Turn.answering(an_outcome(failed, Status.FAILED)),
        Turn.asking(current),
        Turn.answering(an_outcome(current, text="C")),
    ]

    paired = exchanges(turns, before=current.correlation_id)

    assert paired == (Exchange("0", "A"), Exchange("1", "B"))


def test_pauses_double_up_to_a_bound_and_are_spread_over_their_upper_half() -> None:
    policy = AttemptPolicy(first_pause=timedelta(seconds=1), longest_pause=timedelta(seconds=5))

    halves = [policy.pause_after(spent, 0.0).total_seconds() for spent in (1, 2, 3, 4, 1_000)]

    assert halves == [0.5, 1.0, 2.0, 2.5, 2.5]
    assert policy.pause_after(1, 0.5) == timedelta(seconds=0.75)
