"""One security on one day, and several side by side."""

from dataclasses import dataclass
from datetime import date

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.periods import Action, Trend
from cse_chat.adapters.analyst.market.results.scope import DayKind, Scope, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRange:
    """Highest and lowest price over a long period, in LKR.

    `window` is None for the exchange's own 52-week figures; for a security with a subdivision
    or the like it is the stored period, and the figures are adjusted to today's shares.
    """

    high: float | None
    low: float | None
    basis: str
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The recorded day of a security: LKR, shares, percent; None where nothing was recorded.

    `volume`, `trades` and `turnover` are the normal board; the `_incl_crossings` figures add
    negotiated trades. `is_latest` is False when the security last traded before the data date
    (or another day was asked for): print `date` then.
    """

    listing: Listing
    date: date
    is_latest: bool
    close: float
    prev_close: float | None
    change: float | None
    change_pct: float | None
    open: float | None
    high: float | None
    low: float | None
    volume: int | None
    trades: int | None
    turnover: float | None
    volume_incl_crossings: int | None
    trades_incl_crossings: int | None
    market_cap: float | None
    year_range: PriceRange
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedQuote:
    """The quote for a day that was asked for.

    `traded` is True when the security has a row of just that day. Otherwise `quote` is its last
    row before (its `date` says which; None when there is none: before the data start, or no
    trade yet) and `day_kind` tells why: closed, weekend, not recorded, outside the data, or a
    session on which this security did not trade. `previous_session` is the session before
    `asked` (None before the data), whether or not the security traded on it. `actions` have
    changed the scale of prices since; on today's scale the close is `adjusted_close`.
    """

    listing: Listing
    asked: date
    day_kind: DayKind
    traded: bool
    previous_session: date | None
    data_start: date
    quote: Quote | None
    actions: tuple[Action, ...]
    adjusted_close: float | None
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One side of a comparison.

    `trend` is None when no period was asked for, `quote` when the security never traded in the
    stored period.
    """

    listing: Listing
    quote: Quote | None
    trend: Trend | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Securities side by side, in the order asked for.

    `best` has the highest return over the period (of the day without a period), None when two
    share it or no return is known.
    """

    rows: tuple[Compared, ...]
    best: Listing | None
    scope: Scope
