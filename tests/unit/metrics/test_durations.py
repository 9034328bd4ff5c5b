import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.adapters.durations import UP_TO_A_TIMEOUT, UP_TO_AN_ANSWER, Durations


@pytest.mark.parametrize(
    ("seconds", "bound"), [(0.0, 1.0), (1.0, 1.0), (1.1, 5.0), (5.0, 5.0), (5.1, math.inf)]
)
def test_a_duration_is_counted_within_the_first_bound_that_it_does_not_exceed(
    seconds: float, bound: float
) -> None:
    durations = Durations((1.0, 5.0))

    durations.observe(seconds)

    assert next(found for found, within in durations.cumulated() if within) == bound


@given(st.lists(st.floats(0, 1_000)))
def test_every_duration_is_counted_and_none_twice(observed: list[float]) -> None:
    durations = Durations(UP_TO_AN_ANSWER)
    for seconds in observed:
        durations.observe(seconds)

    found = dict(durations.cumulated())
    assert found[math.inf] == durations.count == len(observed)
    assert list(found.values()) == sorted(found.values())
    assert durations.total == pytest.approx(sum(observed))


@pytest.mark.parametrize("bounds", [UP_TO_AN_ANSWER, UP_TO_A_TIMEOUT])
def test_bounds_rise(bounds: tuple[float, ...]) -> None:
    assert list(bounds) == sorted(set(bounds))


def test_an_answer_may_take_as_long_as_a_deadline() -> None:
    assert UP_TO_AN_ANSWER[-1] == 300
