"""Which shares traded most, in a session or over a span of them."""

from datetime import date

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.language.slots import field_of
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.activity import Active
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, basis_of, lines
from cse_chat.adapters.analyst.narration.rankings import NOUNS, USUAL_ROWS, ranked, where
from cse_chat.adapters.analyst.narration.spans import days_of, session_of

_TRADING = frozenset({Cue.TURNOVER, Cue.VOLUME, Cue.TRADES})

_COLUMNS: tuple[Filled[Active], ...] = (
    columns.count("rank", "#", lambda row: row.rank),
    columns.text("symbol", "Symbol", lambda row: row.listing.label),
    columns.text("name", "Company", lambda row: row.listing.name),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
    columns.count("volume", "Volume", lambda row: row.volume, unit="shares"),
    columns.count("trades", "Trades", lambda row: row.trades),
    columns.count("days", "Days traded", lambda row: row.days),
    columns.rupees("close", "Last close", lambda row: row.close),
)


def most_active(market: Market, request: Request) -> Draft:
    """Answer which shares traded most, by turnover unless the question says otherwise."""
    field = field_of(request.cues & _TRADING) or Field.TURNOVER
    when = request.when
    if when is not None and when.day is None and (days := days_of(market, when)):
        return _over(market, request, field, days)
    session = session_of(market, when)
    ranking = market.screens.rank(
        field,
        n=request.count or USUAL_ROWS,
        descending=Cue.BOTTOM not in request.cues,
        sector=request.sector,
        on=session.date,
    )
    return ranked(ranking, note=session.note, where=where(market, request))


def _over(market: Market, request: Request, field: Field, days: tuple[date, date]) -> Draft:
    descending = Cue.BOTTOM not in request.cues
    found = market.activity.rank(
        field,
        *days,
        n=request.count or USUAL_ROWS,
        descending=descending,
        sector=request.sector,
    )
    title = NOUNS[field][0 if descending else 1] + where(market, request)
    say = {Field.TURNOVER: "turnover", Field.VOLUME: "volume", Field.TRADES: "trades"}[field]
    return Draft(
        text=lines(
            f"{title} over {figures.counted(found.sessions, 'session')}, {found.start} to "
            f"{found.end}:",
            *(f"{row.rank}. {_row(row, field)}" for row in found.rows),
            basis_of(found.scope),
        ),
        artifacts=(columns.table(f"{title} ({say})", _COLUMNS, found.rows),),
        scope=found.scope,
        subjects=tuple(row.listing.symbol for row in found.rows),
    )


def _row(row: Active, field: Field) -> str:
    values: dict[Field, float] = {
        Field.TURNOVER: row.turnover,
        Field.VOLUME: row.volume,
        Field.TRADES: row.trades,
    }
    return (
        f"{figures.named(row.listing)} {figures.ranked_value(field, values[field])} in "
        f"{figures.counted(row.days, 'session')}"
    )
