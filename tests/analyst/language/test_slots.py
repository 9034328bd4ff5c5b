"""Reading numbers, thresholds and directions."""

import pytest

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.hints import find_cues
from cse_chat.adapters.analyst.language.slots import (
    Bounds,
    condition_of,
    field_of,
    find_bounds,
    find_count,
    find_ordinal,
)
from cse_chat.adapters.analyst.market.results.rankings import Condition, Field


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("below 100 rupees", Bounds(below=100)),
        ("under rs 1,250.50", Bounds(below=1250.5)),
        ("more than 5 %", Bounds(above=5, is_percent=True)),
        ("above 2 percent", Bounds(above=2, is_percent=True)),
        ("over 50 bn", Bounds(above=50e9, is_scaled=True)),
        ("over 50bn", Bounds(above=50e9, is_scaled=True)),
        ("greater than 3 million rupees", Bounds(above=3e6, is_scaled=True)),
        ("> 20", Bounds(above=20)),
        ("between 50 and 100", Bounds(above=50, below=100)),
        ("from 1bn to 2bn", Bounds(above=1e9, below=2e9, is_scaled=True)),
        ("between 5 and 10 %", Bounds(above=5, below=10, is_percent=True)),
    ],
)
def test_a_threshold_is_read_with_its_unit(text: str, bounds: Bounds) -> None:
    assert find_bounds(text.split())[0] == bounds


def test_at_least_includes_the_bound_itself() -> None:
    bounds, _ = find_bounds(["at", "least", "100"])

    assert bounds is not None
    assert bounds.above is not None
    assert 99.99 < bounds.above < 100


@pytest.mark.parametrize(
    "text",
    [
        "below",
        "below average",
        "over rs",
        "between 100 and 50",
        "between 5",
        "between us",
        "from 5 or 6",
        "between 5 and six hundred",
    ],
)
def test_words_of_comparison_without_numbers_are_no_threshold(text: str) -> None:
    assert find_bounds(text.split()) == (None, frozenset())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("top 10 gainers", 10),
        ("top ten", 10),
        ("five best", 5),
        ("top 500", 500),
        ("the top one", 1),
        ("which one", None),
        ("in 2026", None),
        ("0 gainers", 0),
        ("gainers", None),
    ],
)
def test_the_number_of_rows_is_read_as_typed(text: str, count: int | None) -> None:
    assert find_count(text.split())[0] == count


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the first one", 0),
        ("the 2nd company", 1),
        ("the third", 2),
        ("number 4", 3),
        ("the last one", -1),
        ("last month", None),
        ("number of trades", None),
        ("first session", None),
    ],
)
def test_a_place_in_a_list_is_read(text: str, place: int | None) -> None:
    assert find_ordinal(text.split())[0] == place


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("market cap", Field.MARKET_CAP),
        ("biggest", Field.MARKET_CAP),
        ("turnover", Field.TURNOVER),
        ("volume", Field.VOLUME),
        ("trades", Field.TRADES),
        ("most expensive", Field.PRICE),
        ("cheapest", Field.PRICE),
        ("price", Field.PRICE),
        ("sector", None),
    ],
)
def test_the_field_of_a_ranking_follows_from_its_words(text: str, field: Field | None) -> None:
    assert field_of({found.cue for found in find_cues(text.split())}) == field


def test_a_percentage_means_the_day_or_the_period_and_a_fall_is_negative() -> None:
    five = Bounds(above=5, is_percent=True)

    assert condition_of(five, {Cue.GAIN}, over_period=False) == Condition(
        field=Field.CHANGE_PCT, above=5
    )
    assert condition_of(five, {Cue.LOSE}, over_period=True) == Condition(
        field=Field.RETURN, below=-5
    )


def test_millions_without_a_field_mean_market_cap() -> None:
    bounds = Bounds(above=50e9, is_scaled=True)

    assert condition_of(bounds, set(), over_period=False).field is Field.MARKET_CAP
    assert condition_of(bounds, {Cue.TURNOVER}, over_period=False).field is Field.TURNOVER
    assert condition_of(Bounds(below=9), set(), over_period=False).field is Field.PRICE
