"""Figures as people read them; every one rounds half up from what was recorded."""

from collections.abc import Callable
from datetime import date

from cse_chat.adapters.analyst.market.figures import rounded
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.periods import Action
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.market.results.scope import Window

_BILLION = 1e9
_MILLION = 1e6
_LEAST_IN_BILLIONS = 5e7  # what is less would be 0.0 bn

_SPANS = {
    "day": "on the day",
    "yesterday": "on the session before the last",
    "all stored data": "over all stored data",
}

NOT_RECORDED = "not recorded"


def price(value: float | None) -> str:
    """Give LKR with two decimals: ``Rs. 1,234.50``."""
    return NOT_RECORDED if value is None else f"Rs. {rounded(value, 2):,}"


def number(value: float | None, digits: int = 2) -> str:
    """Give a plain number with thousands separators."""
    return NOT_RECORDED if value is None else f"{rounded(value, digits):,}"


def whole(value: float | None) -> str:
    """Give a count: ``1,208,744``."""
    return NOT_RECORDED if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """Give a signed percentage with two decimals; a zero has no sign."""
    if value is None:
        return NOT_RECORDED
    exact = rounded(value, 2)
    return "0.00%" if exact == 0 else f"{exact:+,}%"


def share(value: float | None) -> str:
    """Give a holding in percent, without a sign."""
    return "share not stated" if value is None else f"{rounded(value, 2)}%"


def signed(value: float, digits: int = 2) -> str:
    """Give a signed number; a zero has no sign."""
    exact = rounded(value, digits)
    return f"{abs(exact):,}" if exact == 0 else f"{exact:+,}"


def market_value(value: float | None) -> str:
    """Give a market capitalisation in billions of LKR with one decimal."""
    if value is not None and value < _LEAST_IN_BILLIONS:
        return money(value)
    return NOT_RECORDED if value is None else f"Rs. {rounded(value / _BILLION, 1):,} bn"


def money(value: float | None) -> str:
    """Give a turnover: billions with two decimals, millions with one, or the rupees."""
    if value is None:
        return NOT_RECORDED
    if abs(value) >= _BILLION:
        return f"Rs. {rounded(value / _BILLION, 2):,} bn"
    if abs(value) >= _MILLION:
        return f"Rs. {rounded(value / _MILLION, 1):,} m"
    return f"Rs. {rounded(value, 0):,}"


def millions(value: float) -> str:
    """Give an amount that is exact to the million only."""
    return f"Rs. {rounded(value / _MILLION, 0):,} m"


def ranked_value(field: Field, value: float) -> str:
    """Give the figure of a ranking in the form of its field."""
    return _RANKED[field](value)


_RANKED: dict[Field, Callable[[float], str]] = {
    Field.PRICE: price,
    Field.CHANGE: lambda value: f"Rs. {signed(value)}",
    Field.CHANGE_PCT: percent,
    Field.RETURN: percent,
    Field.VOLUME: lambda value: f"{whole(value)} shares",
    Field.VOLUME_INCL_CROSSINGS: lambda value: f"{whole(value)} shares",
    Field.TRADES: lambda value: f"{whole(value)} trades",
    Field.TURNOVER: money,
    Field.MARKET_CAP: market_value,
}


def named(listing: Listing) -> str:
    """Give name and symbol: ``John Keells Holdings PLC (JKH)``."""
    return f"{listing.name} ({listing.label})"


def action(value: Action) -> str:
    """Give a corporate action: ``a subdivision (1:10) on 2026-01-22``."""
    if not value.is_subdivision:
        return f"a rights or scrip issue on {value.ex_date}"
    digits = 0 if value.factor == int(value.factor) else 2
    return f"a subdivision (1:{number(value.factor, digits)}) on {value.ex_date}"


def span(window: Window) -> str:
    """Give a period as part of a sentence: ``over the last month``, ``year to date``."""
    if window.label.startswith("last "):
        return f"over the {window.label.replace('last 1 ', 'last ')}"
    if window.label[:1].isdecimal():
        return f"from {window.label}"
    return _SPANS.get(window.label, window.label)


def over(window: Window) -> str:
    """Give a period with the sessions it is measured between."""
    if window.label[:1].isdecimal() or window.label.startswith("since"):
        return f"{window.start} to {window.end}"
    return f"{span(window)}, {window.start} to {window.end}"


def day(value: date | None) -> str:
    """Give an ISO date."""
    return NOT_RECORDED if value is None else value.isoformat()


def joined(parts: list[str] | tuple[str, ...]) -> str:
    """Join as in a sentence: ``a, b and c``."""
    if len(parts) < 2:  # noqa: PLR2004 - two are joined by "and"
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(count: int, noun: str) -> str:
    """Give a count with its noun: ``1 company``, ``13 companies``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("ny") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"
