"""What was recorded day by day: prices, indices, sectors and the market."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from cse_chat.adapters.analyst.data.importer.source import Row, read, read_all

BAR_COLUMNS = (
    "symbol",
    "date",
    "prev_close",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "trades",
    "turnover",
    "volume_incl_crossings",
    "trades_incl_crossings",
    "market_cap",
)
SECTOR_DAY_COLUMNS = (
    "gics_code",
    "date",
    "index_value",
    "change",
    "trades",
    "volume",
    "turnover",
)
MARKET_DAY_COLUMNS = (
    "date",
    "equityTurnover",
    "marketTrades",
    "equityForeignPurchase",
    "equityForeignSales",
    "equityDomesticPurchase",
    "equityDomesticSales",
    "marketCap",
    "per",
    "pbv",
    "dy",
    "listedCompanyNumber",
)
# Share of securities whose previous close is the last recorded close. Measured: at least 0.98
# over a holiday (restatements are rare), at most 0.13 over a session that was missed.
CONTINUOUS = 0.8


def bar_rows(folder: Path) -> list[list[str]]:
    """Make the table `bar` of all price files; `change` is left out, it follows.

    A previous close of 0, as on the first day of a listing, is an unknown one.
    """
    rows = read_all(folder, "prices_daily_*.csv", *BAR_COLUMNS)
    bars = [[row[name] for name in BAR_COLUMNS] for row in rows]
    previous = BAR_COLUMNS.index("prev_close")
    for bar in bars:
        if bar[previous].strip("0.") == "":
            bar[previous] = ""
    return bars


def action_rows(path: Path) -> list[list[str]]:
    """Make the table `action`.

    A subdivision's factor is its share ratio: the restated price may contain the move of a
    missed session. Other actions have only the restated price.
    """
    rows = read(path, "symbol", "ex_date", "type", "price_factor", "shares_ratio")
    return [_action(row) for row in rows]


def _action(row: Row) -> list[str]:
    if row["type"] == "subdivision":
        return [row["symbol"], row["ex_date"], "subdivision", row["shares_ratio"]]
    return [row["symbol"], row["ex_date"], "rights or scrip", row["price_factor"]]


def sector_day_rows(path: Path) -> list[list[str]]:
    """Make the table `sector_day`."""
    rows = read(path, *SECTOR_DAY_COLUMNS)
    return [[row[name] for name in SECTOR_DAY_COLUMNS] for row in rows]


def market_day_rows(path: Path) -> list[list[str]]:
    """Make the table `market_day`."""
    rows = read(path, *MARKET_DAY_COLUMNS)
    return [[row[name] for name in MARKET_DAY_COLUMNS] for row in rows]


def index_day_rows(path: Path) -> list[list[str]]:
    """Make the table `index_day` of both indices."""
    columns = [
        (code, f"{name}", f"{name}_low", f"{name}_high", f"{name}_change")
        for code, name in (("ASPI", "aspi"), ("SPSL20", "spsl20"))
    ]
    rows = read(path, "date", *(name for _, *names in columns for name in names))
    return [
        [code, row["date"], *(row[n] for n in names)] for row in rows for code, *names in columns
    ]


def calendar_rows(
    bars: Iterable[Sequence[str]], others: Iterable[Sequence[str]]
) -> list[list[str]]:
    """Make the table `calendar`: the weekdays from the first session to the last.

    A day without prices was no session when the closing prices continue over the gap and no
    other table has the day; otherwise its prices are missing.

    Args:
        bars: Rows of `bar`.
        others: Rows of `index_day`, which have the days the market is known to have been open.
    """
    closes: dict[date, dict[str, tuple[float, str]]] = {}
    for symbol, session, previous, *_, close in (row[:7] for row in bars):
        closes.setdefault(date.fromisoformat(session), {})[symbol] = (float(close), previous)
    open_days = {date.fromisoformat(row[1]) for row in others}
    sessions = sorted(closes)
    rows = [[session.isoformat(), "session"] for session in sessions]
    for before, after in pairwise(sessions):
        gap = [day for day in _days_between(before, after) if day.weekday() < SATURDAY]
        closed = _continues(closes[before], closes[after])
        for missing in gap:
            kind = "closed" if closed and missing not in open_days else "not recorded"
            rows.append([missing.isoformat(), kind])
    return rows


SATURDAY = 5


def _days_between(before: date, after: date) -> list[date]:
    return [before + timedelta(days=n) for n in range(1, (after - before).days)]


def _continues(before: dict[str, tuple[float, str]], after: dict[str, tuple[float, str]]) -> bool:
    both = [s for s in after if s in before and after[s][1]]
    same = sum(float(after[s][1]) == before[s][0] for s in both)
    return bool(both) and same / len(both) >= CONTINUOUS
