"""What counts as out of order."""

from bench.histories import misplaced


def test_an_order_that_is_the_same_is_right() -> None:
    assert misplaced(["a", "b", "c"], ["a", "b", "c"]) == 0


def test_two_that_changed_places_are_both_misplaced() -> None:
    assert misplaced(["a", "b", "c"], ["a", "c", "b"]) == 2


def test_what_is_missing_or_there_twice_counts() -> None:
    assert misplaced(["a", "b", "c"], ["a", "b"]) == 1
    assert misplaced(["a"], ["a", "a"]) == 1
