"""From the day or period of a question to the session or period of a tool."""

from dataclasses import dataclass
from datetime import date, timedelta

from cse_chat.adapters.analyst.language.periods import When
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.scope import DayKind

_WHY_NOT = {
    DayKind.CLOSED: "was no trading day (the exchange was closed)",
    DayKind.WEEKEND: "was no trading day (a weekend)",
    DayKind.NOT_RECORDED: "is not recorded in the data",
}


@dataclass(frozen=True, slots=True)
class Session:
    """The session that is answered for (None: the last), and why it is not the day asked for."""

    date: date | None
    note: str = ""


def session_of(market: Market, when: When | None) -> Session:
    """Return the session of *when*; of a day without trading the one before, with a note."""
    if when is None or when.day is None or when.is_today:
        return Session(None)
    kind = market.calendar.kind(when.day)
    if kind is DayKind.SESSION:
        return Session(when.day)
    if kind is DayKind.AFTER_DATA:
        return Session(None, f"The data end on {market.data_date}.")
    if kind is DayKind.BEFORE_DATA:
        return Session(
            market.data_start,
            f"The data start on {market.data_start}; these are the figures of that day.",
        )
    before = market.calendar.session_before(when.day)
    return Session(before, f"{when.day} {why_not(kind)}; the previous session is {before}.")


def why_not(kind: DayKind) -> str:
    """Return why there are no figures of a day of *kind*, as a verb phrase."""
    return _WHY_NOT[kind]


def period_of(market: Market, when: When | None) -> Period | None:
    """Return the period of *when*; a single session is measured against the one before."""
    if when is None:
        return None
    if when.period is not None:
        return when.period
    day = session_of(market, when).date
    before = market.calendar.session_before(day) if day else None
    return Period.between(before, day) if before and day else Period.day()


def days_of(market: Market, when: When) -> tuple[date, date] | None:
    """Return the first and the last day of a range, both included; None for a mere day."""
    if when.start is not None and when.end is not None:
        return when.start, when.end
    if when.period is not None:
        window = market.calendar.window(when.period)
        return window.start + timedelta(days=1), window.end
    return None
