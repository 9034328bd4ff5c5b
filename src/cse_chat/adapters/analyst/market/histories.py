"""Recorded days of a security over time."""

from collections.abc import Sequence
from datetime import date

from cse_chat.adapters.analyst.market.bars import Bars, RecordedDay
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.figures import MOST_ROWS, checked_count
from cse_chat.adapters.analyst.market.results.periods import Bar, History
from cse_chat.adapters.analyst.market.results.scope import DayKind
from cse_chat.adapters.analyst.market.store import Store

BASIS = "prices as recorded; the adjusted close is on the latest scale; normal board volumes"


class Histories:
    """See `History`."""

    def __init__(self, store: Store, bars: Bars) -> None:
        self._store = store
        self._bars = bars

    def last(self, symbol: str, n: int = 10) -> History:
        """Give the last *n* days on which the security traded, 1 to 50.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: *n* is out of range.
        """
        self._store.directory.listing(symbol)
        last = self._store.calendar.last
        rows = self._bars.newest(symbol, checked_count(n), until=last)
        return self._history(symbol, rows[::-1], end=last, more=0)

    def between(self, symbol: str, start: date, end: date, n: int = MOST_ROWS) -> History:
        """Give the days from *start* to *end*, both included; the newest *n* when there are more.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: *n* is out of range, or *end* before *start*.
            OutsideDataError: The range has no day of the data.
        """
        self._store.directory.listing(symbol)
        calendar = self._store.calendar
        if end < start:
            raise InvalidArgumentError(f"{end} is before {start}")
        if end < calendar.first or start > calendar.last:
            raise OutsideDataError(calendar.first, calendar.last)
        rows = self._bars.between(symbol, start, end)
        shown = rows[-checked_count(n) :]
        return self._history(
            symbol, shown, end=min(end, calendar.last), more=len(rows) - len(shown)
        )

    def _history(
        self, symbol: str, rows: Sequence[RecordedDay], *, end: date, more: int
    ) -> History:
        calendar = self._store.calendar
        start = rows[0].date if rows else end
        traded = {row.date for row in rows}
        sessions = calendar.days(start, end, DayKind.SESSION)
        return History(
            listing=self._store.directory.listing(symbol),
            bars=tuple(self._bar(row) for row in rows),
            untraded=tuple(day for day in sessions if day not in traded),
            not_recorded=calendar.days(start, end, DayKind.NOT_RECORDED),
            actions=self._store.adjustments.within(symbol, start, end),
            more=more,
            scope=self._store.market_scope(BASIS, day=rows[-1].date if rows else None),
        )

    def _bar(self, row: RecordedDay) -> Bar:
        factor = self._store.adjustments.factor(row.symbol, row.date, self._store.calendar.last)
        return Bar(
            date=row.date,
            open=row.open,
            high=row.high,
            low=row.low,
            close=row.close,
            change=row.change,
            change_pct=row.change_pct,
            volume=row.volume,
            turnover=row.turnover,
            adjusted_close=round(row.close / factor, 4),
        )
