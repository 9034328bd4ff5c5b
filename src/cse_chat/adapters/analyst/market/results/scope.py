"""What the figures of a result cover: date, source, basis, universe and window."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DayKind(StrEnum):
    """What the stored calendar knows about a day."""

    SESSION = "session"
    CLOSED = "closed"  # a weekday without trading: the closing prices continue over it
    WEEKEND = "weekend"
    NOT_RECORDED = "not recorded"  # the exchange traded, or may have; the data lack its prices
    BEFORE_DATA = "before data"
    AFTER_DATA = "after data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The two closes between which a period is measured.

    `start` is the session whose close is the base (on or before the first day asked for), `end`
    the session of the closing figure. `partial` says that the data begin after the asked start,
    so `start` is the first session there is.
    """

    label: str
    asked_start: date
    start: date
    end: date
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a result comes from and what it counts.

    `data_date` is the last session of the stored data. `date` is the session, or the report,
    the figures are from; it differs when another day was asked for or nothing traded since.
    """

    data_date: date
    date: date
    source: str
    basis: str
    universe: str = ""
    window: Window | None = None
