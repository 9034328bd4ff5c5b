"""Which securities traded most over a span of days."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cse_chat.adapters.analyst.data.reader import Reader
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.figures import checked_count
from cse_chat.adapters.analyst.market.results.activity import Active, Activity
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.market.results.scope import DayKind
from cse_chat.adapters.analyst.market.store import Store

SUMS = """
SELECT symbol, sum(volume), sum(turnover), sum(trades), count(*), max(date), close
FROM bar WHERE date BETWEEN ? AND ? GROUP BY symbol
"""
KEPT = 16


class Sums(NamedTuple):
    """What one security traded in all; the close is that of its last day, as max() picks it."""

    symbol: str
    volume: int | None
    turnover: float | None
    trades: int | None
    days: int
    last: str
    close: float


VALUES: Mapping[Field, Callable[[Sums], float | None]] = {
    Field.VOLUME: lambda row: row.volume,
    Field.TURNOVER: lambda row: row.turnover,
    Field.TRADES: lambda row: row.trades,
}


class Activities:
    """See `Activity`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # A sum over many sessions reads tens of thousands of rows, and the file never changes.
        self._sums = lru_cache(maxsize=KEPT)(_summed)

    def rank(
        self,
        field: Field,
        start: date,
        end: date,
        *,
        n: int = 10,
        descending: bool = True,
        sector: str | None = None,
    ) -> Activity:
        """Order the ordinary shares by what they traded from *start* to *end*, both included.

        Raises:
            UnknownSectorError: No such sector.
            InvalidArgumentError: *n* is out of range, or *field* no measure of trading.
            OutsideDataError: The span has no session of the data.
        """
        checked_count(n)
        if field not in VALUES:
            raise InvalidArgumentError(f"{field} is no measure of trading")
        calendar, directory = self._store.calendar, self._store.directory
        sessions = calendar.days(start, end, DayKind.SESSION)
        if not sessions:
            raise OutsideDataError(calendar.first, calendar.last)
        of_sector = f" of the sector {directory.sector(sector).name}" if sector else ""
        found = [
            (value, row)
            for row in self._sums(self._store.reader, sessions[0], sessions[-1])
            if directory.listing(row.symbol).is_ordinary
            and sector in {None, directory.listing(row.symbol).gics_code}
            and (value := VALUES[field](row)) is not None
        ]
        sign = -1 if descending else 1
        found.sort(key=lambda pair: (sign * pair[0], pair[1].symbol))
        return Activity(
            field=field,
            descending=descending,
            start=sessions[0],
            end=sessions[-1],
            sessions=len(sessions),
            rows=tuple(self._active(rank, row) for rank, (_, row) in enumerate(found[:n], start=1)),
            total=len(found),
            scope=self._store.market_scope(
                f"{field} added up over the sessions, normal board, crossings left out",
                day=sessions[-1],
                universe=f"ordinary shares (voting and non-voting){of_sector} that traded in them",
            ),
        )

    def _active(self, rank: int, row: Sums) -> Active:
        return Active(
            rank=rank,
            listing=self._store.directory.listing(row.symbol),
            volume=row.volume or 0,
            turnover=row.turnover or 0.0,
            trades=row.trades or 0,
            days=row.days,
            close=row.close,
        )


def _summed(reader: Reader, start: date, end: date) -> tuple[Sums, ...]:
    return tuple(Sums(*row) for row in reader.rows(SUMS, (start.isoformat(), end.isoformat())))
