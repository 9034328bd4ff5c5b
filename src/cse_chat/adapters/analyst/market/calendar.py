"""Sessions of the stored period, and periods relative to the last of them."""

import calendar
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.results.periods import Period, PeriodKind
from cse_chat.adapters.analyst.market.results.scope import DayKind, Window

SATURDAY = 5
ONE_DAY = timedelta(days=1)
SESSIONS_BACK = {PeriodKind.DAY: 1, PeriodKind.YESTERDAY: 2}
# The last day before the week, month, quarter or year of the data date
BEFORE: Mapping[PeriodKind, Callable[[date], date]] = {
    PeriodKind.THIS_WEEK: lambda last: last - timedelta(days=last.weekday() + 1),
    PeriodKind.THIS_MONTH: lambda last: last.replace(day=1) - ONE_DAY,
    PeriodKind.THIS_QUARTER: lambda last: (
        last.replace(month=(last.month - 1) // 3 * 3 + 1, day=1) - ONE_DAY
    ),
    PeriodKind.THIS_YEAR: lambda last: last.replace(month=1, day=1) - ONE_DAY,
}


class Calendar:
    """The weekdays of the data by kind; relative dates count from the last session."""

    def __init__(self, kinds: Mapping[date, DayKind]) -> None:
        self._kinds = kinds
        self._sessions = sorted(day for day, kind in kinds.items() if kind is DayKind.SESSION)

    @property
    def first(self) -> date:
        """The first session."""
        return self._sessions[0]

    @property
    def last(self) -> date:
        """The last session: the data date."""
        return self._sessions[-1]

    def kind(self, day: date) -> DayKind:
        """Tell what is known about *day*."""
        if day < self.first:
            return DayKind.BEFORE_DATA
        if day > self.last:
            return DayKind.AFTER_DATA
        if day.weekday() >= SATURDAY and day not in self._kinds:
            return DayKind.WEEKEND
        return self._kinds[day]

    def session_on_or_before(self, day: date) -> date | None:
        """Give the last session not after *day*; None before the data."""
        position = bisect_right(self._sessions, day)
        return self._sessions[position - 1] if position else None

    def session_before(self, day: date) -> date | None:
        """Give the last session before *day*; None before the data."""
        return self.session_on_or_before(day - ONE_DAY)

    def last_sessions(self, n: int) -> tuple[date, ...]:
        """Give the last *n* sessions, or all there are, oldest first."""
        return tuple(self._sessions[-n:])

    def days(self, start: date, end: date, kind: DayKind) -> tuple[date, ...]:
        """Give the weekdays of *kind* from *start* to *end*, both included."""
        return tuple(
            sorted(day for day, its in self._kinds.items() if its is kind and start <= day <= end)
        )

    def checked_session(self, day: date | None) -> date:
        """Give back *day*, or the last session for None.

        Raises:
            InvalidArgumentError: *day* is no recorded session.
        """
        if day is None:
            return self.last
        if self.kind(day) is not DayKind.SESSION:
            raise InvalidArgumentError(f"{day} is no recorded session ({self.kind(day)})")
        return day

    def window(self, period: Period) -> Window:
        """Find the sessions between whose closes *period* is measured.

        Raises:
            InvalidArgumentError: The period has no length.
            OutsideDataError: It ends before the data or starts after them.
        """
        asked_start, asked_end = self._asked_start(period), self._asked_end(period)
        end = self.session_on_or_before(asked_end)
        if end is None or asked_start > self.last:
            raise OutsideDataError(self.first, self.last)
        if asked_start >= asked_end:
            raise InvalidArgumentError(f"from {asked_start} to {asked_end} is no period")
        start = self.session_on_or_before(asked_start)
        return Window(
            label=_label(period),
            asked_start=asked_start,
            start=start or self.first,
            end=end,
            partial=start is None,
        )

    def _asked_start(self, period: Period) -> date:
        if period.kind in BEFORE:
            return BEFORE[period.kind](self.last)
        if period.kind is PeriodKind.BACK:
            return _back(self.last, period)
        if period.kind is PeriodKind.BETWEEN and period.start:
            return period.start
        if period.kind in SESSIONS_BACK:
            return self._sessions_back(SESSIONS_BACK[period.kind])
        if period.kind is PeriodKind.SESSIONS:
            return self._sessions_back(period.sessions)
        return self.first

    def _asked_end(self, period: Period) -> date:
        if period.kind is PeriodKind.YESTERDAY:
            return self._sessions_back(1)
        return min(period.end or self.last, self.last)

    def _sessions_back(self, n: int) -> date:
        if n < 1:
            raise InvalidArgumentError(f"{n} sessions: at least 1 can be asked for")
        if n < len(self._sessions):
            return self._sessions[-1 - n]
        return self.first - ONE_DAY


def _back(last: date, period: Period) -> date:
    if period.days < 0 or period.months < 0:
        raise InvalidArgumentError("a period goes back, not forward")
    month = last.year * 12 + last.month - 1 - period.months
    try:
        year, month = month // 12, month % 12 + 1
        # 31 March less one month is the last day of February
        day = min(last.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) - timedelta(days=period.days)
    except (ValueError, OverflowError):
        return date.min  # before every calendar: the window begins where the data do


def _label(period: Period) -> str:
    match period.kind:
        case PeriodKind.BACK:
            counts = ((period.months, "month"), (period.days, "day"))
            parts = [f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in counts if n]
            return f"last {' and '.join(parts)}"
        case PeriodKind.SESSIONS:
            return f"last {period.sessions} sessions"
        case PeriodKind.BETWEEN if period.end is None:
            return f"since {period.start}"
        case PeriodKind.BETWEEN:
            return f"{period.start} to {period.end}"
        case PeriodKind.THIS_YEAR:
            return "year to date"
        case _:
            return period.kind.value
