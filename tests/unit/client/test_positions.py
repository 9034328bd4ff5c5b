"""How far a follower was told."""

from hypothesis import given
from hypothesis import strategies as st

from cse_chat.client.positions import Position
from tests.unit.client.told import cursor, event


@given(st.lists(st.integers(0, 12), max_size=12))
def test_whoever_is_told_again_from_anywhere_hears_each_event_once_and_in_order(
    resumes: list[int],
) -> None:
    position = Position(None)

    heard = [
        offset
        for start in [*resumes, 0]
        for offset in range(1, 14)
        if offset <= start or start == 0
        if position.passes(event("delta", offset))
    ]

    assert heard == list(range(1, 14))
    assert position.cursor == cursor(13)


def test_what_was_known_before_is_not_told_again() -> None:
    position = Position(cursor(3))

    assert not position.passes(event("delta", 3))
    assert position.passes(event("delta", 4))


def test_another_epoch_begins_anew() -> None:
    position = Position(cursor(9))
    other = "77d2b1c40e9f3a65"

    assert position.passes(event("gap", cursor=cursor(0, epoch=other)))
    assert position.passes(event("delta", cursor=cursor(1, epoch=other)))
    assert position.cursor == cursor(1, epoch=other)


def test_a_gap_passes_wherever_it_is() -> None:
    position = Position(cursor(3))

    assert position.passes(event("gap", 3))
    assert position.passes(event("gap", 3))


def test_an_outcome_whose_own_event_is_lost_is_told_once_where_the_reader_stands() -> None:
    position = Position(cursor(3))

    assert position.passes(event("answered", 3))
    assert not position.passes(event("answered", 3))


def test_a_cursor_that_cannot_be_compared_passes() -> None:
    position = Position("somewhere")

    assert position.passes(event("delta", 1))
    assert position.passes(event("delta", cursor="elsewhere"))
