"""The days of a span: averages and totals, and the days that stand out."""

from collections.abc import Callable
from datetime import date

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.days import (
    DayFigures,
    Measure,
    RankedDays,
    Statistics,
)
from cse_chat.adapters.analyst.market.results.indices import Index
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.indices import index_of
from cse_chat.adapters.analyst.narration.quotes import never_traded
from cse_chat.adapters.analyst.narration.spans import days_of
from cse_chat.adapters.analyst.narration.trends import adjustment
from cse_chat.domain.model.artifacts import Table

_TABLE_ROWS = 5
_TRADING = (
    (Cue.TURNOVER, Measure.TURNOVER),
    (Cue.VOLUME, Measure.VOLUME),
    (Cue.TRADES, Measure.TRADES),
)
_PRICES = frozenset({Cue.CLOSE, Cue.PRICE, Cue.HIGH, Cue.LOW, Cue.EXPENSIVE, Cue.CHEAP})
_MOVES = frozenset({Cue.GAIN, Cue.LOSE, Cue.CHANGE, Cue.PERFORM})
_DOWN = frozenset({Cue.BOTTOM, Cue.LOW, Cue.CHEAP, Cue.LOSE})

_COLUMNS: tuple[Filled[DayFigures], ...] = (
    columns.day("date", "Date", lambda row: row.date),
    columns.rupees("close", "Close (adjusted)", lambda row: row.close),
    columns.percent("change_pct", "Change", lambda row: row.change_pct),
    columns.count("volume", "Volume", lambda row: row.volume, unit="shares"),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
    columns.count("trades", "Trades", lambda row: row.trades),
)
_INDEX_COLUMNS: tuple[Filled[DayFigures], ...] = (
    columns.day("date", "Date", lambda row: row.date),
    columns.number("close", "Value", lambda row: row.close),
    columns.percent("change_pct", "Change", lambda row: row.change_pct),
)
_MARKET_COLUMNS = (_COLUMNS[0], _COLUMNS[4], _COLUMNS[5])


def statistics(market: Market, request: Request) -> Draft:
    """Answer with the average, the median or the total of a daily figure over a span."""
    subject = _subject(request)
    start, end = _span(market, request)
    asked = [measure for cue, measure in _TRADING if cue in request.cues] or [Measure.CLOSE]
    found = [market.days.statistics(subject, measure, start=start, end=end) for measure in asked]
    first = found[0]
    if not first.days:
        return _nothing(market, subject)
    return Draft(
        text=lines(
            *(
                _statistic(item, measure, subject, request.cues)
                for item, measure in zip(found, asked, strict=True)
            ),
            adjustment(first.actions),
            f"Basis: {first.scope.basis}.",
        ),
        artifacts=(),
        scope=first.scope,
        subjects=() if isinstance(subject, Index) else (subject,),
    )


def _statistic(
    found: Statistics, measure: Measure, subject: str | Index, cues: frozenset[Cue]
) -> str:
    """Say the figures that are asked for, with the days they rest on."""
    say = _printer(measure, subject)
    is_sum = measure is not Measure.CLOSE
    parts = []
    if Cue.TOTAL in cues and not is_sum:
        parts.append("a sum of prices says nothing")
    asks_one = cues & {Cue.AVERAGE, Cue.MEDIAN, Cue.TOTAL}
    if is_sum and (Cue.TOTAL in cues or not asks_one):
        parts.append(f"total {say(found.total)}")
    if Cue.AVERAGE in cues or not asks_one or parts == ["a sum of prices says nothing"]:
        parts.append(f"average {say(found.mean)} a session")
    if Cue.MEDIAN in cues:
        parts.append(f"median {say(found.median)}")
    if found.highest is not None and found.lowest is not None:
        parts.append(f"highest {_valued(found.highest, measure, say)}")
        parts.append(f"lowest {_valued(found.lowest, measure, say)}")
    traded = f"{figures.counted(found.days, 'session')}"
    if found.days < found.sessions:
        traded = f"{traded} with a trade, of {found.sessions}"
    who = figures.named(found.listing) if found.listing else f"The {found.index}"
    return (
        f"{who}, {_noun(measure, subject)} from {found.start} to {found.end} ({traded}): "
        f"{'; '.join(parts)}."
    )


def ranked_days(market: Market, request: Request) -> Draft:
    """Answer on which day something was highest, lowest, or moved or traded most."""
    subject = _subject_or_market(request)
    start, end = _span(market, request)
    measures, descending = _asked(request.cues, subject)
    rows = request.count or _TABLE_ROWS
    found = [
        market.days.ranked(subject, measure, n=rows, descending=descending, start=start, end=end)
        for measure in measures
    ]
    if not found[0].rows:
        return _nothing(market, subject)
    named = request.count or 1
    return Draft(
        text=lines(
            *(
                _best(item, measure, subject, named, descending=descending)
                for item, measure in zip(found, measures, strict=True)
            ),
            adjustment(found[0].actions),
            f"Basis: {found[0].scope.basis}.",
        ),
        artifacts=(_table(found[0], subject),),
        scope=found[0].scope,
        subjects=() if subject is None or isinstance(subject, Index) else (subject,),
    )


