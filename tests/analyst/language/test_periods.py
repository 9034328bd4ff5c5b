"""Reading days and periods, relative to Friday, 2026-07-24."""

from datetime import date

import pytest

from cse_chat.adapters.analyst.language.dates import Today
from cse_chat.adapters.analyst.language.numerals import number_of
from cse_chat.adapters.analyst.language.periods import When, find_when
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period

FRIDAY = date(2026, 7, 24)
THURSDAY = date(2026, 7, 23)


@pytest.fixture
def today(market: Market) -> Today:
    return Today(market.data_date, market.calendar.session_before)


def _when(text: str, today: Today) -> When:
    when, _ = find_when(text.split(), today)
    assert when is not None, text
    return when


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", FRIDAY),
        ("last session", FRIDAY),
        ("last day", FRIDAY),
        ("yesterday", THURSDAY),
        ("previous session", THURSDAY),
        ("day before yesterday", date(2026, 7, 22)),
        ("last friday", FRIDAY),
        ("on monday", date(2026, 7, 20)),
        ("wednesday", date(2026, 7, 22)),
        ("2026-03-17", date(2026, 3, 17)),
        ("17/03/2026", date(2026, 3, 17)),
        ("3.4.2026", date(2026, 4, 3)),
        ("on 17 march 2026", date(2026, 3, 17)),
        ("the 1st of may 2026", date(2026, 5, 1)),
        ("march 17 2026", date(2026, 3, 17)),
        ("17 march", date(2026, 3, 17)),
        ("25 december", date(2025, 12, 25)),
        ("2 weeks ago", date(2026, 7, 10)),
        ("3 days ago", date(2026, 7, 21)),
        ("2 sessions ago", date(2026, 7, 22)),
        ("a month ago", date(2026, 6, 24)),
        ("2 years ago", date(2024, 7, 24)),
    ],
)
def test_a_single_day_is_read(text: str, day: date, today: Today) -> None:
    assert _when(text, today).day == day


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("this week", Period.this_week()),
        ("current month", Period.this_month()),
        ("this quarter", Period.this_quarter()),
        ("this year", Period.this_year()),
        ("ytd", Period.this_year()),
        ("year to date", Period.this_year()),
        ("last month", Period.back(months=1)),
        ("over the last month", Period.back(months=1)),
        ("past week", Period.back(weeks=1)),
        ("last quarter", Period.back(months=3)),
        ("previous year", Period.back(years=1)),
        ("last 5 days", Period.back(days=5)),
        ("over 3 months", Period.back(months=3)),
        ("past two weeks", Period.back(weeks=2)),
        ("last 10 trading days", Period.back(days=10)),
        ("last 7 sessions", Period.last_sessions(7)),
        ("last 3m", Period.back(months=3)),
        ("6m return", Period.back(months=6)),
        ("1y", Period.back(years=1)),
        ("since january", Period.since(date(2025, 12, 31))),
        ("since 2026-03-01", Period.since(date(2026, 3, 1))),
        ("from 1 july to 10 july", Period.between(date(2026, 7, 1), date(2026, 7, 10))),
        ("in march 2026", Period.between(date(2026, 2, 28), date(2026, 3, 31))),
        ("during july", Period.between(date(2026, 6, 30), FRIDAY)),
        ("in 2026", Period.between(date(2025, 12, 31), FRIDAY)),
        ("in 2025", Period.between(date(2024, 12, 31), date(2025, 12, 31))),
    ],
)
def test_a_period_is_read(text: str, period: Period, today: Today) -> None:
    assert _when(text, today).period == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "52 week high",
        "turnover over 10m",
        "top 5",
        "31 june",
        "march",
        "the month",
        "this share",
        "a day",
        "last resort",
        "last 5",
        "since",
        "since then",
        "in total",
        "in",
        "last",
        "may i ask",
        "0 days",
    ],
)
def test_what_only_resembles_a_period_is_none(text: str, today: Today) -> None:
    when, _ = find_when(text.split(), today)

    assert when is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (
            "from 10 july",
            When(period=Period.since(date(2026, 7, 10)), start=date(2026, 7, 10), end=FRIDAY),
        ),
        (
            "from 10 july to",
            When(period=Period.since(date(2026, 7, 10)), start=date(2026, 7, 10), end=FRIDAY),
        ),
        ("between 10 july and 1 july", When(day=date(2026, 7, 10))),
        ("between 10 july", When(day=date(2026, 7, 10))),
    ],
)
def test_of_half_a_range_the_first_day_is_kept(text: str, when: When, today: Today) -> None:
    assert _when(text, today) == when


def test_a_span_is_cut_to_a_length_that_calendars_have(today: Today) -> None:
    for unit in ("days", "weeks", "months", "years", "sessions"):
        assert _when(f"last 9999 {unit}", today).period is not None
        assert _when(f"9999 {unit} ago", today) is not None


def test_the_words_of_a_date_are_given_back_so_that_they_count_nothing_else(today: Today) -> None:
    _, places = find_when(["price", "on", "17", "march", "please"], today)

    assert places == {2, 3}


def test_a_history_of_days_counts_sessions(today: Today) -> None:
    assert _when("last 5 days", today).count == 5
    assert _when("last week", today).count is None


def test_numbers_are_read_as_digits_and_words() -> None:
    assert [number_of(word) for word in ("12", "ten", "twenty", "1234567890", "x")] == [
        12,
        10,
        20,
        None,
        None,
    ]
