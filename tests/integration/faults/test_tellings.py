"""What is broken in what a follower was told is found in what is made up here."""

import json

import pytest

from tests.integration.faults.tellings import broken_tellings, shown


def an_event(offset: int, kind: str, *, epoch: str = "e", **members: object) -> bytes:
    return json.dumps({"cursor": f"{epoch}-{offset}", "type": kind, **members}).encode()


ACCEPTED = an_event(1, "accepted")
FIRST = [an_event(2, "started", attempt=1), an_event(3, "delta", response="lost ")]
SECOND = [
    an_event(4, "started", attempt=2),
    an_event(5, "delta", response="one "),
    an_event(6, "delta", response="two"),
    an_event(7, "answered", response="one two"),
]
RECORDED = [ACCEPTED, *FIRST, *SECOND]
GAP = an_event(0, "gap", epoch="f")
BEHIND = [
    an_event(1, "delta", epoch="f", response="two"),
    an_event(2, "answered", epoch="f", response="one two"),
]


def faults(told: list[bytes], recorded: list[bytes] = RECORDED, *, gaps: int = 0) -> list[str]:
    return broken_tellings(told, recorded, answer="one two", gaps=gaps)


def test_nothing_is_found_where_everything_was_told_once_and_in_order() -> None:
    assert faults(RECORDED) == []


def test_nothing_is_found_where_a_gap_says_what_was_lost() -> None:
    assert faults([ACCEPTED, *FIRST, GAP, *BEHIND], BEHIND, gaps=1) == []


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_an_event_that_was_not_told_is_found(number: int) -> None:
    assert faults([*RECORDED[:number], *RECORDED[number + 1 :]])


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_an_event_that_was_told_twice_is_found(number: int) -> None:
    assert faults([*RECORDED[: number + 1], *RECORDED[number:]])


def test_events_in_another_order_are_found() -> None:
    assert faults([ACCEPTED, *SECOND, *FIRST])


def test_an_event_that_differs_in_a_byte_is_found() -> None:
    other = [one.replace(b"two", b"twO") for one in RECORDED]

    assert "never recorded ['e-6', 'e-7']" in faults(other)[0]


def test_another_epoch_without_a_gap_is_found() -> None:
    assert "f-1 behind e-3" in faults([ACCEPTED, *FIRST, *BEHIND], BEHIND)


def test_a_hole_before_a_gap_is_found() -> None:
    assert faults([ACCEPTED, *FIRST[1:], GAP, *BEHIND], BEHIND, gaps=1) == ["e-3 behind e-1"]


@pytest.mark.parametrize("gaps", [0, 2])
def test_another_number_of_gaps_than_the_fault_makes_is_found(gaps: int) -> None:
    assert faults([GAP, *BEHIND], BEHIND, gaps=gaps) == ["1 gaps"]


def test_a_text_that_is_not_the_answer_is_found() -> None:
    pieces = [one for one in RECORDED if b"one " not in one or b"answered" in one]

    assert "shows 'two'" in broken_tellings(pieces, pieces, answer="one two")[-1]


def test_what_an_earlier_attempt_showed_is_discarded() -> None:
    assert shown([ACCEPTED, *FIRST]) == "lost "
    assert shown([ACCEPTED, *FIRST, SECOND[0]]) == ""
