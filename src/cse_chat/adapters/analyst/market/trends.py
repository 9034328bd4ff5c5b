"""Returns over a period, adjusted for corporate actions."""

from datetime import date

from cse_chat.adapters.analyst.market.bars import Bars, RecordedDay
from cse_chat.adapters.analyst.market.figures import percent_change
from cse_chat.adapters.analyst.market.results.periods import Period, Trend
from cse_chat.adapters.analyst.market.results.scope import Window
from cse_chat.adapters.analyst.market.store import Store

BASIS = "closing prices adjusted for corporate actions; dividends left out"


class Trends:
    """See `Trend`."""

    def __init__(self, store: Store, bars: Bars) -> None:
        self._store = store
        self._bars = bars

    def of(self, symbol: str, period: Period) -> Trend:
        """Measure *symbol* over *period*.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: The period has no length.
            OutsideDataError: It lies outside the data.
        """
        self._store.directory.listing(symbol)
        window = self._store.calendar.window(period)
        before = self._bars.at_or_before(symbol, window.start)
        rows = self._bars.between(symbol, before.date if before else window.start, window.end)
        return self._trend(symbol, rows, window, started=before is not None)

    def _trend(
        self, symbol: str, rows: list[RecordedDay], window: Window, *, started: bool
    ) -> Trend:
        """Compare the first of *rows* with the last; a single row is no trend."""
        first, last = (rows[0], rows[-1]) if rows else (None, None)
        adjusted = self._adjusted(symbol, rows)
        highest = max(adjusted, key=lambda pair: pair[1], default=None)
        lowest = min(adjusted, key=lambda pair: pair[1], default=None)
        start, end = (adjusted[0][1], rows[-1].close) if len(rows) > 1 else (None, None)
        return Trend(
            listing=self._store.directory.listing(symbol),
            start_date=first and first.date,
            start_close=first and first.close,
            start_close_adjusted=round(adjusted[0][1], 4) if rows else None,
            end_date=last and last.date,
            end_close=last and last.close,
            change=None if start is None or end is None else round(end - start, 4),
            return_pct=None if start is None or end is None else percent_change(start, end),
            high=highest and round(highest[1], 4),
            high_date=highest and highest[0],
            low=lowest and round(lowest[1], 4),
            low_date=lowest and lowest[0],
            traded_sessions=sum(row.date > window.start for row in rows),
            actions=(
                self._store.adjustments.within(symbol, first.date, last.date)
                if first and last
                else ()
            ),
            partial=window.partial or not started,
            scope=self._store.market_scope(
                BASIS, day=last.date if last else window.end, window=window
            ),
        )

    def _adjusted(self, symbol: str, rows: list[RecordedDay]) -> list[tuple[date, float]]:
        """Give the closes on the scale of the last row."""
        factor = self._store.adjustments.factor
        return [(row.date, row.close / factor(symbol, row.date, rows[-1].date)) for row in rows]
