"""The market as a whole: breadth, flows, valuation, the day at a glance."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.indices import (
    Breadth,
    Flows,
    FlowsOverPeriod,
    MarketSummary,
    Valuation,
)
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.rankings import Ranking
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, basis_of, lines
from cse_chat.adapters.analyst.narration.indices import LEVEL_COLUMNS, level_sentence
from cse_chat.adapters.analyst.narration.spans import session_of


def breadth(market: Market, request: Request) -> Draft:
    """Answer how many shares rose, fell and stayed, in a session or over a period."""
    when = request.when
    if when is not None and when.day is None and when.period is not None:
        over = market.movers.breadth(when.period, sector=request.sector)
        return _breadth(over, _over_sentence(over, _sector_name(market, request)), "")
    session = session_of(market, request.when)
    found = market.totals.breadth(session.date, sector=request.sector)
    return _breadth(found, _breadth_sentence(found, _sector_name(market, request)), session.note)


def _breadth(found: Breadth, sentence: str, note: str) -> Draft:
    return Draft(
        text=lines(note, sentence, basis_of(found.scope)),
        artifacts=(columns.table("Market breadth", _BREADTH_COLUMNS, [found]),),
        scope=found.scope,
    )


def _over_sentence(found: Breadth, where: str) -> str:
    window = found.scope.window
    span = f" ({figures.over(window)})" if window else ""
    return (
        f"Over the period{span}, {found.up} went up, {found.down} went down and "
        f"{found.unchanged} were unchanged, of {found.traded} ordinary shares{where}."
    )


_BREADTH_COLUMNS: tuple[Filled[Breadth], ...] = (
    columns.day("date", "Date", lambda row: row.scope.date),
    columns.count("up", "Up", lambda row: row.up, unit="shares"),
    columns.count("down", "Down", lambda row: row.down, unit="shares"),
    columns.count("unchanged", "Unchanged", lambda row: row.unchanged, unit="shares"),
    columns.count("traded", "Traded", lambda row: row.traded, unit="shares"),
)


def _sector_name(market: Market, request: Request) -> str:
    return f" in {market.directory.sector(request.sector).name}" if request.sector else ""


def _breadth_sentence(found: Breadth, where: str = "") -> str:
    return (
        f"On {found.scope.date}, {found.up} went up, {found.down} went down and {found.unchanged} "
        f"were unchanged, of {found.traded} ordinary shares{where} that traded."
    )


def flows(market: Market, request: Request) -> Draft:
    """Answer for turnover, trades and foreign and domestic flows of the market."""
    period = _period(request)
    if period is not None:
        return _flows_over(market.totals.flows_over(period), request.cues)
    session = session_of(market, request.when)
    found = market.totals.flows(session.date)
    if found is None:
        return Draft(
            text=lines(session.note, "Turnover and flows of that day are not recorded."),
            scope=market.totals.breadth(session.date).scope,
        )
    return Draft(
        text=lines(session.note, _flows_sentence(found)),
        artifacts=(columns.table("Market flows", _FLOW_COLUMNS, [found]),),
        scope=found.scope,
    )


def _period(request: Request) -> Period | None:
    when = request.when
    if when is not None and when.day is None:
        return when.period
    # An average without a time is one over everything.
    averages = when is None and {Cue.AVERAGE, Cue.TOTAL} & request.cues
    return Period.all_stored() if averages and Cue.AVERAGE in request.cues else None


def _flows_over(found: FlowsOverPeriod, cues: frozenset[Cue]) -> Draft:
    window = found.scope.window
    span = f" ({figures.over(window)})" if window else ""
    side = "buying" if found.net_foreign > 0 else "selling"
    missing = figures.joined([day.isoformat() for day in found.missing])
    average = ""
    if Cue.AVERAGE in cues or {Cue.TURNOVER, Cue.TRADES} & cues:
        average = (
            f"On average {figures.money(found.mean_turnover)} and "
            f"{figures.whole(found.mean_trades)} trades a session."
        )
    return Draft(
        text=lines(
            f"Over {figures.counted(found.days, 'session')}{span}: market turnover "
            f"{figures.money(found.turnover)} in {figures.whole(found.trades)} trades (crossings "
            f"included); net foreign {side} {figures.millions(abs(found.net_foreign))} (purchases "
            f"{figures.millions(found.foreign_purchases)}, sales "
            f"{figures.millions(found.foreign_sales)}).",
            average,
            f"Not recorded and left out: {missing}." if found.missing else "",
            f"Basis: sums over the sessions after {window.start}." if window else "",
        ),
        scope=found.scope,
    )


_FLOW_COLUMNS: tuple[Filled[Flows], ...] = (
    columns.day("date", "Date", lambda row: row.scope.date),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
    columns.count("trades", "Trades", lambda row: row.trades),
    columns.rupees(
        "foreign_purchases", "Foreign purchases", lambda row: row.foreign_purchases, decimals=0
    ),
    columns.rupees("foreign_sales", "Foreign sales", lambda row: row.foreign_sales, decimals=0),
    columns.rupees("net_foreign", "Net foreign", lambda row: row.net_foreign, decimals=0),
)


def _flows_sentence(found: Flows) -> str:
    side = "buying" if found.net_foreign > 0 else "selling"
    return (
        f"Market turnover on {found.scope.date} was {figures.money(found.turnover)} in "
        f"{figures.whole(found.trades)} trades (crossings included); net foreign {side} "
        f"{figures.millions(abs(found.net_foreign))} (purchases "
        f"{figures.millions(found.foreign_purchases)}, sales {figures.millions(found.foreign_sales)})."
    )


def valuation(market: Market, request: Request) -> Draft:
    """Answer for price/earnings, price/book, yield and value of the whole market."""
    session = session_of(market, request.when)
    found = market.totals.valuation(session.date)
    if found is None:
        return Draft(
            text=lines(session.note, "The market's valuation of that day is not recorded."),
            scope=market.totals.breadth(session.date).scope,
        )
    return Draft(
        text=lines(
            session.note,
            f"{valuation_sentence(found)} Market capitalisation of all companies: "
            f"{figures.market_value(found.market_cap)}.",
        ),
        artifacts=(columns.table("Market valuation", _VALUATION_COLUMNS, [found]),),
        scope=found.scope,
    )


_VALUATION_COLUMNS: tuple[Filled[Valuation], ...] = (
    columns.day("date", "Date", lambda row: row.scope.date),
    columns.number("price_earnings", "P/E", lambda row: row.price_earnings),
    columns.number("price_book", "P/BV", lambda row: row.price_book),
    columns.percent("dividend_yield", "Dividend yield", lambda row: row.dividend_yield),
    columns.rupees("market_cap", "Market cap", lambda row: row.market_cap, decimals=0),
)


def valuation_sentence(found: Valuation) -> str:
    """Say the ratios of the whole market, with the date."""
    return (
        f"The market as a whole on {found.scope.date}: P/E {figures.number(found.price_earnings, 1)}, "
        f"P/BV {figures.number(found.price_book, 1)}, dividend yield "
        f"{figures.number(found.dividend_yield, 1)}%."
    )


def summary(market: Market, request: Request) -> Draft:
    """Answer with the day at a glance."""
    session = session_of(market, request.when)
    found = market.totals.summary(session.date)
    return Draft(
        text=lines(
            session.note,
            level_sentence(found.aspi),
            level_sentence(found.spsl20),
            _flows_sentence(found.flows) if found.flows else "",
            _breadth_sentence(found.breadth),
            _leaders("Top gainers", found.gainers),
            _leaders("Top losers", found.losers),
            _sectors(found),
        ),
        artifacts=(columns.table("Indices", LEVEL_COLUMNS, [found.aspi, found.spsl20]),),
        scope=found.scope,
    )


def _leaders(label: str, ranking: Ranking) -> str:
    if not ranking.rows:
        return ""
    parts = [
        f"{figures.named(row.listing)} {figures.percent(row.change_pct)}" for row in ranking.rows
    ]
    return f"{label}: {'; '.join(parts)}."


def _sectors(found: MarketSummary) -> str:
    best, worst = found.best_sector, found.worst_sector
    return (
        f"Best sector {best[0]} {figures.percent(best[1])}, worst {worst[0]} "
        f"{figures.percent(worst[1])}."
    )
