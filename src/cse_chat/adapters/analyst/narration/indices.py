"""The indices of the market: levels, trends, daily values."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.indices import Index, IndexLevel, IndexTrend
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.spans import days_of
from cse_chat.domain.model.artifacts import Series

_MOST_DAYS = 50
_LISTED_DAYS = 15
_DEFAULT_DAYS = 10

_INDICES = {"ASPI": Index.ASPI, "SPSL20": Index.SPSL20}

LEVEL_COLUMNS: tuple[Filled[IndexLevel], ...] = (
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


def indices_of(request: Request) -> tuple[Index, ...]:
    """Return the indices a question names; the all-share index when it names none."""
    return tuple(_INDICES[target] for target in request.indices) or (Index.ASPI,)


def index_level(market: Market, request: Request) -> Draft:
    """Answer where an index stands, now or on a day."""
    day = None
    if request.when is not None and not request.when.is_today:
        day = request.when.day
    levels = [market.indices.level(index, day) for index in indices_of(request)]
    note = ""
    if day is not None and levels[0].date != day:
        note = f"There is no index value of {day}; this is the last one before it."
    return Draft(
        text=lines(
            note,
            *(level_sentence(level) for level in levels),
            *(_range_sentence(level) for level in levels if {Cue.HIGH, Cue.LOW} & request.cues),
            "The data do not say why it moved." if Cue.WHY in request.cues else "",
        ),
        artifacts=(columns.table("Index", LEVEL_COLUMNS, levels),),
        scope=levels[0].scope,
    )


def _range_sentence(level: IndexLevel) -> str:
    return (
        f"High of the day {figures.number(level.high)}, low {figures.number(level.low)} "
        f"({level.index})."
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
    trends = [market.indices.trend(index, period) for index in indices_of(request)]
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
    """Answer with the daily values of an index: the last ones, or those of a span."""
    index, when = index_of(request), request.when
    days = days_of(market, when) if when is not None and when.count is None else None
    if days is not None:
        found = market.indices.between(index, *days)
    else:
        count = (when and when.count) or request.count or _DEFAULT_DAYS
        found = market.indices.history(index, min(count, _MOST_DAYS))
    shown = found.rows[-_LISTED_DAYS:]
    last = "" if days is not None else "last "
    return Draft(
        text=lines(
            f"The {found.index}, {last}{figures.counted(len(found.rows), 'recorded day')}"
            f"{' (the newest here, all in the table)' if len(shown) < len(found.rows) else ''}:",
            *(
                f"{row.date}: {figures.number(row.value)} ({figures.percent(row.change_pct)})"
                for row in shown
            ),
        ),
        artifacts=(
            columns.table(f"Values of the {found.index}", LEVEL_COLUMNS, found.rows),
            _series(found.index, found.rows),
        ),
        scope=found.scope,
    )


def _series(index: Index, rows: tuple[IndexLevel, ...]) -> Series:
    filled = columns.table("", (LEVEL_COLUMNS[1], LEVEL_COLUMNS[2]), rows)
    return Series(title=f"{index}", columns=filled.columns, points=filled.rows)
