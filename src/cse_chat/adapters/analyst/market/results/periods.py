"""Periods as asked for, and what prices did over them."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.scope import Scope


class PeriodKind(StrEnum):
    """How a period's base day follows from the data date."""

    DAY = "day"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this week"
    THIS_MONTH = "this month"
    THIS_QUARTER = "this quarter"
    THIS_YEAR = "this year"
    BACK = "back"
    SESSIONS = "sessions"
    BETWEEN = "between"
    ALL = "all stored data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A span relative to the data date (never to the wall clock), or between two dates.

    Make one by the class methods; `market.calendar.window(period)` gives its sessions.
    """

    kind: PeriodKind
    days: int = 0
    months: int = 0
    sessions: int = 0
    start: date | None = None
    end: date | None = None

    @classmethod
    def day(cls) -> Self:
        """The last session against the one before ("today")."""
        return cls(kind=PeriodKind.DAY)

    @classmethod
    def yesterday(cls) -> Self:
        """The session before the last against its predecessor."""
        return cls(kind=PeriodKind.YESTERDAY)

    @classmethod
    def this_week(cls) -> Self:
        """Since the last close of the week before."""
        return cls(kind=PeriodKind.THIS_WEEK)

    @classmethod
    def this_month(cls) -> Self:
        """Since the last close of the month before."""
        return cls(kind=PeriodKind.THIS_MONTH)

    @classmethod
    def this_quarter(cls) -> Self:
        """Since the last close of the calendar quarter before."""
        return cls(kind=PeriodKind.THIS_QUARTER)

    @classmethod
    def this_year(cls) -> Self:
        """Year to date: since the last close of the year before."""
        return cls(kind=PeriodKind.THIS_YEAR)

    @classmethod
    def back(cls, *, days: int = 0, weeks: int = 0, months: int = 0, years: int = 0) -> Self:
        """So many calendar days, weeks, months or years back ("last month": `months=1`)."""
        return cls(kind=PeriodKind.BACK, days=days + 7 * weeks, months=months + 12 * years)

    @classmethod
    def last_sessions(cls, sessions: int) -> Self:
        """Over so many sessions: the base is the close *sessions* sessions ago."""
        return cls(kind=PeriodKind.SESSIONS, sessions=sessions)

    @classmethod
    def between(cls, start: date, end: date) -> Self:
        """From the last close on or before *start* to the last on or before *end*."""
        return cls(kind=PeriodKind.BETWEEN, start=start, end=end)

    @classmethod
    def calendar_month(cls, year: int, month: int) -> Self:
        """A named month ("in March"): from the last close before it to its last close."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls.between(date(year, month, 1) - timedelta(days=1), following - timedelta(days=1))

    @classmethod
    def since(cls, start: date) -> Self:
        """From the last close on or before *start* to the data date."""
        return cls(kind=PeriodKind.BETWEEN, start=start)

    @classmethod
    def all_stored(cls) -> Self:
        """From the first stored session to the last."""
        return cls(kind=PeriodKind.ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A corporate action that changed the price scale on `ex_date`.

    `is_subdivision` tells a subdivision (1:`factor`) from a rights or scrip issue; closes before
    `ex_date` are divided by `factor` to compare with those after.
    """

    ex_date: date
    is_subdivision: bool
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How a security's close moved over a window, adjusted for `actions` inside it.

    `start_date` is the day of the base close (on or before `scope.window.start`; after it when
    the security first traded inside the window, then `partial` is True), `end_date` that of the
    last close. `start_close` is as recorded, `start_close_adjusted` on the scale of `end_date`.
    `return_pct` excludes dividends; None when there are no two closes to compare.
    `high` and `low` are the extreme adjusted closes of the window, with their days.
    """

    listing: Listing
    start_date: date | None
    start_close: float | None
    start_close_adjusted: float | None
    end_date: date | None
    end_close: float | None
    change: float | None
    return_pct: float | None
    high: float | None
    high_date: date | None
    low: float | None
    low_date: date | None
    traded_sessions: int
    actions: tuple[Action, ...]
    partial: bool
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One recorded day, prices as recorded; `adjusted_close` on today's scale of shares."""

    date: date
    open: float | None
    high: float | None
    low: float | None
    close: float
    change: float | None
    change_pct: float | None
    volume: int | None
    turnover: float | None
    adjusted_close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Recorded days of a security, oldest first; no trade, no row.

    `untraded` are the sessions from the first bar to the end of the range (the data date) on
    which nothing traded, `not_recorded` the days of it whose prices the data lack. `more` counts days of a long
    range before the first bar that the limit left out.
    """

    listing: Listing
    bars: tuple[Bar, ...]
    untraded: tuple[date, ...]
    not_recorded: tuple[date, ...]
    actions: tuple[Action, ...]
    more: int
    scope: Scope
