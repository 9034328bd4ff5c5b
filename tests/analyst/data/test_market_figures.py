"""Sectors, indices and the market as a whole."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.adapters.analyst.market.errors import (
    InvalidArgumentError,
    OutsideDataError,
    UnknownSectorError,
)
from cse_chat.adapters.analyst.market.figures import percent_change, rounded
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.indices import Index
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.scope import DayKind


def test_a_sector_has_its_day_and_its_period(market: Market) -> None:
    performance = market.sectors.performance("4010", Period.this_year())
    assert (performance.value, performance.change, performance.change_pct) == (109.2, 5.2, 5)
    assert (performance.start_value, performance.return_pct) == (100, 9.2)
    assert (performance.trades, performance.volume, performance.turnover) == (11, 5100, 560700)
    assert performance.scope.window


def test_a_sector_of_the_day_has_the_change_of_the_exchange(market: Market) -> None:
    """Its previous value, 189, was restated: the index closed at 190."""
    performance = market.sectors.performance("2010")
    assert performance.start_value == 189
    assert performance.return_pct == performance.change_pct == 11.111111


def test_sectors_are_ordered_by_return(market: Market) -> None:
    best = market.sectors.ranking(Period.this_year())
    assert [row.sector.gics_code for row in best.rows] == ["4010", "2010", "3020"]
    assert best.scope.universe == "the 3 sectors"
    worst = market.sectors.ranking(descending=False)
    assert [row.sector.gics_code for row in worst.rows] == ["3020", "4010", "2010"]


def test_a_sector_has_companies_by_their_voting_shares(market: Market) -> None:
    members = market.sectors.members("3020")
    assert [(row.listing.label, row.close) for row in members.rows] == [
        ("CHRL", 12),
        ("DELT", None),
    ]
    banks = market.sectors.members("4010")
    assert [row.listing.symbol for row in banks.rows] == ["ALFA.N0000"]


def test_companies_are_counted_by_sector(market: Market) -> None:
    counts = market.sectors.counts()
    assert [(row.sector.name, row.companies, row.active) for row in counts.rows] == [
        ("Banks", 1, 1),
        ("Capital Goods", 3, 3),
        ("Food, Beverage & Tobacco", 2, 1),
    ]
    assert (counts.companies, counts.listed) == (6, 7)


def test_an_unknown_sector_is_told(market: Market) -> None:
    with pytest.raises(UnknownSectorError):
        market.sectors.performance("9999")
    with pytest.raises(UnknownSectorError):
        market.sectors.members("9999")


def test_an_index_has_a_level_and_a_change(market: Market) -> None:
    level = market.indices.level(Index.ASPI)
    assert (level.value, level.low, level.high) == (1050, 1008, 1051)
    assert (level.change, level.change_pct) == (42, 4.166667)
    assert market.indices.level(Index.SPSL20).value == 520


def test_an_index_of_a_closed_day_is_that_of_the_day_before(market: Market) -> None:
    level = market.indices.level(Index.ASPI, date(2026, 1, 1))
    assert (level.asked, level.day_kind) == (date(2026, 1, 1), DayKind.CLOSED)
    assert (level.date, level.value) == (date(2025, 12, 31), 1000)


@pytest.mark.parametrize(
    ("day", "change"),
    [
        (date(2026, 1, 2), 5),  # the day before is known
        (date(2026, 1, 6), -3),  # its prices are not recorded, its index is
        (date(2025, 12, 26), None),  # nothing before it
    ],
)
def test_a_change_that_was_not_recorded_is_worked_out_or_unknown(
    market: Market, day: date, change: float | None
) -> None:
    level = market.indices.level(Index.ASPI, day)
    assert level.change == change
    assert (level.change_pct is None) == (change is None)


def test_an_index_before_the_data_is_told(market: Market) -> None:
    with pytest.raises(OutsideDataError):
        market.indices.level(Index.ASPI, date(2020, 1, 1))


def test_an_index_has_a_trend_with_extremes(market: Market) -> None:
    trend = market.indices.trend(Index.ASPI, Period.this_year())
    assert (trend.start_value, trend.end_value) == (1000, 1050)
    assert (trend.change, trend.return_pct) == (50, 5)
    assert (trend.high_date, trend.low_date) == (date(2026, 1, 8), date(2025, 12, 31))


def test_an_index_trend_uses_a_value_from_before_the_first_session(market: Market) -> None:
    trend = market.indices.trend(Index.ASPI, Period.back(days=12))
    assert (trend.start_date, trend.start_value) == (date(2025, 12, 26), 1000)
    earliest = market.indices.trend(Index.ASPI, Period.back(months=3))
    assert earliest.start_date == date(2025, 12, 29)


def test_an_index_has_a_history(market: Market) -> None:
    history = market.indices.history(Index.ASPI, 3)
    assert [row.value for row in history.rows] == [1012, 1008, 1050]
    with pytest.raises(InvalidArgumentError):
        market.indices.history(Index.ASPI, 0)


def test_breadth_counts_ordinary_shares(market: Market) -> None:
    breadth = market.totals.breadth()
    assert (breadth.up, breadth.down, breadth.unchanged, breadth.traded) == (3, 1, 1, 5)
    banks = market.totals.breadth(sector="4010")
    assert (banks.up, banks.down, banks.unchanged, banks.traded) == (1, 0, 1, 2)
    assert "Banks" in banks.scope.universe


def test_breadth_does_not_guess_an_unknown_change(market: Market) -> None:
    breadth = market.totals.breadth(date(2026, 1, 5))
    assert breadth.traded - breadth.up - breadth.down - breadth.unchanged == 1


def test_flows_and_ratios_are_those_of_the_day(market: Market) -> None:
    flows, valuation = market.totals.flows(), market.totals.valuation()
    assert flows
    assert valuation
    assert (flows.turnover, flows.trades, flows.net_foreign) == (592180, 69, 6500)
    assert (valuation.price_earnings, valuation.price_book) == (10.5, 1.2)
    assert (valuation.dividend_yield, valuation.market_cap) == (3.1, 977000)


def test_flows_are_added_up_over_a_period_and_missing_sessions_named(market: Market) -> None:
    """The base day, 2025-12-31, is not part of the year to date."""
    flows = market.totals.flows_over(Period.this_year())
    assert (flows.days, flows.trades, flows.net_foreign) == (2, 109, 6500)
    assert [day.day for day in flows.missing] == [2, 5, 7]
    everything = market.totals.flows_over(Period.back(months=1))
    assert (everything.days, everything.net_foreign) == (3, 4500)
    assert everything.missing[0] == market.data_start


def test_a_day_without_market_figures_has_none(market: Market) -> None:
    assert market.totals.flows(date(2026, 1, 7)) is None
    assert market.totals.valuation(date(2026, 1, 7)) is None


def test_a_summary_puts_the_session_together(market: Market) -> None:
    summary = market.totals.summary()
    assert (summary.aspi.value, summary.spsl20.value, summary.listed) == (1050, 520, 7)
    assert summary.top_gainer
    assert summary.top_gainer.label == "ECHO"
    assert summary.best_sector == ("Capital Goods", 11.111111)
    assert summary.worst_sector == ("Food, Beverage & Tobacco", 0.0)
    assert len(summary.gainers.rows) == 3


def test_a_summary_of_a_poor_day_lacks_what_was_not_recorded(market: Market) -> None:
    summary = market.totals.summary(date(2025, 12, 29))
    assert (summary.flows, summary.valuation, summary.listed) == (None, None, None)
    day = market.totals.summary(date(2025, 12, 30))
    assert day.top_gainer
    with pytest.raises(InvalidArgumentError):
        market.totals.summary(date(2026, 1, 3))


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [(2.675, 2, "2.68"), (-0.125, 2, "-0.13"), (1e15, 2, "1000000000000000.00"), (0.1, 1, "0.1")],
)
def test_figures_are_rounded_half_up_as_printed(value: float, digits: int, printed: str) -> None:
    assert str(rounded(value, digits)) == printed


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_a_percentage_prints_right_to_two_digits(start: int, end: int) -> None:
    """For prices in cents, against exact arithmetic."""
    exact = (Decimal(end) - Decimal(start)) / Decimal(start) * 100
    got = rounded(percent_change(start / 100, end / 100), 2)
    assert abs(got - exact) <= Decimal("0.005001")