def _asked(cues: frozenset[Cue], subject: str | Index | None) -> tuple[list[Measure], bool]:
    """Return the figures that days are ordered by, and whether the largest comes first."""
    trading = [measure for cue, measure in _TRADING if cue in cues]
    descending = not cues & _DOWN or (Cue.TOP in cues and Cue.LOSE not in cues)
    if subject is None:
        trading = [item for item in trading if item is not Measure.VOLUME] or [Measure.TURNOVER]
    if trading and not isinstance(subject, Index):
        return trading, descending
    if cues & _MOVES:
        return [Measure.CHANGE_PCT], not cues & {Cue.LOSE, Cue.BOTTOM} or Cue.GAIN in cues
    if Cue.CHANGE not in cues and cues & _PRICES:
        return [Measure.CLOSE], not cues & _DOWN
    if isinstance(subject, Index):
        return [Measure.CLOSE], descending
    if cues & {Cue.ACTIVE, Cue.TRADED}:
        return [Measure.VOLUME, Measure.TURNOVER], descending
    return [Measure.CLOSE], descending


def _best(
    found: RankedDays,
    measure: Measure,
    subject: str | Index | None,
    count: int,
    *,
    descending: bool,
) -> str:
    say = _printer(measure, subject)
    who = figures.named(found.listing) if found.listing else "The market"
    if isinstance(subject, Index):
        who = f"The {subject}"
    rows = [_valued(row, measure, say) for row in found.rows[:count]]
    return (
        f"{who}: {_extreme(measure, subject, descending=descending)} {'; '.join(rows)} "
        f"(of {figures.counted(found.days, 'recorded day')}, {found.start} to {found.end})."
    )


def _extreme(measure: Measure, subject: str | Index | None, *, descending: bool) -> str:
    if measure is Measure.CHANGE_PCT:
        return "best day by percentage change" if descending else "worst day by percentage change"
    return f"{'highest' if descending else 'lowest'} {_noun(measure, subject)}"


def _noun(measure: Measure, subject: str | Index | None) -> str:
    if isinstance(subject, Index):
        return "closing value"
    return {
        Measure.CLOSE: "closing price",
        Measure.VOLUME: "volume",
        Measure.TURNOVER: "turnover",
        Measure.TRADES: "number of trades",
        Measure.CHANGE_PCT: "change",
    }[measure]


def _valued(row: DayFigures, measure: Measure, say: Callable[[float | None], str]) -> str:
    beside = ""
    if measure is Measure.CHANGE_PCT and row.close is not None:
        beside = f" to {figures.number(row.close)}"
    elif row.change_pct is not None and measure is not Measure.CLOSE:
        beside = f", close {figures.price(row.close)} ({figures.percent(row.change_pct)})"
    return f"{say(row.value(measure))} on {row.date}{beside}"


def _printer(measure: Measure, subject: str | Index | None) -> Callable[[float | None], str]:
    if isinstance(subject, Index) and measure is Measure.CLOSE:
        return figures.number
    return {
        Measure.CLOSE: figures.price,
        Measure.CHANGE_PCT: figures.percent,
        Measure.VOLUME: lambda value: f"{figures.whole(value)} shares",
        Measure.TURNOVER: figures.money,
        Measure.TRADES: lambda value: f"{figures.whole(value)} trades",
    }[measure]


def _table(found: RankedDays, subject: str | Index | None) -> Table:
    filled = _COLUMNS
    if subject is None:
        filled = _MARKET_COLUMNS
    elif isinstance(subject, Index):
        filled = _INDEX_COLUMNS
    return columns.table("Days", filled, found.rows)


def _subject(request: Request) -> str | Index:
    return request.companies[0] if request.companies else index_of(request)


def _subject_or_market(request: Request) -> str | Index | None:
    """Return a company, an index, or None for the trading of the whole market."""
    if request.companies:
        return request.companies[0]
    trades = request.cues & {Cue.VOLUME, Cue.TURNOVER, Cue.TRADES, Cue.ACTIVE}
    return None if trades and not request.indices else index_of(request)


def _span(market: Market, request: Request) -> tuple[date | None, date | None]:
    days = days_of(market, request.when) if request.when is not None else None
    return days or (None, None)


def _nothing(market: Market, subject: str | Index | None) -> Draft:
    if subject is None or isinstance(subject, Index):
        return Draft(text="The data have no figure of those days.")
    found = market.quotes.latest(subject)
    if found is None:
        return never_traded(market, subject)
    return Draft(
        text=f"{figures.named(found.listing)} did not trade on those days; its last trade was on "
        f"{found.date}.",
        scope=found.scope,
        subjects=(subject,),
    )
