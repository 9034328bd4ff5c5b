"""The market as a whole: indices, breadth, flows, valuation."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.rankings import Ranking
from cse_chat.adapters.analyst.market.results.scope import DayKind, Scope


class Index(StrEnum):
    """The two market indices."""

    ASPI = "ASPI"
    SPSL20 = "S&P SL20"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLevel:
    """An index on one day; `date` differs from `asked` when that day has no index value.

    `asked` is None for the latest. The change is against the previous session's value.
    """

    index: Index
    asked: date | None
    day_kind: DayKind
    date: date
    value: float
    low: float | None
    high: float | None
    change: float | None
    change_pct: float | None
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTrend:
    """How an index moved over `scope.window`; high and low are of its daily closing values."""

    index: Index
    start_date: date
    start_value: float
    end_date: date
    end_value: float
    change: float
    return_pct: float
    high: float
    high_date: date
    low: float
    low_date: date
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexHistory:
    """The last daily values of an index, oldest first."""

    index: Index
    rows: tuple[IndexLevel, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Breadth:
    """How many ordinary shares closed up, down and unchanged, of `traded`.

    With a window in the scope it is their closes at its two ends that were compared.
    """

    up: int
    down: int
    unchanged: int
    traded: int
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Purchases and sales in LKR (equities); `net_foreign` above 0 is net foreign buying."""

    turnover: float
    trades: int
    foreign_purchases: float
    foreign_sales: float
    net_foreign: float
    domestic_purchases: float
    domestic_sales: float
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsOverPeriod:
    """Sums in LKR over the sessions after `scope.window.start` up to its end.

    `days` were summed, the means are of them; `missing` are sessions of the window whose figures were not recorded.
    """

    days: int
    turnover: float
    trades: int
    foreign_purchases: float
    foreign_sales: float
    net_foreign: float
    mean_turnover: float
    mean_trades: float
    missing: tuple[date, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """The whole market: price/earnings, price/book, dividend yield in percent, LKR value."""

    price_earnings: float
    price_book: float
    dividend_yield: float
    market_cap: float
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSummary:
    """One session at a glance; `flows` and `valuation` are None where it was not recorded.

    `gainers`, `losers` and `most_active` (by turnover) have up to three rows each.
    """

    aspi: IndexLevel
    spsl20: IndexLevel
    breadth: Breadth
    flows: Flows | None
    valuation: Valuation | None
    listed: int | None
    gainers: Ranking
    losers: Ranking
    most_active: Ranking
    best_sector: tuple[str, float]
    worst_sector: tuple[str, float]
    top_gainer: Listing | None
    scope: Scope
