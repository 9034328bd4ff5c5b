"""Prices over time."""

from datetime import date

import pytest

from cse_chat.adapters.analyst.market.errors import (
    InvalidArgumentError,
    OutsideDataError,
    UnknownSymbolError,
)
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period


def test_a_trend_chains_the_actions_inside_its_window(market: Market) -> None:
    trend = market.trends.of("BRVO.N0000", Period.this_year())
    assert (trend.start_close, trend.start_close_adjusted, trend.end_close) == (500, 80, 76)
    assert (trend.change, trend.return_pct) == (-4, -5)
    assert [action.factor for action in trend.actions] == [5, 1.25]
    assert [action.is_subdivision for action in trend.actions] == [True, False]
    assert (trend.high, trend.high_date) == (83.2, date(2026, 1, 5))
    assert (trend.low, trend.low_date) == (76, date(2026, 1, 8))


def test_an_action_outside_the_window_changes_nothing(market: Market) -> None:
    trend = market.trends.of("BRVO.N0000", Period.between(date(2025, 12, 31), date(2026, 1, 5)))
    assert (trend.start_close_adjusted, trend.return_pct, trend.actions) == (500, 4, ())


def test_an_action_on_the_first_day_is_in_its_close_already(market: Market) -> None:
    trend = market.trends.of("BRVO.N0000", Period.since(date(2026, 1, 7)))
    assert (trend.start_close_adjusted, trend.return_pct) == (80, -5)


def test_a_later_listing_starts_with_its_first_close(market: Market) -> None:
    trend = market.trends.of("ECHO.N0000", Period.this_year())
    assert (trend.start_date, trend.partial) == (date(2026, 1, 5), True)
    assert trend.return_pct == 21


def test_a_stale_share_ends_with_its_last_close(market: Market) -> None:
    trend = market.trends.of("CHRL.N0000", Period.this_year())
    assert (trend.end_date, trend.traded_sessions) == (date(2026, 1, 5), 1)
    assert trend.return_pct == 9.090909


def test_one_close_is_no_trend(market: Market) -> None:
    trend = market.trends.of("CHRL.N0000", Period.day())
    assert (trend.start_close, trend.return_pct, trend.change) == (12, None, None)
    assert trend.traded_sessions == 0


def test_no_close_is_no_trend(market: Market) -> None:
    trend = market.trends.of("DELT.N0000", Period.this_year())
    assert (trend.start_close, trend.end_close, trend.high, trend.low) == (None,) * 4
    assert (trend.return_pct, trend.actions) == (None, ())


def test_a_trend_needs_a_known_symbol(market: Market) -> None:
    with pytest.raises(UnknownSymbolError):
        market.trends.of("TSLA", Period.this_year())


def test_a_history_has_the_last_days_oldest_first(market: Market) -> None:
    history = market.history.last("ALFA.N0000", 3)
    assert [(bar.date.day, bar.close) for bar in history.bars] == [(5, 104), (7, 105), (8, 110)]
    assert history.bars[-1].change == 5
    assert history.not_recorded == (date(2026, 1, 6),)
    assert history.more == 0


def test_a_history_never_fills_a_day_without_trade(market: Market) -> None:
    history = market.history.last("CHRL.N0000", 2)
    assert [bar.date for bar in history.bars] == [date(2025, 12, 31), date(2026, 1, 5)]
    assert history.untraded == (date(2026, 1, 2), date(2026, 1, 7), date(2026, 1, 8))


def test_a_history_has_recorded_and_adjusted_closes(market: Market) -> None:
    history = market.history.last("BRVO.N0000", 3)
    assert [(bar.close, bar.adjusted_close) for bar in history.bars] == [
        (520, 83.2),
        (100, 80),
        (76, 76),
    ]
    assert len(history.actions) == 2


def test_a_range_has_its_days_and_says_how_many_are_left_out(market: Market) -> None:
    start, end = date(2025, 12, 30), date(2026, 1, 4)
    history = market.history.between("ALFA.N0000", start, end, 2)
    assert [bar.date for bar in history.bars] == [date(2025, 12, 31), date(2026, 1, 2)]
    assert history.more == 1


def test_a_share_that_never_traded_has_no_days(market: Market) -> None:
    history = market.history.last("DELT.N0000", 5)
    assert (history.bars, history.actions) == ((), ())


def test_a_range_must_touch_the_data_and_run_forwards(market: Market) -> None:
    with pytest.raises(OutsideDataError):
        market.history.between("ALFA.N0000", date(2020, 1, 1), date(2020, 2, 1))
    with pytest.raises(OutsideDataError):
        market.history.between("ALFA.N0000", date(2030, 1, 1), date(2030, 2, 1))
    with pytest.raises(InvalidArgumentError, match="before"):
        market.history.between("ALFA.N0000", date(2026, 1, 8), date(2026, 1, 2))
    with pytest.raises(InvalidArgumentError, match="1 to 50"):
        market.history.last("ALFA.N0000", 51)
