"""Movements over time: trends, histories, comparisons."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Action, Bar, History, Period, Trend
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.quotes import never_traded, price_sentence
from cse_chat.adapters.analyst.narration.spans import days_of, period_of
from cse_chat.domain.model.artifacts import Series

_MOST_DAYS = 50
_LISTED_DAYS = 15
_DEFAULT_DAYS = 10


def _label(found: Trend) -> str:
    return figures.span(found.scope.window) if found.scope.window else ""


TREND_COLUMNS: tuple[Filled[Trend], ...] = (
    columns.text("symbol", "Symbol", lambda trend: trend.listing.label),
    columns.text("name", "Company", lambda trend: trend.listing.name),
    columns.text("period", "Period", _label),
    columns.day("start", "From", lambda trend: trend.start_date),
    columns.rupees(
        "start_close", "Close then (adjusted)", lambda trend: trend.start_close_adjusted
    ),
    columns.day("end", "To", lambda trend: trend.end_date),
    columns.rupees("end_close", "Close", lambda trend: trend.end_close),
    columns.percent("return_pct", "Return", lambda trend: trend.return_pct),
)

_BAR_COLUMNS: tuple[Filled[Bar], ...] = (
    columns.day("date", "Date", lambda bar: bar.date),
    columns.rupees("open", "Open", lambda bar: bar.open),
    columns.rupees("high", "High", lambda bar: bar.high),
    columns.rupees("low", "Low", lambda bar: bar.low),
    columns.rupees("close", "Close", lambda bar: bar.close),
    columns.percent("change_pct", "Change", lambda bar: bar.change_pct),
    columns.count("volume", "Volume", lambda bar: bar.volume, unit="shares"),
)

_SERIES_COLUMNS: tuple[Filled[Bar], ...] = (
    _BAR_COLUMNS[0],
    columns.rupees("close", "Adjusted close", lambda bar: bar.adjusted_close),
)


def trend(market: Market, request: Request) -> Draft:
    """Answer how a share did over a period; without one, over a month and the year to date."""
    symbol = request.companies[0]
    period = period_of(market, request.when)
    if period is not None:
        return _trends(market, symbol, (period,), request)
    return _trends(market, symbol, (Period.back(months=1), Period.this_year()), request)


def _trends(market: Market, symbol: str, periods: tuple[Period, ...], request: Request) -> Draft:
    found = [market.trends.of(symbol, period) for period in periods]
    known = [item for item in found if item.return_pct is not None]
    if not known:
        return no_trend(market, found[0])
    first = market.quotes.latest(symbol) if len(periods) > 1 else None
    return Draft(
        text=lines(
            price_sentence(first) if first else "",
            *(trend_sentence(item) for item in known),
            adjustment(known[-1].actions),
            _extremes(known[-1]),
            "The data do not say why it moved." if Cue.WHY in request.cues else "",
            f"Basis: {known[-1].scope.basis}.",
        ),
        artifacts=(columns.table("Return", TREND_COLUMNS, known),),
        scope=known[-1].scope,
        subjects=(symbol,),
    )


def trend_sentence(found: Trend) -> str:
    """Say the return with both closes, their dates and the period."""
    partial = " (the data of it begin later)" if found.partial else ""
    return (
        f"{figures.named(found.listing)}: {figures.percent(found.return_pct)} {_label(found)}{partial}, from "
        f"{figures.price(found.start_close_adjusted)} ({figures.day(found.start_date)}) to "
        f"{figures.price(found.end_close)} ({figures.day(found.end_date)})."
    )


def no_trend(market: Market, found: Trend) -> Draft:
    """Say that a period has no two closes of a security."""
    if found.end_close is None:
        return never_traded(market, found.listing.symbol)
    return Draft(
        text=f"{figures.named(found.listing)} has no two closes to compare in that period; its last "
        f"recorded close in it is {figures.price(found.end_close)} ({figures.day(found.end_date)}).",
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )


def adjustment(actions: tuple[Action, ...]) -> str:
    """Say for which actions figures were adjusted; nothing without any."""
    if not actions:
        return ""
    return f"Adjusted for {figures.joined([figures.action(item) for item in actions])}."


def _extremes(found: Trend) -> str:
    return (
        f"Highest close {figures.price(found.high)} ({figures.day(found.high_date)}), lowest "
        f"{figures.price(found.low)} ({figures.day(found.low_date)})."
    )


def history(market: Market, request: Request) -> Draft:
    """Answer with the recorded days of a share."""
    found = _history(market, request)
    if not found.bars:
        return never_traded(market, found.listing.symbol)
    shown = found.bars if len(found.bars) <= _LISTED_DAYS else ()
    first, last = found.bars[0], found.bars[-1]
    head = (
        f"{figures.named(found.listing)}, {figures.counted(len(found.bars), 'recorded day')} from "
        f"{first.date} to {last.date}:"
    )
    return Draft(
        text=lines(
            head,
            *(f"{bar.date}: close {figures.price(bar.close)}{_moved(bar)}" for bar in shown),
            "" if shown else _first_and_last(first, last),
            _gaps(found),
            adjustment(found.actions) and f"{adjustment(found.actions)[:-1]} in the chart only.",
        ),
        artifacts=(
            columns.table(f"Prices of {found.listing.label}", _BAR_COLUMNS, found.bars),
            _series(found),
        ),
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )


def _history(market: Market, request: Request) -> History:
    symbol, when = request.companies[0], request.when
    if when is not None and when.count is not None:
        return market.history.last(symbol, min(when.count, _MOST_DAYS))
    days = days_of(market, when) if when is not None else None
    if days is not None:
        return market.history.between(symbol, *days)
    return market.history.last(symbol, request.count or _DEFAULT_DAYS)


def _moved(bar: Bar) -> str:
    return "" if bar.change_pct is None else f" ({figures.percent(bar.change_pct)})"


def _first_and_last(first: Bar, last: Bar) -> str:
    return (
        f"From {figures.price(first.close)} ({first.date}) to {figures.price(last.close)} "
        f"({last.date}), closes as recorded; the table has every day."
    )


def _gaps(found: History) -> str:
    parts = []
    if found.more:
        parts.append(f"{figures.counted(found.more, 'earlier day')} of the range left out.")
    if found.untraded:
        parts.append(
            f"No trade on {figures.joined([day.isoformat() for day in found.untraded[:5]])}."
        )
    if found.not_recorded:
        days = figures.joined([day.isoformat() for day in found.not_recorded])
        parts.append(f"Not recorded: {days}.")
    return " ".join(parts)


def _series(found: History) -> Series:
    filled = columns.table("", _SERIES_COLUMNS, found.bars)
    return Series(
        title=f"Adjusted close of {found.listing.label}", columns=filled.columns, points=filled.rows
    )
