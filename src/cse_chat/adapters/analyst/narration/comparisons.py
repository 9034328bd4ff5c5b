"""Securities side by side, or one against an index or a sector."""

from datetime import date

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.quotes import Compared, Comparison, Quote
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.indices import index_of, index_trend_sentence
from cse_chat.adapters.analyst.narration.quotes import dated_sentence, quote_table
from cse_chat.adapters.analyst.narration.sectors import performance_sentence
from cse_chat.adapters.analyst.narration.spans import period_of
from cse_chat.adapters.analyst.narration.trends import (
    TREND_COLUMNS,
    adjustment,
    no_trend,
    trend_sentence,
)

_FIELDS = (
    (Cue.MARKET_CAP, Field.MARKET_CAP),
    (Cue.TURNOVER, Field.TURNOVER),
    (Cue.VOLUME, Field.VOLUME),
    (Cue.TRADES, Field.TRADES),
    (Cue.EXPENSIVE, Field.PRICE),
    (Cue.CHEAP, Field.PRICE),
    (Cue.PRICE, Field.PRICE),
    (Cue.CLOSE, Field.PRICE),
    (Cue.SIZE, Field.MARKET_CAP),
)

_VERDICTS = frozenset(
    {Cue.TOP, Cue.BOTTOM, Cue.EXPENSIVE, Cue.CHEAP, Cue.SIZE, Cue.HIGHER, Cue.LOWER}
)


def comparison(market: Market, request: Request) -> Draft:
    """Answer with securities side by side, or with one against an index."""
    if len(request.companies) == 1:
        against = _against_sector if request.sectors else _against_index
        return against(market, request)
    if request.when is not None and request.when.day is not None and not request.when.is_today:
        return _on_day(market, request, request.when.day)
    period = period_of(market, request.when)
    if period is None and {Cue.BETTER, Cue.PERFORM} & request.cues:
        period = Period.this_year()
    found = market.comparisons.of(request.companies[:10], period)
    quotes = [row.quote for row in found.rows if row.quote is not None]
    trends = [row.trend for row in found.rows if row.trend is not None]
    tables = (quote_table(quotes),)
    return Draft(
        text=lines(
            "" if period is not None else _leader(found, request.cues),
            "" if period is None else _winner(found),
            *(_side(row) for row in found.rows),
            f"Basis: {found.scope.basis}.",
        ),
        artifacts=(*tables, columns.table("Return", TREND_COLUMNS, trends)) if trends else tables,
        scope=found.scope,
        subjects=tuple(row.listing.symbol for row in found.rows),
    )


def _leader(found: Comparison, cues: frozenset[Cue]) -> str:
    """Say whose figure is highest or lowest, when one is asked for."""
    if not cues & _VERDICTS:
        return ""
    field = next((field for cue, field in _FIELDS if cue in cues), Field.PRICE)
    known = [row.quote for row in found.rows if row.quote is not None]
    values = {
        quote.listing: value for quote in known if (value := _figure(quote, field)) is not None
    }
    if not values:
        return ""
    lowest = bool(cues & {Cue.BOTTOM, Cue.CHEAP, Cue.LOWER})
    best = min(values, key=values.__getitem__) if lowest else max(values, key=values.__getitem__)
    if list(values.values()).count(values[best]) > 1:
        return f"They have the same {field}."
    return (
        f"{figures.named(best)} has the {'lowest' if lowest else 'highest'} {field}: "
        f"{figures.ranked_value(field, values[best])}."
    )


def _figure(quote: Quote, field: Field) -> float | None:
    values: dict[Field, float | None] = {
        Field.MARKET_CAP: quote.market_cap,
        Field.TURNOVER: quote.turnover,
        Field.VOLUME: quote.volume,
        Field.TRADES: quote.trades,
        Field.CHANGE_PCT: quote.change_pct,
        Field.PRICE: quote.close,
    }
    return values[field]


def _on_day(market: Market, request: Request, day: date) -> Draft:
    """Put the closes of one day side by side."""
    dated = [market.quotes.on(symbol, day) for symbol in request.companies]
    quotes = [item.quote for item in dated if item.quote is not None]
    return Draft(
        text=lines(*(dated_sentence(item) for item in dated)),
        artifacts=(quote_table(quotes),) if quotes else (),
        scope=dated[0].scope,
        subjects=request.companies,
    )


def _winner(found: Comparison) -> str:
    best = next((row.trend for row in found.rows if row.listing == found.best), None)
    if best is None or best.scope.window is None:
        return "None did better than all others."
    change = best.return_pct or 0
    word = "gained more" if change > 0 else "lost less" if change else "did not move"
    return (
        f"{figures.named(best.listing)} did better ({word}): {figures.percent(best.return_pct)} "
        f"{figures.span(best.scope.window)}."
    )


def _side(row: Compared) -> str:
    parts = []
    if row.quote is None:
        return f"{figures.named(row.listing)}: no trade in the stored data."
    parts.append(
        f"{figures.named(row.listing)}: {figures.price(row.quote.close)} on {row.quote.date}, "
        f"{figures.percent(row.quote.change_pct)} on the day, volume "
        f"{figures.whole(row.quote.volume)} shares, market cap "
        f"{figures.market_value(row.quote.market_cap)}"
    )
    if row.trend is not None and row.trend.scope.window is not None:
        parts.append(
            f"{figures.percent(row.trend.return_pct)} {figures.span(row.trend.scope.window)} "
            f"({figures.price(row.trend.start_close_adjusted)} to {figures.price(row.trend.end_close)})"
        )
    return f"{'; '.join(parts)}."


def _against_sector(market: Market, request: Request) -> Draft:
    period = period_of(market, request.when) or Period.this_year()
    found = market.trends.of(request.companies[0], period)
    if found.return_pct is None:
        return no_trend(market, found)
    sector = market.sectors.performance(request.sectors[0], period)
    better = figures.named(found.listing)
    if sector.return_pct > found.return_pct:
        better = f"The {sector.sector.name} sector"
    return Draft(
        text=lines(
            f"{better} did better.",
            trend_sentence(found),
            performance_sentence(sector),
            adjustment(found.actions),
        ),
        artifacts=(columns.table("Return", TREND_COLUMNS, [found]),),
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )


def _against_index(market: Market, request: Request) -> Draft:
    period = period_of(market, request.when) or Period.this_year()
    found = market.trends.of(request.companies[0], period)
    if found.return_pct is None:
        return no_trend(market, found)
    index = market.indices.trend(index_of(request), period)
    better = figures.named(found.listing)
    if index.return_pct > found.return_pct:
        better = f"The {index.index}"
    return Draft(
        text=lines(
            f"{better} did better.",
            trend_sentence(found),
            index_trend_sentence(index),
            adjustment(found.actions),
        ),
        artifacts=(columns.table("Return", TREND_COLUMNS, [found]),),
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )
