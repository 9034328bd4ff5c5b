"""One security on one day."""

from datetime import date

import pytest

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, UnknownSymbolError
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.scope import DayKind


def test_a_quote_has_the_day_and_both_volumes(market: Market) -> None:
    quote = market.quotes.latest("ALFA.N0000")
    assert quote
    assert (quote.date, quote.is_latest) == (date(2026, 1, 8), True)
    assert (quote.close, quote.prev_close, quote.change) == (110, 105, 5)
    assert quote.change_pct == 4.761905
    assert (quote.open, quote.high, quote.low) == (106, 111, 106)
    assert (quote.volume, quote.trades, quote.turnover) == (90, 9, 9900)
    assert (quote.volume_incl_crossings, quote.trades_incl_crossings) == (5090, 10)
    assert quote.market_cap == 110000
    assert "crossings" in quote.scope.basis


def test_a_share_that_did_not_trade_keeps_the_date_of_its_last_row(market: Market) -> None:
    quote = market.quotes.latest("CHRL.N0000")
    assert quote
    assert (quote.date, quote.is_latest) == (date(2026, 1, 5), False)
    assert (quote.scope.date, quote.scope.data_date) == (date(2026, 1, 5), date(2026, 1, 8))


def test_a_share_that_never_traded_has_no_quote(market: Market) -> None:
    assert market.quotes.latest("DELT.N0000") is None


def test_an_unknown_symbol_has_no_quote(market: Market) -> None:
    with pytest.raises(UnknownSymbolError):
        market.quotes.latest("TSLA")
    with pytest.raises(UnknownSymbolError):
        market.quotes.on("TSLA", date(2026, 1, 7))


def test_a_first_day_has_no_change(market: Market) -> None:
    quote = market.quotes.on("ECHO.N0000", date(2026, 1, 5)).quote
    assert quote
    assert (quote.prev_close, quote.change, quote.change_pct) == (None, None, None)


def test_the_year_range_is_that_of_the_exchange(market: Market) -> None:
    quote = market.quotes.latest("ALFA.N0000")
    assert quote
    assert (quote.year_range.high, quote.year_range.low) == (120, 90)
    assert quote.year_range.window is None


def test_the_year_range_of_a_split_share_is_adjusted_over_the_stored_period(
    market: Market,
) -> None:
    """520 before a split 1:5 and a rights issue of 1.25 is 83.2 now, not 550."""
    quote = market.quotes.latest("BRVO.N0000")
    assert quote
    assert (quote.year_range.high, quote.year_range.low) == (83.2, 76)
    assert quote.year_range.window
    assert quote.year_range.window.start == market.data_start


@pytest.mark.parametrize(
    ("day", "kind", "traded", "quoted", "previous"),
    [
        ("2026-01-07", DayKind.SESSION, True, "2026-01-07", "2026-01-05"),
        ("2026-01-01", DayKind.CLOSED, False, "2025-12-31", "2025-12-31"),
        ("2026-01-04", DayKind.WEEKEND, False, "2026-01-02", "2026-01-02"),
        ("2026-01-06", DayKind.NOT_RECORDED, False, "2026-01-05", "2026-01-05"),
        ("2026-02-01", DayKind.AFTER_DATA, False, "2026-01-08", "2026-01-08"),
    ],
)
def test_a_day_without_a_row_falls_back_and_says_why(
    market: Market, *, day: str, kind: DayKind, traded: bool, quoted: str, previous: str
) -> None:
    dated = market.quotes.on("ALFA.N0000", date.fromisoformat(day))
    assert dated.quote
    assert (dated.day_kind, dated.traded) == (kind, traded)
    assert dated.quote.date.isoformat() == quoted
    assert dated.previous_session == date.fromisoformat(previous)


def test_a_session_without_trade_of_the_share_falls_back_too(market: Market) -> None:
    dated = market.quotes.on("CHRL.N0000", date(2026, 1, 7))
    assert dated.quote
    assert (dated.day_kind, dated.traded) == (DayKind.SESSION, False)
    assert dated.quote.date == date(2026, 1, 5)


def test_a_day_before_the_data_has_no_quote(market: Market) -> None:
    dated = market.quotes.on("ALFA.N0000", date(2023, 3, 3))
    assert (dated.day_kind, dated.quote) == (DayKind.BEFORE_DATA, None)
    assert (dated.previous_session, dated.data_start) == (None, date(2025, 12, 29))


def test_a_comparison_keeps_the_order_and_names_the_better(market: Market) -> None:
    comparison = market.comparisons.of(["BRVO.N0000", "ALFA.N0000"], Period.this_year())
    assert [row.listing.label for row in comparison.rows] == ["BRVO", "ALFA"]
    assert [row.trend and row.trend.return_pct for row in comparison.rows] == [-5, 10]
    assert comparison.best
    assert comparison.best.label == "ALFA"
    assert comparison.scope.window


def test_a_comparison_without_a_period_is_of_the_day(market: Market) -> None:
    comparison = market.comparisons.of(["ALFA.N0000", "BRVO.N0000"])
    assert [row.trend for row in comparison.rows] == [None, None]
    assert comparison.best
    assert comparison.best.label == "ALFA"


def test_equal_or_unknown_returns_have_no_best(market: Market) -> None:
    assert market.comparisons.of(["ECHO.N0000", "GOLF.N0000"]).best is None
    assert market.comparisons.of(["ALFA.N0000", "CHRL.N0000"]).best is None
    assert market.comparisons.of(["DELT.N0000", "CHRL.N0000"]).best is None


@pytest.mark.parametrize(
    "symbols", [["ALFA.N0000"], ["ALFA.N0000", "ALFA.N0000"], ["ALFA.N0000"] * 11, []]
)
def test_a_comparison_needs_two_to_ten_different_shares(market: Market, symbols: list[str]) -> None:
    with pytest.raises(InvalidArgumentError):
        market.comparisons.of(symbols)
