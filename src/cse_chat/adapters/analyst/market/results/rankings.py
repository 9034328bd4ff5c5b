"""Rankings and filters over securities."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.scope import Scope


class Field(StrEnum):
    """A figure by which securities are ranked or filtered."""

    PRICE = "price"  # LKR
    CHANGE = "change"  # LKR against the previous close
    CHANGE_PCT = "change %"
    VOLUME = "volume"  # shares, normal board
    VOLUME_INCL_CROSSINGS = "volume incl. crossings"
    TRADES = "trades"
    TURNOVER = "turnover"  # LKR, normal board
    MARKET_CAP = "market cap"  # LKR, of that security line
    RETURN = "return %"  # adjusted, over a period


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Keep rows whose `field` lies strictly above `above` and strictly below `below`."""

    field: Field
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A row of a ranking: `value` is the ranked figure, the rest describes the day.

    `return_pct` and its two closes (`start_close` adjusted) are None without a period.
    """

    rank: int
    listing: Listing
    value: float
    date: date
    close: float
    change: float | None
    change_pct: float | None
    volume: int | None
    volume_incl_crossings: int | None
    trades: int | None
    turnover: float | None
    market_cap: float | None
    start_close: float | None = None
    return_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Securities ordered by `field`, then by symbol.

    `total` counts every row that met the conditions, of which `rows` are the first. `tied` lists
    the securities left out although their value equals that of the last row.
    """

    field: Field
    descending: bool
    rows: tuple[Ranked, ...]
    total: int
    tied: tuple[Listing, ...]
    scope: Scope
