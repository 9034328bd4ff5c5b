"""Companies side by side, or against indices and sectors."""

from collections.abc import Iterator, Sequence

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.indices import IndexTrend
from cse_chat.adapters.analyst.market.results.periods import Period, Trend
from cse_chat.adapters.analyst.market.results.quotes import Compared, Comparison, Quote
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.market.results.sectors import SectorPerformance
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.indices import (
    index_trend_sentence,
    indices_of,
)
from cse_chat.adapters.analyst.narration.quotes import dated_sentence, quote_table
from cse_chat.adapters.analyst.narration.sectors import performance_sentence
from cse_chat.adapters.analyst.narration.spans import period_of, session_of
from cse_chat.adapters.analyst.narration.trends import (
    TREND_COLUMNS,
    adjustment,
    no_trend,
    trend_sentence,
)
from cse_chat.adapters.analyst.narration.verdicts import compared, leader, nobody, verdict

_FIELDS = (
    (Cue.MARKET_CAP, Field.MARKET_CAP),
    (Cue.TURNOVER, Field.TURNOVER),
    (Cue.VOLUME, Field.VOLUME),
    (Cue.TRADES, Field.TRADES),
    (Cue.CHANGE, Field.CHANGE_PCT),
    (Cue.EXPENSIVE, Field.PRICE),
    (Cue.CHEAP, Field.PRICE),
    (Cue.PRICE, Field.PRICE),
    (Cue.CLOSE, Field.PRICE),
    (Cue.SIZE, Field.MARKET_CAP),
)
# Every answer of a session says these of each company.
_ALWAYS_SAID = frozenset({Field.PRICE, Field.CHANGE_PCT})
_HIGHEST = frozenset({Cue.TOP, Cue.EXPENSIVE, Cue.HIGHER})
_LOWEST = frozenset({Cue.BOTTOM, Cue.CHEAP, Cue.LOWER})

# With one of these the returns are compared, of this year or of the last session.
_OF_YEAR = frozenset({Cue.BETTER, Cue.PERFORM, Cue.TREND})
_OF_SESSION = frozenset({Cue.GAIN, Cue.LOSE})


def comparison(market: Market, request: Request) -> Draft:
    """Answer with companies side by side, or against indices and sectors."""
    if request.indices or request.sectors or len(request.companies) == 1:
        return _against(market, request)
    period = _period(market, request)
    if period is not None:
        return _returns(market, request, period)
    return _session(market, request)


def _period(market: Market, request: Request) -> Period | None:
    """Return the period that returns are compared over; None when figures of a session are."""
    when = request.when
    if when is not None and when.period is not None:
        return when.period
    if not request.cues & (_OF_YEAR | _OF_SESSION):
        return None
    default = Period.this_year() if request.cues & _OF_YEAR else Period.day()
    return period_of(market, when) or default


def _returns(market: Market, request: Request, period: Period) -> Draft:
    found = market.comparisons.of(request.companies, period)
    quotes = [row.quote for row in found.rows if row.quote is not None]
    trends = [row.trend for row in found.rows if row.trend is not None]
    return Draft(
        text=lines(
            session_of(market, request.when).note,
            _winner(found, request.cues),
            *(_side(row) for row in found.rows),
            *(index_trend_sentence(trend) for trend in _market(market, request, period)),
            f"Basis: {found.scope.basis}.",
        ),
        artifacts=(quote_table(quotes), columns.table("Return", TREND_COLUMNS, trends)),
        scope=found.scope,
        subjects=request.companies,
    )


def _market(market: Market, request: Request, period: Period) -> list[IndexTrend]:
    """Return the trend of the market where it is named, but by no index."""
    if Cue.MARKET not in request.cues:
        return []
    return [market.indices.trend(index, period) for index in indices_of(request)]


