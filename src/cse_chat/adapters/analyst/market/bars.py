"""Recorded days of securities, as the tools read them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cse_chat.adapters.analyst.data.reader import Reader
from cse_chat.adapters.analyst.market.figures import difference, percent_change

KEPT = 16
COLUMNS = """
SELECT symbol, date, prev_close, open, high, low, close, volume, trades, turnover,
       volume_incl_crossings, trades_incl_crossings, market_cap FROM bar
"""


class RecordedDay(NamedTuple):
    """A row of the table `bar`."""

    symbol: str
    iso_date: str
    prev_close: float | None
    open: float | None
    high: float | None
    low: float | None
    close: float
    volume: int | None
    trades: int | None
    turnover: float | None
    volume_incl_crossings: int | None
    trades_incl_crossings: int | None
    market_cap: float | None

    @property
    def date(self) -> date:
        """The session."""
        return date.fromisoformat(self.iso_date)

    @property
    def change(self) -> float | None:
        """LKR against the previous close, which the exchange restates on an ex-date."""
        return difference(self.prev_close, self.close)

    @property
    def change_pct(self) -> float | None:
        """The same in percent."""
        return None if self.prev_close is None else percent_change(self.prev_close, self.close)


class Bars:
    """Queries over recorded days."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # Most questions are about the last session or the same few periods. A session is 290
        # rows (2 ms to read), so a few are kept; the file never changes.
        self.of_session = lru_cache(maxsize=KEPT)(self._of_session)
        self.closes_at_or_before = lru_cache(maxsize=KEPT)(self._closes_at_or_before)

    def _of_session(self, day: date) -> tuple[RecordedDay, ...]:
        """Give the rows of all securities that traded on *day*, by symbol."""
        query = f"{COLUMNS} WHERE date = ? ORDER BY symbol"
        return tuple(RecordedDay(*row) for row in self._reader.rows(query, (day.isoformat(),)))

    def at_or_before(self, symbol: str, day: date) -> RecordedDay | None:
        """Give the last row of *symbol* not after *day*."""
        return next(iter(self.newest(symbol, 1, until=day)), None)

    def newest(self, symbol: str, n: int, *, until: date) -> list[RecordedDay]:
        """Give the last *n* rows of *symbol* not after *until*, newest first."""
        query = f"{COLUMNS} WHERE symbol = ? AND date <= ? ORDER BY date DESC LIMIT ?"
        rows = self._reader.rows(query, (symbol, until.isoformat(), n))
        return [RecordedDay(*row) for row in rows]

    def between(self, symbol: str, start: date, end: date) -> list[RecordedDay]:
        """Give the rows of *symbol* from *start* to *end*, both included, oldest first."""
        query = f"{COLUMNS} WHERE symbol = ? AND date BETWEEN ? AND ? ORDER BY date"
        rows = self._reader.rows(query, (symbol, start.isoformat(), end.isoformat()))
        return [RecordedDay(*row) for row in rows]

    def _closes_at_or_before(self, day: date) -> Mapping[str, tuple[date, float]]:
        """Give the last close not after *day* of every security that has one, with its date."""
        # One search of the key per security. CROSS keeps SQLite from scanning the bars instead,
        # which takes a hundred times as long; so does GROUP BY over all rows.
        query = """
            SELECT bar.symbol, bar.date, bar.close FROM security CROSS JOIN bar
            ON bar.symbol = security.symbol AND bar.date = (
                SELECT max(date) FROM bar WHERE symbol = security.symbol AND date <= ?
            )
        """
        rows = self._reader.rows(query, (day.isoformat(),))
        return {symbol: (date.fromisoformat(on), close) for symbol, on, close in rows}
