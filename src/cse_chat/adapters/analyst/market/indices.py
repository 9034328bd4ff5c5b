"""The market indices."""

from datetime import date, timedelta
from typing import NamedTuple

from cse_chat.adapters.analyst.market.errors import OutsideDataError
from cse_chat.adapters.analyst.market.figures import MOST_ROWS, checked_count, percent_change
from cse_chat.adapters.analyst.market.results.indices import (
    Index,
    IndexHistory,
    IndexLevel,
    IndexTrend,
)
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.scope import DayKind
from cse_chat.adapters.analyst.market.store import Store

BASIS = "closing value of the index"
COLUMNS = "SELECT date, value, low, high, change FROM index_day"
ONE_DAY = timedelta(days=1)


class IndexDay(NamedTuple):
    """A row of the table `index_day`."""

    iso_date: str
    value: float
    low: float | None
    high: float | None
    change: float | None

    @property
    def date(self) -> date:
        """The day of the value."""
        return date.fromisoformat(self.iso_date)


class Indices:
    """Levels and trends of the indices, which have values for days without recorded prices too."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def level(self, index: Index, on: date | None = None) -> IndexLevel:
        """Give the value of the last day, or of *on* (of the day before when it has none).

        Raises:
            OutsideDataError: *on* lies before the data.
        """
        rows = self._newest(index, on or self._store.calendar.last, 1)
        if not rows:
            raise OutsideDataError(self._store.calendar.first, self._store.calendar.last)
        return self._level(index, rows[0], on)

    def history(self, index: Index, n: int = 10) -> IndexHistory:
        """Give the last *n* values (1 to 50), oldest first.

        Raises:
            InvalidArgumentError: *n* is out of range.
        """
        rows = self._newest(index, self._store.calendar.last, checked_count(n))
        return IndexHistory(
            index=index,
            rows=tuple(self._level(index, row, row.date) for row in reversed(rows)),
            scope=self._store.market_scope(BASIS),
        )

    def between(self, index: Index, start: date, end: date, n: int = MOST_ROWS) -> IndexHistory:
        """Give the values from *start* to *end*, the newest *n* (1 to 50), oldest first.

        Raises:
            InvalidArgumentError: *n* is out of range.
            OutsideDataError: The data have no value of these days.
        """
        newest = self._newest(index, end, checked_count(n))
        rows = [row for row in newest if row.date >= start]
        if not rows:
            raise OutsideDataError(self._store.calendar.first, self._store.calendar.last)
        return IndexHistory(
            index=index,
            rows=tuple(self._level(index, row, row.date) for row in reversed(rows)),
            scope=self._store.market_scope(BASIS, day=rows[0].date),
        )

    def trend(self, index: Index, period: Period) -> IndexTrend:
        """Measure the index over *period*.

        Raises:
            InvalidArgumentError: The period has no length.
            OutsideDataError: It lies outside the data.
        """
        window = self._store.calendar.window(period)
        before = self._newest(index, window.asked_start, 1)
        first_day = before[0].date if before else window.start
        rows = [
            IndexDay(*row)
            for row in self._store.reader.rows(
                f"{COLUMNS} WHERE code = ? AND date BETWEEN ? AND ? ORDER BY date",
                (index.name, first_day.isoformat(), window.end.isoformat()),
            )
        ]
        if not rows:
            raise OutsideDataError(self._store.calendar.first, self._store.calendar.last)
        first, last = rows[0], rows[-1]
        highest = max(rows, key=lambda row: row.value)
        lowest = min(rows, key=lambda row: row.value)
        return IndexTrend(
            index=index,
            start_date=first.date,
            start_value=first.value,
            end_date=last.date,
            end_value=last.value,
            change=round(last.value - first.value, 2),
            return_pct=percent_change(first.value, last.value),
            high=highest.value,
            high_date=highest.date,
            low=lowest.value,
            low_date=lowest.date,
            scope=self._store.market_scope(BASIS, day=last.date, window=window),
        )

    def _newest(self, index: Index, until: date, n: int) -> list[IndexDay]:
        query = f"{COLUMNS} WHERE code = ? AND date <= ? ORDER BY date DESC LIMIT ?"
        rows = self._store.reader.rows(query, (index.name, until.isoformat(), n))
        return [IndexDay(*row) for row in rows]

    def _level(self, index: Index, row: IndexDay, asked: date | None) -> IndexLevel:
        change = self._change(index, row)
        calendar = self._store.calendar
        return IndexLevel(
            index=index,
            asked=asked,
            day_kind=calendar.kind(asked or calendar.last),
            date=row.date,
            value=row.value,
            low=row.low,
            high=row.high,
            change=change,
            change_pct=None if change is None else percent_change(row.value - change, row.value),
            scope=self._store.market_scope(BASIS, day=row.date),
        )

    def _change(self, index: Index, row: IndexDay) -> float | None:
        """Give the recorded change, else that from the day before, if no day is missing between."""
        if row.change is not None:
            return row.change
        earlier = self._newest(index, row.date - ONE_DAY, 1)
        if not earlier:
            return None
        between = (earlier[0].date + ONE_DAY, row.date - ONE_DAY)
        if self._store.calendar.days(*between, DayKind.NOT_RECORDED):
            return None
        return round(row.value - earlier[0].value, 2)
