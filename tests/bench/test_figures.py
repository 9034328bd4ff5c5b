"""The arithmetic of the bench."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Direction, Figure, Goal, histogram, percentile, ratios

SAMPLES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.01, 1), (0.07, 7), (0.5, 50), (0.99, 99), (1.0, 100)]
)
def test_the_percentiles_of_the_first_hundred_numbers_are_the_numbers(
    share: float, expected: float
) -> None:
    assert percentile(range(1, 101), share) == expected


@given(SAMPLES, st.floats(0.001, 1))
def test_a_percentile_is_the_smallest_value_that_enough_values_do_not_exceed(
    samples: list[float], share: float
) -> None:
    ordered = sorted(samples)
    wanted = share * len(ordered) - 1e-6

    found = percentile(ordered, share)

    assert found in ordered
    assert sum(value <= found for value in ordered) >= wanted
    assert sum(value < found for value in ordered) <= share * len(ordered) + 1e-6


def test_rounds_are_compared_with_themselves() -> None:
    assert ratios([10, 30], [20, 40]) == (0.5, 0.75)


def test_a_missing_round_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="longer"):
        ratios([10], [20, 40])


@given(SAMPLES)
def test_a_histogram_loses_no_sample_and_moves_none_by_more_than_half_a_percent(
    samples: list[float],
) -> None:
    unfolded = [value for value, count in histogram(samples) for _ in range(count)]

    assert unfolded == pytest.approx(sorted(samples), rel=0.0051)


def test_a_sample_of_nothing_is_zero_in_a_histogram() -> None:
    assert histogram([0.0, 0.0]) == [(0.0, 2)]


@pytest.mark.parametrize(
    ("direction", "value", "met"),
    [
        (Direction.AT_LEAST, 0.35, True),
        (Direction.AT_LEAST, 0.34, False),
        (Direction.AT_MOST, 0.35, True),
        (Direction.AT_MOST, 0.36, False),
    ],
)
def test_the_bound_of_a_goal_is_still_good(
    direction: Direction, value: float, *, met: bool
) -> None:
    figure = Figure(name="x", unit="", samples=(value,), goal=Goal(direction, 0.35))

    assert figure.met is met


@given(SAMPLES)
def test_a_figure_tells_the_median_and_the_range_of_its_rounds(samples: list[float]) -> None:
    figure = Figure(name="x", unit="ms", samples=tuple(samples))

    assert (figure.low, figure.median, figure.high) == (
        min(samples),
        median(samples),
        max(samples),
    )
    assert figure.met is None
