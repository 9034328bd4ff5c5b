"""Securities in order, or those that meet a condition."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.language.slots import MAX_ROWS, Bounds, condition_of, field_of
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.rankings import Condition, Field, Ranked, Ranking
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, basis_of, lines
from cse_chat.adapters.analyst.narration.spans import Session, session_of
from cse_chat.domain.model.artifacts import Table

USUAL_ROWS = 5
_TIES_NAMED = 5

_DAY_COLUMNS: tuple[Filled[Ranked], ...] = (
    columns.count("rank", "#", lambda row: row.rank),
    columns.text("symbol", "Symbol", lambda row: row.listing.label),
    columns.text("name", "Company", lambda row: row.listing.name),
    columns.rupees("close", "Price", lambda row: row.close),
    columns.percent("change_pct", "Change", lambda row: row.change_pct),
    columns.count("volume", "Volume", lambda row: row.volume, unit="shares"),
    columns.count("trades", "Trades", lambda row: row.trades),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
    columns.rupees("market_cap", "Market cap", lambda row: row.market_cap, decimals=0),
)
_PERIOD_COLUMNS: tuple[Filled[Ranked], ...] = (
    *_DAY_COLUMNS[:4],
    columns.rupees("start_close", "Close then (adjusted)", lambda row: row.start_close),
    columns.percent("return_pct", "Return", lambda row: row.return_pct),
    columns.percent("change_pct", "Change on the day", lambda row: row.change_pct),
)

NOUNS = {
    Field.PRICE: ("Highest price", "Lowest price"),
    Field.CHANGE: ("Largest rise", "Largest fall"),
    Field.CHANGE_PCT: ("Top gainers", "Top losers"),
    Field.VOLUME: ("Highest volume", "Lowest volume"),
    Field.VOLUME_INCL_CROSSINGS: ("Highest volume", "Lowest volume"),
    Field.TRADES: ("Most trades", "Fewest trades"),
    Field.TURNOVER: ("Highest turnover", "Lowest turnover"),
    Field.MARKET_CAP: ("Largest by market cap", "Smallest by market cap"),
    Field.RETURN: ("Best return", "Worst return"),
}


def movers(market: Market, request: Request) -> Draft:
    """Answer which shares rose or fell most, on a day or over a period."""
    cues = request.cues
    losers = bool({Cue.LOSE, Cue.BOTTOM} & cues)
    gainers = bool({Cue.GAIN, Cue.TOP} & cues) and not (Cue.LOSE in cues and Cue.GAIN not in cues)
    if losers and gainers:
        up, down = _moved(market, request, up=True), _moved(market, request, up=False)
        return Draft(
            text=lines(up.text, down.text),
            artifacts=up.artifacts + down.artifacts,
            scope=up.scope,
            subjects=up.subjects + down.subjects,
        )
    return _moved(market, request, up=not losers)


def _moved(market: Market, request: Request, *, up: bool) -> Draft:
    count = request.count or USUAL_ROWS
    when = request.when
    if when is not None and when.day is None and when.period is not None:
        ranking = market.screens.rank(
            Field.RETURN, n=count, descending=up, sector=request.sector, period=when.period
        )
        return ranked(ranking, where=where(market, request))
    session = session_of(market, when)
    rank = market.movers.gainers if up else market.movers.losers
    ranking = rank(n=count, sector=request.sector, on=session.date)
    if not ranking.rows:
        return _nothing_moved(ranking, session.note, up=up)
    return ranked(ranking, note=session.note, where=where(market, request))


def _nothing_moved(ranking: Ranking, note: str, *, up: bool) -> Draft:
    word = "rose" if up else "fell"
    return Draft(
        text=lines(note, f"No share {word} on {ranking.scope.date}.", basis_of(ranking.scope)),
        scope=ranking.scope,
    )


def ranking(market: Market, request: Request) -> Draft:
    """Answer which shares are dearest, cheapest, largest or smallest."""
    session = _session(market, request)
    field = field_of(request.cues) or Field.MARKET_CAP
    ascending = bool({Cue.BOTTOM, Cue.CHEAP} & request.cues)
    found = market.screens.rank(
        field,
        n=request.count or USUAL_ROWS,
        descending=not ascending,
        sector=request.sector,
        on=session.date,
    )
    return ranked(
        found,
        note=session.note,
        where=where(market, request),
    )


def screen(market: Market, request: Request) -> Draft:
    """Answer which shares lie above or below a threshold."""
    when = request.when
    period = when.period if when is not None and when.day is None else None
    condition = _condition(request, over_period=period is not None)
    if condition.field is not Field.RETURN:
        period = None
    session = session_of(market, when)
    descending = condition.above is not None and (condition.below is None or condition.above >= 0)
    if {Cue.CHEAP, Cue.BOTTOM, Cue.TOP} & request.cues:
        # "The cheapest", "the worst" say themselves which come first.
        descending = not {Cue.CHEAP, Cue.BOTTOM} & request.cues
    found = market.screens.rank(
        condition.field,
        n=request.count or MAX_ROWS,
        descending=descending,
        sector=request.sector,
        conditions=(condition,),
        period=period,
        on=None if period else session.date,
    )
    number = figures.counted(found.total, "share") if found.total else "No share"
    head = f"{number}{where(market, request)} with {_bounds(condition)}"
    if len(found.rows) < found.total:
        head = f"{head} (the first {len(found.rows)} are shown)"
    return Draft(
        text=lines(
            session.note,
            f"{head}{':' if found.rows else '.'}",
            *(_row(row, found.field) for row in found.rows),
            basis_of(found.scope),
        ),
        artifacts=(_table(found, "Shares found"),) if found.rows else (),
        scope=found.scope,
        subjects=tuple(row.listing.symbol for row in found.rows),
    )


def _condition(request: Request, *, over_period: bool) -> Condition:
    return condition_of(request.bounds or Bounds(), request.cues, over_period=over_period)


def _bounds(condition: Condition) -> str:
    parts = [
        f"{word} {figures.ranked_value(condition.field, value)}"
        for word, value in (("above", condition.above), ("below", condition.below))
        if value is not None
    ]
    return f"{condition.field} {' and '.join(parts)}"


def _session(market: Market, request: Request) -> Session:
    """Return the session of a ranking: of a period the last one, and a note that says so."""
    when = request.when
    if when is None or when.day is not None or when.period is None:
        return session_of(market, when)
    last = market.calendar.window(when.period).end
    return Session(last, f"Ranked for the session of {last}, the last of that time, not over it.")


def where(market: Market, request: Request) -> str:
    """Return the sector a list is narrowed to, as the end of its title."""
    if request.sector is None:
        return ""
    return f" in {market.directory.sector(request.sector).name}"


def ranked(found: Ranking, *, note: str = "", where: str = "") -> Draft:
    """Put a ranking into words, *where* being the end of its title."""
    title = _title(found) + where
    return Draft(
        text=lines(
            note,
            f"{title}{_when(found)}:",
            *(f"{row.rank}. {_row(row, found.field)}" for row in found.rows),
            _ties(found),
            basis_of(found.scope),
        ),
        artifacts=(_table(found, title),),
        scope=found.scope,
        subjects=tuple(row.listing.symbol for row in found.rows),
    )


def _title(found: Ranking) -> str:
    highest, lowest = NOUNS[found.field]
    return highest if found.descending else lowest


def _when(found: Ranking) -> str:
    window = found.scope.window
    return f" ({figures.over(window)})" if window else f" on {found.scope.date}"


def _row(row: Ranked, field: Field) -> str:
    name, value = figures.named(row.listing), figures.ranked_value(field, row.value)
    match field:
        case Field.CHANGE_PCT:
            return f"{name} {value} to {figures.price(row.close)}"
        case Field.RETURN:
            return f"{name} {value}, {figures.price(row.start_close)} to {figures.price(row.close)}"
        case Field.PRICE:
            return f"{name} {value} ({figures.percent(row.change_pct)})"
        case _:
            return (
                f"{name} {value} at {figures.price(row.close)} ({figures.percent(row.change_pct)})"
            )


def _ties(found: Ranking) -> str:
    if not found.tied:
        return ""
    names = [figures.named(listing) for listing in found.tied[:_TIES_NAMED]]
    more = len(found.tied) - len(names)
    others = f" and {more} more" if more else ""
    return f"Tied with the last and left out: {'; '.join(names)}{others}."


def _table(found: Ranking, title: str) -> Table:
    filled = _PERIOD_COLUMNS if found.field is Field.RETURN else _DAY_COLUMNS
    return columns.table(title, filled, found.rows)
