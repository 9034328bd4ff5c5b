"""Sessions and relative periods; the data date is Thursday 2026-01-08."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.adapters.analyst.market.calendar import Calendar
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.scope import DayKind


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2025-12-28", DayKind.BEFORE_DATA),
        ("2025-12-29", DayKind.SESSION),
        ("2026-01-01", DayKind.CLOSED),
        ("2026-01-03", DayKind.WEEKEND),
        ("2026-01-06", DayKind.NOT_RECORDED),
        ("2026-01-08", DayKind.SESSION),
        ("2026-01-09", DayKind.AFTER_DATA),
    ],
)
def test_every_day_has_a_kind(market: Market, day: str, kind: DayKind) -> None:
    assert market.calendar.kind(date.fromisoformat(day)) is kind


def test_sessions_are_found_backwards(market: Market) -> None:
    calendar = market.calendar
    assert (market.data_start, market.data_date) == (date(2025, 12, 29), date(2026, 1, 8))
    assert calendar.session_on_or_before(date(2026, 1, 6)) == date(2026, 1, 5)
    assert calendar.session_before(date(2026, 1, 2)) == date(2025, 12, 31)
    assert calendar.session_before(date(2025, 12, 29)) is None
    assert calendar.last_sessions(2) == (date(2026, 1, 7), date(2026, 1, 8))


@pytest.mark.parametrize(
    ("period", "start", "end", "label"),
    [
        (Period.day(), "2026-01-07", "2026-01-08", "day"),
        (Period.yesterday(), "2026-01-05", "2026-01-07", "yesterday"),
        (Period.this_week(), "2026-01-02", "2026-01-08", "this week"),
        (Period.this_month(), "2025-12-31", "2026-01-08", "this month"),
        (Period.this_quarter(), "2025-12-31", "2026-01-08", "this quarter"),
        (Period.this_year(), "2025-12-31", "2026-01-08", "year to date"),
        (Period.back(days=3), "2026-01-05", "2026-01-08", "last 3 days"),
        (Period.back(weeks=1), "2025-12-31", "2026-01-08", "last 7 days"),
        (Period.last_sessions(3), "2026-01-02", "2026-01-08", "last 3 sessions"),
        (Period.since(date(2026, 1, 4)), "2026-01-02", "2026-01-08", "since 2026-01-04"),
        (Period.all_stored(), "2025-12-29", "2026-01-08", "all stored data"),
        (
            Period.between(date(2025, 12, 30), date(2026, 1, 6)),
            "2025-12-30",
            "2026-01-05",
            "2025-12-30 to 2026-01-06",
        ),
        (
            Period.calendar_month(2026, 1),
            "2025-12-31",
            "2026-01-08",
            "2025-12-31 to 2026-01-31",
        ),
    ],
)
def test_periods_count_from_the_data_date(
    market: Market, *, period: Period, start: str, end: str, label: str
) -> None:
    window = market.calendar.window(period)
    assert (window.start.isoformat(), window.end.isoformat()) == (start, end)
    assert window.label == label
    assert not window.partial


@pytest.mark.parametrize(
    "period",
    [
        Period.back(months=1),
        Period.back(years=1),
        Period.back(years=5000),
        Period.back(days=10**12),
        Period.last_sessions(8),
        Period.calendar_month(2025, 12),
    ],
)
def test_a_period_from_before_the_data_starts_with_them(market: Market, period: Period) -> None:
    window = market.calendar.window(period)
    assert window.partial
    assert window.start == market.data_start


def test_a_month_back_from_its_31st_ends_on_the_last_day_there_is() -> None:
    calendar = Calendar(
        {date(2026, 2, 27): DayKind.SESSION, date(2026, 3, 31): DayKind.SESSION},
    )
    assert calendar.window(Period.back(months=1)).asked_start == date(2026, 2, 28)


@pytest.mark.parametrize(
    "period",
    [
        Period.between(date(2026, 1, 5), date(2026, 1, 5)),
        Period.between(date(2026, 1, 7), date(2026, 1, 5)),
        Period.since(date(2026, 1, 8)),
        Period.back(),
        Period.back(days=-1),
        Period.last_sessions(0),
    ],
)
def test_a_period_without_length_is_refused(market: Market, period: Period) -> None:
    with pytest.raises(InvalidArgumentError):
        market.calendar.window(period)


@pytest.mark.parametrize(
    "period",
    [
        Period.between(date(2021, 1, 1), date(2021, 2, 1)),
        Period.since(date(2027, 1, 1)),
    ],
)
def test_a_period_outside_the_data_says_what_there_is(market: Market, period: Period) -> None:
    with pytest.raises(OutsideDataError, match="2025-12-29 to 2026-01-08"):
        market.calendar.window(period)


@given(st.dates(), st.dates())
def test_a_window_lies_in_the_data_and_has_its_start_first(start: date, end: date) -> None:
    calendar = Calendar(
        {date(2026, 1, day): DayKind.SESSION for day in (5, 6, 8, 9, 12)}
        | {date(2026, 1, 7): DayKind.CLOSED}
    )
    try:
        window = calendar.window(Period.between(start, end))
    except (InvalidArgumentError, OutsideDataError):
        return
    assert calendar.first <= window.start <= window.end <= calendar.last
