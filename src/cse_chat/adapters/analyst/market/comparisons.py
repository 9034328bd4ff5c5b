"""Securities side by side."""

from collections.abc import Sequence

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError
from cse_chat.adapters.analyst.market.quotes import Quotes
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.quotes import Compared, Comparison
from cse_chat.adapters.analyst.market.store import Store
from cse_chat.adapters.analyst.market.trends import Trends

MOST = 10


class Comparisons:
    """See `Comparison`."""

    def __init__(self, store: Store, quotes: Quotes, trends: Trends) -> None:
        self._store = store
        self._quotes = quotes
        self._trends = trends

    def of(self, symbols: Sequence[str], period: Period | None = None) -> Comparison:
        """Compare 2 to 10 different securities, over *period* when it is given.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: Too few, too many, or one twice.
            OutsideDataError: The period lies outside the data.
        """
        if not len(set(symbols)) == len(symbols) in range(2, MOST + 1):
            raise InvalidArgumentError(f"2 to {MOST} different securities can be compared")
        rows = tuple(
            Compared(
                listing=self._store.directory.listing(symbol),
                quote=self._quotes.latest(symbol),
                trend=self._trends.of(symbol, period) if period else None,
            )
            for symbol in symbols
        )
        window = self._store.calendar.window(period) if period else None
        return Comparison(
            rows=rows,
            best=_best(rows),
            scope=self._store.market_scope(
                "adjusted returns without dividends" if period else "change of the last session",
                window=window,
            ),
        )


def _best(rows: Sequence[Compared]) -> Listing | None:
    """Find the one row with the highest return; None when it is shared or unknown."""
    known = [(value, row.listing) for row in rows if (value := _return(row)) is not None]
    highest = max((value for value, _ in known), default=None)
    leaders = [listing for value, listing in known if value == highest]
    return leaders[0] if len(leaders) == 1 and len(known) > 1 else None


def _return(row: Compared) -> float | None:
    if row.trend:
        return row.trend.return_pct
    return row.quote.change_pct if row.quote and row.quote.is_latest else None
