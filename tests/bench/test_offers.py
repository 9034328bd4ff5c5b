"""What is told of an offer: kinds, seconds, and when it was well again."""

from collections.abc import Sequence

import pytest

from bench.answers import Answer
from bench.errors import BrokenRunError
from bench.offering import ANSWERED, ENDED, OPEN, REFUSED, UNKNOWN, Fate, fate_of
from bench.offers import answered_between, median_of, normal_again, recovery, seconds_of


def kind_of(status: int, body: bytes) -> str:
    return fate_of(Answer(status, b"", body), b"yes")[0]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"response":"yes"}', ANSWERED),
        (200, b'{"response":"no"}', "wrong answer"),
        (202, b'{"correlation_id":"1"}', OPEN),
        (202, b"{}", "status 202"),
        (504, b'{"type":"/problems/reply-timeout","correlation_id":"1"}', OPEN),
        (504, b'{"type":"/problems/expired","correlation_id":"1"}', ENDED),
        (502, b'{"type":"/problems/agent-failed","correlation_id":"1"}', ENDED),
        (503, b'{"type":"/problems/not-accepted"}', REFUSED),
        (503, b'{"type":"/problems/overloaded"}', REFUSED),
        (503, b'{"type":"/problems/acceptance-unknown","correlation_id":"1"}', UNKNOWN),
        (503, b'{"type":"/problems/unavailable"}', "status 503 unavailable"),
        (503, b"Service Unavailable", "status 503"),
    ],
)
def test_a_response_is_of_a_kind(status: int, body: bytes, kind: str) -> None:
    assert kind_of(status, body) == kind


def test_what_is_open_is_known_by_its_id() -> None:
    assert fate_of(Answer(202, b"", b'{"correlation_id":"7"}'), b"") == (OPEN, "7")


def answered(*moments: float, late: float = 0) -> Sequence[Fate]:
    return [Fate(moment, moment + late, ANSWERED, "") for moment in moments]


def test_seconds_tell_what_was_due_and_what_was_told_then() -> None:
    fates = [*answered(0.1, 0.6, late=0.5), Fate(0.2, 2.5, REFUSED, "")]

    first, second, third = seconds_of(fates)

    assert (first["due"], first[ANSWERED], first["median_ms"]) == (3, 1, pytest.approx(500))
    assert (second["due"], second[ANSWERED]) == (0, 1)
    assert (third[REFUSED], third["median_ms"]) == (1, None)


def test_it_is_well_again_when_a_second_begins_with_enough_answers() -> None:
    fates = answered(*(5.55 + step / 10 for step in range(30)))

    assert recovery(fates, since=4, until=10, wanted=10) == pytest.approx(1.5)
    assert recovery(fates, since=5.6, until=10, wanted=9) == 0
    assert recovery(fates, since=4, until=10, wanted=11) == 6


def test_answers_count_when_they_come() -> None:
    assert answered_between(answered(1, 2, 3, late=0.5), 1.5, 3.5) == 2


def test_a_median_is_of_what_was_due_then() -> None:
    fates = [*answered(1, 2, late=0.25), *answered(8, late=2)]

    assert median_of(fates, 0, 5) == pytest.approx(0.25)
    with pytest.raises(BrokenRunError, match=r"due from 3\.0 to 4\.0 s"):
        median_of(fates, 3, 4)


def test_it_is_as_before_when_what_is_due_is_answered_as_soon() -> None:
    before = answered(0.2, 0.4, 0.6, late=0.1)
    late = answered(*(2 + step / 10 for step in range(10)), late=0.5)
    soon = answered(*(3 + step / 10 for step in range(20)), late=0.15)

    again = normal_again([*before, *late, *soon], before=1, since=2, until=5)
    never = normal_again([*before, *late], before=1, since=2, until=3.5)

    assert again == pytest.approx(1.0)
    assert never == 1.5
    with pytest.raises(BrokenRunError, match="nothing was answered before"):
        normal_again(late, before=1, since=2, until=5)
