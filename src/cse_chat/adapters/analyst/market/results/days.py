"""The days of a span: what they add up to, and which stand out."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cse_chat.adapters.analyst.market.results.indices import Index
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.periods import Action
from cse_chat.adapters.analyst.market.results.scope import Scope


class Measure(StrEnum):
    """A daily figure."""

    CLOSE = "close"  # LKR or index points; adjusted to the scale of the last day of the span
    CHANGE_PCT = "change %"  # against the previous close
    VOLUME = "volume"  # shares, normal board
    TURNOVER = "turnover"  # LKR, normal board; of the market with crossings
    TRADES = "trades"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One recorded day; None where a figure is unknown."""

    date: date
    close: float | None
    change_pct: float | None
    volume: int | None
    turnover: float | None
    trades: int | None

    def value(self, measure: Measure) -> float | None:
        """Give the figure of *measure*."""
        values: dict[Measure, float | None] = {
            Measure.CLOSE: self.close,
            Measure.CHANGE_PCT: self.change_pct,
            Measure.VOLUME: self.volume,
            Measure.TURNOVER: self.turnover,
            Measure.TRADES: self.trades,
        }
        return values[measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the recorded days from `start` to `end` add up to; figures None without a day.

    `days` of `sessions` of the exchange have the figure. `total` is a sum over them, which means
    nothing for closes. `listing` or `index` is the subject.
    """

    listing: Listing | None
    index: Index | None
    measure: Measure
    start: date
    end: date
    days: int
    sessions: int
    total: float | None
    mean: float | None
    median: float | None
    highest: DayFigures | None
    lowest: DayFigures | None
    actions: tuple[Action, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedDays:
    """The days of a span by `measure`, the first ones asked for; of equals the earlier first.

    `days` were compared. `listing` or `index` is the subject, neither means the whole market.
    """

    listing: Listing | None
    index: Index | None
    measure: Measure
    descending: bool
    start: date
    end: date
    rows: tuple[DayFigures, ...]
    days: int
    actions: tuple[Action, ...]
    scope: Scope
