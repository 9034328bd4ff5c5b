"""The range of prices over a year or a span of days."""

from datetime import date

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.days import Measure
from cse_chat.adapters.analyst.narration import figures
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.quotes import never_traded, quoted
from cse_chat.adapters.analyst.narration.spans import days_of


def high_low(market: Market, request: Request) -> Draft:
    """Answer for the range of prices over a year, or over the period asked for."""
    symbol = request.companies[0]
    when = request.when
    days = days_of(market, when) if when is not None else None
    if days is not None and Cue.YEAR_RANGE not in request.cues:
        return _span_range(market, symbol, days)
    found = market.quotes.latest(symbol)
    if found is None:
        return never_traded(market, symbol)
    span = found.year_range
    return quoted(
        found,
        lines(
            f"{figures.named(found.listing)}: 52-week high {figures.price(span.high)}, low "
            f"{figures.price(span.low)} ({span.basis}); last price {figures.price(found.close)} "
            f"on {found.date}.",
        ),
    )


def _span_range(market: Market, symbol: str, days: tuple[date, date]) -> Draft:
    found = market.days.statistics(symbol, Measure.CLOSE, start=days[0], end=days[1])
    high, low = found.highest, found.lowest
    if high is None or low is None:
        return never_traded(market, symbol)
    return Draft(
        text=lines(
            f"{figures.named(market.directory.listing(symbol))}: highest close "
            f"{figures.price(high.close)} on {high.date}, lowest close {figures.price(low.close)} "
            f"on {low.date} ({found.start} to {found.end}).",
            f"Basis: {found.scope.basis}.",
        ),
        scope=found.scope,
        subjects=(symbol,),
    )
