"""The market as a whole: indices, breadth, flows, valuation, the day at a glance."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.indices import (
    Breadth,
    Flows,
    Index,
    IndexLevel,
    IndexTrend,
    MarketSummary,
    Valuation,
)
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.rankings import Ranking
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, basis_of, lines
from cse_chat.adapters.analyst.narration.spans import days_of, session_of
from cse_chat.domain.model.artifacts import Series

_MOST_DAYS = 50
_LISTED_DAYS = 15
_DEFAULT_DAYS = 10

_INDICES = {"ASPI": Index.ASPI, "SPSL20": Index.SPSL20}

_LEVEL_COLUMNS: tuple[Filled[IndexLevel], ...] = (
    columns.text("index", "Index", lambda level: level.index.value),
    columns.day("date", "Date", lambda level: level.date),
    columns.number("value", "Value", lambda level: level.value),
    columns.number("change", "Change", lambda level: level.change),
    columns.percent("change_pct", "Change", lambda level: level.change_pct),
    columns.number("low", "Low", lambda level: level.low),
    columns.number("high", "High", lambda level: level.high),
)


def index_of(request: Request) -> Index:
    """Return the index a question names; the all-share index when it names none."""
    return _INDICES[request.indices[0]] if request.indices else Index.ASPI


def _indices_of(request: Request) -> tuple[Index, ...]:
    return tuple(_INDICES[target] for target in request.indices) or (Index.ASPI,)


def index_level(market: Market, request: Request) -> Draft:
    """Answer where an index stands, now or on a day."""
    day = None
    if request.when is not None and not request.when.is_today:
        day = request.when.day
    levels = [market.indices.level(index, day) for index in _indices_of(request)]
    note = ""
    if day is not None and levels[0].date != day:
        note = f"There is no index value of {day}; this is the last one before it."
    return Draft(
        text=lines(
            note,
            *(level_sentence(level) for level in levels),
            "The data do not say why it moved." if Cue.WHY in request.cues else "",
        ),
        artifacts=(columns.table("Index", _LEVEL_COLUMNS, levels),),
        scope=levels[0].scope,
    )


def level_sentence(level: IndexLevel) -> str:
    """Say value and change of an index, with the date."""
    change = ""
    if level.change is not None:
        change = f", {figures.signed(level.change)} ({figures.percent(level.change_pct)})"
    return f"The {level.index} stood at {figures.number(level.value)} on {level.date}{change}."


def index_trend(market: Market, request: Request) -> Draft:
    """Answer how an index did over a period."""
    period = Period.all_stored()
    if request.when is not None and request.when.period is not None:
        period = request.when.period
    trends = [market.indices.trend(index, period) for index in _indices_of(request)]
    return Draft(
        text=lines(
            *(index_trend_sentence(trend) for trend in trends),
            *(
                f"Highest close of the {trend.index} {figures.number(trend.high)} ({trend.high_date}), lowest "
                f"{figures.number(trend.low)} ({trend.low_date})."
                for trend in trends
            ),
            "The data do not say why it moved." if Cue.WHY in request.cues else "",
        ),
        artifacts=(columns.table("Index over the period", _TREND_COLUMNS, trends),),
        scope=trends[0].scope,
    )


_TREND_COLUMNS: tuple[Filled[IndexTrend], ...] = (
    columns.text("index", "Index", lambda trend: trend.index.value),
    columns.day("start", "From", lambda trend: trend.start_date),
    columns.number("start_value", "Value then", lambda trend: trend.start_value),
    columns.day("end", "To", lambda trend: trend.end_date),
    columns.number("end_value", "Value", lambda trend: trend.end_value),
    columns.percent("return_pct", "Change", lambda trend: trend.return_pct),
)


def index_trend_sentence(trend: IndexTrend) -> str:
    """Say the change of an index with both values, their dates and the period."""
    window = trend.scope.window
    label = f" {figures.span(window)}" if window else ""
    return (
        f"The {trend.index}: {figures.percent(trend.return_pct)}{label}, from "
        f"{figures.number(trend.start_value)} ({trend.start_date}) to "
        f"{figures.number(trend.end_value)} ({trend.end_date})."
    )


def index_history(market: Market, request: Request) -> Draft:
    """Answer with the last daily values of an index."""
    found = market.indices.history(index_of(request), _days_wanted(market, request))
    shown = found.rows[-_LISTED_DAYS:]
    return Draft(
        text=lines(
            f"The {found.index}, last {figures.counted(len(found.rows), 'recorded day')}"
            f"{' (the newest here, all in the table)' if len(shown) < len(found.rows) else ''}:",
            *(
                f"{row.date}: {figures.number(row.value)} ({figures.percent(row.change_pct)})"
                for row in shown
            ),
        ),
        artifacts=(
            columns.table(f"Values of the {found.index}", _LEVEL_COLUMNS, found.rows),
            _series(found.index, found.rows),
        ),
        scope=found.scope,
    )


def _days_wanted(market: Market, request: Request) -> int:
    when = request.when
    if when is None or when.count is not None:
        return min((when and when.count) or request.count or _DEFAULT_DAYS, _MOST_DAYS)
    days = days_of(market, when)
    if days is None:
        return _DEFAULT_DAYS
    return max(sum(day >= days[0] for day in market.calendar.last_sessions(_MOST_DAYS)), 1)


def _series(index: Index, rows: tuple[IndexLevel, ...]) -> Series:
    filled = columns.table("", (_LEVEL_COLUMNS[1], _LEVEL_COLUMNS[2]), rows)
    return Series(title=f"{index}", columns=filled.columns, points=filled.rows)


def breadth(market: Market, request: Request) -> Draft:
    """Answer how many shares rose, fell and stayed."""
    session = session_of(market, request.when)
    found = market.totals.breadth(session.date, sector=request.sector)
    return Draft(
        text=lines(
            session.note,
            _breadth_sentence(found, _sector_name(market, request)),
            basis_of(found.scope),
        ),
        artifacts=(columns.table("Market breadth", _BREADTH_COLUMNS, [found]),),
        scope=found.scope,
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
        artifacts=(columns.table("Indices", _LEVEL_COLUMNS, [found.aspi, found.spsl20]),),
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
