"""What securities traded over a span of days."""

from dataclasses import dataclass
from datetime import date

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.market.results.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """What a security traded on the normal board on `days` days, with its last close among them."""

    rank: int
    listing: Listing
    volume: int
    turnover: float
    trades: int
    days: int
    close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The most (or least) active securities from `start` to `end`, of `sessions` sessions."""

    field: Field
    descending: bool
    start: date
    end: date
    sessions: int
    rows: tuple[Active, ...]
    total: int
    scope: Scope
