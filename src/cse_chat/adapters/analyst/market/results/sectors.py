"""Sectors: their index, order, members and sizes."""

from dataclasses import dataclass
from datetime import date

from cse_chat.adapters.analyst.market.results.listings import Listing, Sector
from cse_chat.adapters.analyst.market.results.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorPerformance:
    """A sector's index on the last day of the window.

    `change` and `change_pct` are those of the day. `return_pct` is over `scope.window`, from
    `start_value`; for the period "today" it equals `change_pct`. Trades, volume (shares) and
    turnover (LKR) include crossings.
    """

    sector: Sector
    date: date
    value: float
    change: float
    change_pct: float
    start_value: float
    return_pct: float
    trades: int
    volume: int
    turnover: float
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorTrading:
    """What a sector traded in `sessions` sessions, crossings included: shares, LKR."""

    sector: Sector
    trades: int
    volume: int
    turnover: float
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRanking:
    """All sectors ordered by return over the window, best first unless `descending` is False."""

    rows: tuple[SectorPerformance, ...]
    descending: bool
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorMember:
    """A company of a sector with the last row of its voting share (None if it never traded)."""

    listing: Listing
    date: date | None
    close: float | None
    change_pct: float | None
    market_cap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorMembers:
    """The companies of a sector by symbol, including those that no longer trade (see status)."""

    sector: Sector
    rows: tuple[SectorMember, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorCount:
    """How many companies with ordinary shares a sector has, and how many of them are active."""

    sector: Sector
    companies: int
    active: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorCounts:
    """The sectors by name; `companies` is the sum, `listed` the exchange's own count."""

    rows: tuple[SectorCount, ...]
    companies: int
    listed: int | None
    scope: Scope
