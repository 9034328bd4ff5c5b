"""Quotes: the last day of a security, or a given one."""

from datetime import date

from cse_chat.adapters.analyst.market.bars import Bars, RecordedDay
from cse_chat.adapters.analyst.market.results.quotes import DatedQuote, PriceRange, Quote
from cse_chat.adapters.analyst.market.results.scope import Window
from cse_chat.adapters.analyst.market.store import Store

BASIS = "closing price; volume, trades and turnover of the normal board, crossings apart"


class Quotes:
    """See `Quote` and `DatedQuote`."""

    def __init__(self, store: Store, bars: Bars) -> None:
        self._store = store
        self._bars = bars

    def latest(self, symbol: str) -> Quote | None:
        """Give the last recorded day; None when nothing traded in the stored period."""
        self._store.directory.listing(symbol)
        row = self._bars.at_or_before(symbol, self._store.calendar.last)
        return row and self._quote(row)

    def on(self, symbol: str, day: date) -> DatedQuote:
        """Give the quote of *day*, or the last one before it, and say why."""
        calendar = self._store.calendar
        row = self._bars.at_or_before(symbol, day)
        return DatedQuote(
            listing=self._store.directory.listing(symbol),
            asked=day,
            day_kind=calendar.kind(day),
            traded=row is not None and row.date == day,
            previous_session=calendar.session_before(day),
            data_start=calendar.first,
            quote=row and self._quote(row),
            actions=self._store.adjustments.within(symbol, row.date, calendar.last) if row else (),
            adjusted_close=row
            and round(
                row.close / self._store.adjustments.factor(symbol, row.date, calendar.last), 4
            ),
            scope=self._store.market_scope(BASIS, day=row.date if row else None),
        )

    def _quote(self, row: RecordedDay) -> Quote:
        return Quote(
            listing=self._store.directory.listing(row.symbol),
            date=row.date,
            is_latest=row.date == self._store.calendar.last,
            close=row.close,
            prev_close=row.prev_close,
            change=row.change,
            change_pct=row.change_pct,
            open=row.open,
            high=row.high,
            low=row.low,
            volume=row.volume,
            trades=row.trades,
            turnover=row.turnover,
            volume_incl_crossings=row.volume_incl_crossings,
            trades_incl_crossings=row.trades_incl_crossings,
            market_cap=row.market_cap,
            year_range=self._year_range(row.symbol),
            scope=self._store.market_scope(BASIS, day=row.date),
        )

    def _year_range(self, symbol: str) -> PriceRange:
        if self._store.adjustments.has(symbol):
            return self._adjusted_range(symbol)
        query = "SELECT high_52w, low_52w FROM security WHERE symbol = ?"
        ((high, low),) = self._store.reader.rows(query, (symbol,))
        last = self._store.calendar.last
        return PriceRange(
            high=high,
            low=low,
            basis=f"12 months to {last}, as the exchange publishes it",
            window=None,
        )

    def _adjusted_range(self, symbol: str) -> PriceRange:
        """Find the range on today's scale; the exchange's own figures mix two scales."""
        first, last = self._store.calendar.first, self._store.calendar.last
        highs, lows = [], []
        for row in self._bars.between(symbol, first, last):
            factor = self._store.adjustments.factor(symbol, row.date, last)
            # A row without a range (too few shares traded for one) has its close alone.
            highs.append((row.close if row.high is None else row.high) / factor)
            lows.append((row.close if row.low is None else row.low) / factor)
        return PriceRange(
            high=round(max(highs), 4),
            low=round(min(lows), 4),
            basis=f"{first} to {last}, adjusted for corporate actions",
            window=Window(label="all stored data", asked_start=first, start=first, end=last),
        )