def _winner(found: Comparison, cues: frozenset[Cue]) -> str:
    returns = {
        figures.named(row.listing): row.trend.return_pct
        for row in found.rows
        if row.trend is not None and row.trend.return_pct is not None
    }
    name = leader(returns, cues)
    if name is None or found.scope.window is None:
        return nobody(cues)
    return (
        f"{name} {compared(returns, name, cues)}: {figures.percent(returns[name])} "
        f"{figures.span(found.scope.window)}."
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


def _session(market: Market, request: Request) -> Draft:
    """Put the figures of one session side by side."""
    when = request.when
    if when is not None and when.day is not None and not when.is_today:
        dated = [market.quotes.on(symbol, when.day) for symbol in request.companies]
        quotes = [item.quote for item in dated if item.quote is not None]
        said = [dated_sentence(item) for item in dated]
        scope = dated[0].scope
    else:
        found = market.comparisons.of(request.companies)
        quotes = [row.quote for row in found.rows if row.quote is not None]
        said = [*(_side(row) for row in found.rows), f"Basis: {found.scope.basis}."]
        scope = found.scope
    return Draft(
        text=lines(*_asked(quotes, request.cues), *said),
        artifacts=(quote_table(quotes),) if quotes else (),
        scope=scope,
        subjects=request.companies,
    )


def _asked(quotes: Sequence[Quote], cues: frozenset[Cue]) -> Iterator[str]:
    """Yield the figures that are asked for: whose is highest or lowest, or those of each."""
    fields = list(dict.fromkeys(field for cue, field in _FIELDS if cue in cues))
    ends = [lowest for lowest, said in ((False, _HIGHEST), (True, _LOWEST)) if cues & said]
    for field in fields or [Field.PRICE]:
        if ends:
            yield from (_extreme(quotes, field, lowest=lowest) for lowest in ends)
        elif field not in _ALWAYS_SAID:
            yield f"{field.capitalize()}: {'; '.join(_valued(quote, field) for quote in quotes)}."


def _valued(quote: Quote, field: Field) -> str:
    value = _figure(quote, field)
    said = figures.NOT_RECORDED if value is None else figures.ranked_value(field, value)
    return f"{figures.named(quote.listing)} {said}"


def _extreme(quotes: Sequence[Quote], field: Field, *, lowest: bool) -> str:
    values = {
        figures.named(quote.listing): value
        for quote in quotes
        if (value := _figure(quote, field)) is not None
    }
    if not values:
        return f"The data have no {field} of them."
    best = (min if lowest else max)(values.values())
    leaders = [name for name, value in values.items() if value == best]
    said = figures.ranked_value(field, best)
    if len(leaders) == len(values) > 1:
        return f"They have the same {field}: {said}."
    verb = "has" if len(leaders) == 1 else "have"
    end = "lowest" if lowest else "highest"
    return f"{figures.joined(leaders)} {verb} the {end} {field}: {said}."


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


def _against(market: Market, request: Request) -> Draft:
    """Put the returns of companies beside those of the indices and sectors that are named."""
    period = period_of(market, request.when) or Period.this_year()
    trends = [market.trends.of(symbol, period) for symbol in request.companies]
    known = [trend for trend in trends if trend.return_pct is not None]
    if not known:
        return no_trend(market, trends[0])
    names_market = Cue.MARKET in request.cues or not request.sectors
    named = indices_of(request) if request.indices or names_market else ()
    indices = [market.indices.trend(index, period) for index in named]
    sectors = [market.sectors.performance(code, period) for code in request.sectors]
    return Draft(
        text=lines(
            session_of(market, request.when).note,
            verdict(dict(_sides(known, indices, sectors)), request.cues),
            *(
                trend_sentence(trend) if trend in known else no_trend(market, trend).text
                for trend in trends
            ),
            *(index_trend_sentence(index) for index in indices),
            *(performance_sentence(sector) for sector in sectors),
            *dict.fromkeys(adjustment(trend.actions) for trend in known),
        ),
        artifacts=(columns.table("Return", TREND_COLUMNS, known),),
        scope=known[0].scope,
        subjects=request.companies,
    )


def _sides(
    trends: Sequence[Trend],
    indices: Sequence[IndexTrend],
    sectors: Sequence[SectorPerformance],
) -> Iterator[tuple[str, float]]:
    """Yield the name and the return of each."""
    for trend in trends:
        if trend.return_pct is not None:
            yield figures.named(trend.listing), trend.return_pct
    yield from ((f"The {index.index}", index.return_pct) for index in indices)
    yield from ((f"The {sector.sector.name} sector", sector.return_pct) for sector in sectors)
