"""Movers and screens of ordinary shares."""

from datetime import date

import pytest

from cse_chat.adapters.analyst.market.errors import (
    InvalidArgumentError,
    OutsideDataError,
    UnknownSectorError,
)
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import SecurityKind
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.rankings import Condition, Field, Ranking


def labels(ranking: Ranking) -> list[str]:
    return [row.listing.label for row in ranking.rows]


def test_gainers_are_ordinary_shares_that_rose(market: Market) -> None:
    """The right rose by 50 %, but is no ordinary share."""
    gainers = market.movers.gainers()
    assert labels(gainers) == ["ECHO", "GOLF", "ALFA"]
    assert [row.value for row in gainers.rows] == [10, 10, 4.761905]
    assert [row.rank for row in gainers.rows] == [1, 2, 3]
    assert "2026-01-08" in gainers.scope.universe


def test_a_tie_across_the_cut_is_told(market: Market) -> None:
    gainers = market.movers.gainers(1)
    assert (labels(gainers), gainers.total) == (["ECHO"], 3)
    assert [listing.label for listing in gainers.tied] == ["GOLF"]
    assert market.movers.gainers(2).tied == ()


def test_losers_are_those_that_fell(market: Market) -> None:
    assert labels(market.movers.losers()) == ["BRVO"]


def test_movers_can_be_of_a_sector_and_of_another_session(market: Market) -> None:
    assert labels(market.movers.gainers(sector="4010")) == ["ALFA"]
    assert labels(market.movers.losers(on=date(2026, 1, 7))) == ["BRVO", "ALFA.X0000"]


@pytest.mark.parametrize(
    ("by", "first"),
    [
        (Field.TURNOVER, "BRVO"),
        (Field.VOLUME, "ECHO"),
        (Field.VOLUME_INCL_CROSSINGS, "ALFA"),
        (Field.TRADES, "ECHO"),
    ],
)
def test_activity_has_four_measures(market: Market, by: Field, first: str) -> None:
    assert labels(market.movers.most_active(by, 1)) == [first]


def test_price_is_no_measure_of_activity(market: Market) -> None:
    with pytest.raises(InvalidArgumentError, match="activity"):
        market.movers.most_active(Field.PRICE)


def test_market_values_are_ranked_by_security_line(market: Market) -> None:
    ranking = market.screens.rank(Field.MARKET_CAP, n=50)
    assert labels(ranking) == ["BRVO", "ECHO", "ALFA", "GOLF", "ALFA.X0000"]
    assert "line" in ranking.scope.basis


def test_equal_values_stand_in_order_of_symbol(market: Market) -> None:
    ranking = market.screens.rank(Field.MARKET_CAP)
    assert ranking.rows[2].value == ranking.rows[3].value


def test_conditions_keep_what_lies_strictly_between(market: Market) -> None:
    conditions = (
        Condition(field=Field.PRICE, above=24.2, below=110),
        Condition(field=Field.CHANGE, below=5.0),
    )
    ranking = market.screens.rank(Field.PRICE, conditions=conditions, descending=False)
    assert labels(ranking) == ["BRVO", "ALFA.X0000"]


def test_an_unknown_figure_meets_no_condition(market: Market) -> None:
    up = Condition(field=Field.CHANGE, above=-1000)
    ranking = market.screens.rank(Field.PRICE, conditions=(up,), on=date(2026, 1, 5))
    assert "ECHO" not in labels(ranking)


def test_returns_are_adjusted_and_leave_out_later_listings(market: Market) -> None:
    """BRVO fell from 500 to 76 in figures, by 5 % in fact; ECHO was not listed at the start."""
    ranking = market.screens.rank(Field.RETURN, period=Period.this_year())
    assert [(row.listing.label, row.return_pct) for row in ranking.rows] == [
        ("ALFA", 10),
        ("GOLF", 10),
        ("ALFA.X0000", 0),
        ("BRVO", -5),
    ]
    assert ranking.rows[3].start_close == 80
    assert "listed by 2025-12-31" in ranking.scope.universe
    assert ranking.scope.window


def test_a_return_can_be_a_condition(market: Market) -> None:
    fell = Condition(field=Field.RETURN, below=0)
    ranking = market.screens.rank(Field.PRICE, conditions=(fell,), period=Period.this_year())
    assert labels(ranking) == ["BRVO"]


def test_a_ranking_can_be_of_one_kind_of_security(market: Market) -> None:
    units = market.screens.rank(Field.PRICE, kind=SecurityKind.UNIT)
    assert (labels(units), units.scope.universe[:10]) == (["FUND.U0000"], "fund units")
    assert labels(market.screens.rank(Field.PRICE, kind=SecurityKind.NON_VOTING)) == ["ALFA.X0000"]


def test_an_empty_ranking_has_no_tie(market: Market) -> None:
    ranking = market.movers.gainers(sector="3020")
    assert (ranking.rows, ranking.tied, ranking.total) == ((), (), 0)
    assert "Food, Beverage & Tobacco" in ranking.scope.universe


@pytest.mark.parametrize("n", [0, -1, 51])
def test_the_number_of_rows_has_bounds(market: Market, n: int) -> None:
    with pytest.raises(InvalidArgumentError, match="1 to 50"):
        market.movers.gainers(n)


def test_arguments_that_contradict_each_other_are_refused(market: Market) -> None:
    rank = market.screens.rank
    with pytest.raises(InvalidArgumentError, match="return needs a period"):
        rank(Field.RETURN)
    with pytest.raises(InvalidArgumentError, match="return needs a period"):
        rank(Field.PRICE, period=Period.this_year())
    with pytest.raises(InvalidArgumentError, match="not both"):
        rank(Field.RETURN, period=Period.this_year(), on=date(2026, 1, 8))
    with pytest.raises(InvalidArgumentError, match=r"no recorded session \(not recorded\)"):
        rank(Field.PRICE, on=date(2026, 1, 6))
    with pytest.raises(UnknownSectorError):
        rank(Field.PRICE, sector="9999")
    with pytest.raises(OutsideDataError):
        rank(Field.RETURN, period=Period.since(date(2030, 1, 1)))
