"""The days of a span, of a security, an index or the market."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import fmean, median

from cse_chat.adapters.analyst.market.bars import Bars
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.figures import checked_count, percent_change
from cse_chat.adapters.analyst.market.results.days import (
    DayFigures,
    Measure,
    RankedDays,
    Statistics,
)
from cse_chat.adapters.analyst.market.results.indices import Index
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.periods import Action
from cse_chat.adapters.analyst.market.results.scope import DayKind
from cse_chat.adapters.analyst.market.store import Store

BASIS = (
    "closing prices adjusted for corporate actions; volume, trades and turnover of the normal "
    "board, as recorded"
)
INDEX_BASIS = "closing values of the index"
MARKET_BASIS = "whole market, crossings included"
INDEX_DAYS = "SELECT date, value FROM index_day WHERE code = ? AND date <= ? ORDER BY date"
MARKET_DAYS = """
SELECT date, turnover, trades FROM market_day WHERE date BETWEEN ? AND ? ORDER BY date
"""


class Days:
    """See `Statistics` and `RankedDays`; a span is from *start* to *end*, both included.

    Without *start* and *end* it is all that is stored.
    """

    def __init__(self, store: Store, bars: Bars) -> None:
        self._store = store
        self._bars = bars

    def statistics(
        self,
        subject: str | Index,
        measure: Measure,
        *,
        start: date | None = None,
        end: date | None = None,
    ) -> Statistics:
        """Sum up the days of a security (by symbol) or of an index.

        Raises:
            UnknownSymbolError: No such security.
            OutsideDataError: The span has no day of the data.
        """
        start, end = self._span(start, end)
        days = self._of(subject, start, end)
        known = [(value, day) for day in days if (value := day.value(measure)) is not None]
        values = [value for value, _ in known]
        return Statistics(
            listing=self._listing(subject),
            index=subject if isinstance(subject, Index) else None,
            measure=measure,
            start=start,
            end=end,
            days=len(known),
            sessions=len(self._store.calendar.days(start, end, DayKind.SESSION)),
            total=round(sum(values), 2) if values else None,
            mean=round(fmean(values), 4) if values else None,
            median=round(median(values), 4) if values else None,
            highest=max(known, key=lambda pair: pair[0])[1] if known else None,
            lowest=min(known, key=lambda pair: pair[0])[1] if known else None,
            actions=self._actions(subject, days),
            scope=self._store.market_scope(
                INDEX_BASIS if isinstance(subject, Index) else BASIS,
                day=days[-1].date if days else None,
            ),
        )

    def ranked(
        self,
        subject: str | Index | None,
        measure: Measure,
        *,
        n: int = 1,
        descending: bool = True,
        start: date | None = None,
        end: date | None = None,
    ) -> RankedDays:
        """Order the days of a security, an index or (None) the whole market.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: *n* is out of range.
            OutsideDataError: The span has no day of the data.
        """
        checked_count(n)
        start, end = self._span(start, end)
        days = self._market(start, end) if subject is None else self._of(subject, start, end)
        known = [(value, day) for day in days if (value := day.value(measure)) is not None]
        sign = -1 if descending else 1
        known.sort(key=lambda pair: (sign * pair[0], pair[1].date))
        basis = INDEX_BASIS if isinstance(subject, Index) else BASIS
        return RankedDays(
            listing=self._listing(subject),
            index=subject if isinstance(subject, Index) else None,
            measure=measure,
            descending=descending,
            start=start,
            end=end,
            rows=tuple(day for _, day in known[:n]),
            days=len(known),
            actions=self._actions(subject, days),
            scope=self._store.market_scope(MARKET_BASIS if subject is None else basis),
        )

    def _span(self, start: date | None, end: date | None) -> tuple[date, date]:
        calendar = self._store.calendar
        first, last = start or calendar.first, end or calendar.last
        if last < first:
            raise InvalidArgumentError(f"{last} is before {first}")
        if last < calendar.first or first > calendar.last:
            raise OutsideDataError(calendar.first, calendar.last)
        return max(first, calendar.first), min(last, calendar.last)

    def _of(self, subject: str | Index, start: date, end: date) -> list[DayFigures]:
        if isinstance(subject, Index):
            return self._index(subject, start, end)
        self._store.directory.listing(subject)
        rows = self._bars.between(subject, start, end)
        factor = self._store.adjustments.factor
        return [
            DayFigures(
                date=row.date,
                close=round(row.close / factor(subject, row.date, rows[-1].date), 4),
                change_pct=row.change_pct,
                volume=row.volume,
                turnover=row.turnover,
                trades=row.trades,
            )
            for row in rows
        ]

    def _index(self, index: Index, start: date, end: date) -> list[DayFigures]:
        """Give the days of an index; a day is compared with the value before it."""
        rows = [
            (date.fromisoformat(day), value)
            for day, value in self._store.reader.rows(INDEX_DAYS, (index.name, end.isoformat()))
        ]
        changes = [
            None,
            *(percent_change(b[1], a[1]) for b, a in pairwise(rows)),
        ]
        return [
            DayFigures(
                date=day, close=value, change_pct=change, volume=None, turnover=None, trades=None
            )
            for (day, value), change in zip(rows, changes, strict=True)
            if day >= start
        ]

    def _market(self, start: date, end: date) -> list[DayFigures]:
        rows = self._store.reader.rows(MARKET_DAYS, (start.isoformat(), end.isoformat()))
        return [
            DayFigures(
                date=date.fromisoformat(day),
                close=None,
                change_pct=None,
                volume=None,
                turnover=turnover,
                trades=trades,
            )
            for day, turnover, trades in rows
        ]

    def _listing(self, subject: str | Index | None) -> Listing | None:
        # An index is a string, too.
        if subject is None or isinstance(subject, Index):
            return None
        return self._store.directory.listing(subject)

    def _actions(
        self, subject: str | Index | None, days: Sequence[DayFigures]
    ) -> tuple[Action, ...]:
        if subject is None or isinstance(subject, Index) or not days:
            return ()
        return self._store.adjustments.within(subject, days[0].date, days[-1].date)
