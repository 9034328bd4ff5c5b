"""Sectors: how they do, in which order, and who belongs to them."""

from collections.abc import Callable, Mapping
from enum import Enum

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import Status
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.sectors import (
    SectorCount,
    SectorMember,
    SectorPerformance,
    SectorTrading,
)
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.spans import period_of
from cse_chat.adapters.analyst.narration.verdicts import verdict

_DEFAULT_ROWS = 5
_BOTH_ENDS = 3
_TRADING = (Cue.VOLUME, Cue.TRADES, Cue.TURNOVER)

_COLUMNS: tuple[Filled[SectorPerformance], ...] = (
    columns.text("sector", "Sector", lambda row: row.sector.name),
    columns.number("value", "Index", lambda row: row.value),
    columns.percent("return_pct", "Over the period", lambda row: row.return_pct),
    columns.percent("change_pct", "On the day", lambda row: row.change_pct),
    columns.count("volume", "Volume", lambda row: row.volume, unit="shares"),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
)
_TRADING_COLUMNS: tuple[Filled[SectorTrading], ...] = (
    columns.text("sector", "Sector", lambda row: row.sector.name),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
    columns.count("volume", "Volume", lambda row: row.volume, unit="shares"),
    columns.count("trades", "Trades", lambda row: row.trades),
    columns.count("sessions", "Sessions", lambda row: row.sessions),
)
_MEMBER_COLUMNS: tuple[Filled[SectorMember], ...] = (
    columns.text("symbol", "Symbol", lambda row: row.listing.label),
    columns.text("name", "Company", lambda row: row.listing.name),
    columns.rupees("close", "Price", lambda row: row.close),
    columns.percent("change_pct", "Change", lambda row: row.change_pct),
    columns.rupees("market_cap", "Market cap", lambda row: row.market_cap, decimals=0),
    columns.day("date", "Of", lambda row: row.date),
    columns.text("status", "Status", lambda row: row.listing.status.value),
)
_COUNT_COLUMNS: tuple[Filled[SectorCount], ...] = (
    columns.text("sector", "Sector", lambda row: row.sector.name),
    columns.count("companies", "Companies", lambda row: row.companies),
    columns.count("active", "Active", lambda row: row.active),
)


def performance(market: Market, request: Request) -> Draft:
    """Answer how one sector or several do: on the day, and over a period."""
    period = period_of(market, request.when)
    asked = period is not None and not (request.when is not None and request.when.is_today)
    over = period if asked and period is not None else Period.this_year()
    rows = [market.sectors.performance(code, over) for code in request.sectors]
    returns = {row.sector.name: row.return_pct for row in rows}
    head = verdict(returns, request.cues) if len(rows) > 1 else ""
    return Draft(
        text=lines(
            head,
            *(performance_sentence(row) for row in rows),
            "The data do not say why it moved." if Cue.WHY in request.cues else "",
        ),
        artifacts=(columns.table("Sectors", _COLUMNS, rows),),
        scope=rows[0].scope,
    )


def performance_sentence(row: SectorPerformance) -> str:
    """Say where the index of a sector stands, and how it did over the period."""
    window = row.scope.window
    over = ""
    if window is not None and row.return_pct != row.change_pct:
        over = (
            f" {figures.percent(row.return_pct)} {figures.span(window)}, from "
            f"{figures.number(row.start_value)} ({window.start})."
        )
    return (
        f"The {row.sector.name} sector index stood at {figures.number(row.value)} on {row.date}, "
        f"{figures.percent(row.change_pct)} on the day;{over} Turnover {figures.money(row.turnover)} "
        f"with crossings."
    )


def sector_ranking(market: Market, request: Request) -> Draft:
    """Answer which sectors did best or worst, or traded most."""
    cues = request.cues
    period = period_of(market, request.when) or Period.day()
    if {Cue.ACTIVE, *_TRADING} & cues:
        return _by_trading(market, request, period)
    found = market.sectors.ranking(period)
    order = _order(cues)
    rows = list(found.rows if order is not _Order.WORST else found.rows[::-1])
    window = found.scope.window
    span = f" ({figures.over(window)})" if window else f" on {found.scope.date}"
    return Draft(
        text=lines(
            f"{order.value}{span}:",
            *(_ranking_row(row) for row in _shown(request, rows, order)),
            "Basis: sector indices of the exchange.",
        ),
        artifacts=(columns.table("Sectors", _COLUMNS, rows),),
        scope=found.scope,
    )


class _Order(Enum):
    """Which sectors are asked for; the value is the title of the list."""

    BEST = "Best sectors"
    WORST = "Worst sectors"
    BOTH = "Best and worst sectors"
    ALL = "Sectors, best first"


def _order(cues: frozenset[Cue]) -> _Order:
    """Return the order that *cues* ask for; "fell most" asks for the worst, "fell least" not."""
    falls = Cue.LOSE in cues and Cue.GAIN not in cues
    rises = Cue.GAIN in cues and Cue.LOSE not in cues
    if Cue.TOP in cues and Cue.BOTTOM in cues:
        # "The weakest" beside "performed" or "lost" says one thing, "best and worst" two.
        return _Order.BOTH
    if falls:
        return _Order.BEST if Cue.BOTTOM in cues and Cue.TOP not in cues else _Order.WORST
    if Cue.BOTTOM in cues:
        return _Order.WORST
    if rises or Cue.TOP in cues:
        return _Order.BEST
    return _Order.BOTH if {Cue.GAIN, Cue.LOSE} <= cues else _Order.ALL


def _shown(
    request: Request, rows: list[SectorPerformance], order: _Order
) -> list[SectorPerformance]:
    if order is _Order.BOTH:
        ends = request.count or _BOTH_ENDS
        return [*rows[:ends], *rows[-ends:]]
    return rows if order is _Order.ALL else rows[: request.count or _DEFAULT_ROWS]


_VALUES: Mapping[Cue, tuple[str, Callable[[SectorTrading], float], Callable[[float], str]]] = {
    Cue.VOLUME: ("volume", lambda row: row.volume, lambda value: f"{figures.whole(value)} shares"),
    Cue.TRADES: ("trades", lambda row: row.trades, lambda value: f"{figures.whole(value)} trades"),
    Cue.TURNOVER: ("turnover", lambda row: row.turnover, figures.money),
}


def _by_trading(market: Market, request: Request, period: Period) -> Draft:
    """Order the sectors by what they traded, added up over the sessions of the period."""
    cue = next((cue for cue in _TRADING if cue in request.cues), Cue.TURNOVER)
    noun, value, say = _VALUES[cue]
    sign = 1 if Cue.BOTTOM in request.cues else -1
    rows = sorted(
        market.sectors.traded(period), key=lambda row: (sign * value(row), row.sector.name)
    )
    window = market.calendar.window(period)
    return Draft(
        text=lines(
            f"Sectors by {noun}, {'least' if sign > 0 else 'most'} first, over "
            f"{figures.counted(rows[0].sessions, 'session')} to {window.end}:",
            *(
                f"{row.sector.name}: {say(value(row))}"
                for row in rows[: request.count or _DEFAULT_ROWS]
            ),
            "Basis: turnover, volume and trades of the sectors with crossings.",
        ),
        artifacts=(columns.table("Sectors", _TRADING_COLUMNS, rows),),
        scope=market.sectors.ranking(period).scope,
    )


def _ranking_row(row: SectorPerformance) -> str:
    return (
        f"{row.sector.name} {figures.percent(row.return_pct)} (index {figures.number(row.value)})"
    )


def members(market: Market, request: Request) -> Draft:
    """Answer which companies a sector has."""
    found = market.sectors.members(request.sectors[0])
    listed = "; ".join(_member(row) for row in found.rows)
    return Draft(
        text=lines(
            f"{found.sector.name} has {figures.counted(len(found.rows), 'company')}: {listed}.",
            "Basis: companies with voting shares; those that no longer trade are marked.",
        ),
        artifacts=(columns.table(f"{found.sector.name}", _MEMBER_COLUMNS, found.rows),),
        scope=found.scope,
        subjects=tuple(row.listing.symbol for row in found.rows),
    )


def _member(row: SectorMember) -> str:
    mark = f", {row.listing.status}" if row.listing.status is Status.INACTIVE else ""
    return f"{row.listing.name} ({row.listing.label}{mark})"


def counts(market: Market, request: Request) -> Draft:
    """Answer how many companies are listed, in all or in a sector."""
    found = market.sectors.counts()
    table = columns.table("Companies by sector", _COUNT_COLUMNS, found.rows)
    chosen = [row for row in found.rows if row.sector.gics_code in request.sectors]
    if chosen:
        parts = [
            f"{row.sector.name} has {figures.counted(row.companies, 'company')} ({row.active} active)"
            for row in chosen
        ]
        text = f"{'; '.join(parts)}."
    else:
        listed = (
            "" if found.listed is None else f" The exchange itself counts {found.listed} listed."
        )
        parts = [f"{row.sector.name} {row.companies}" for row in found.rows]
        text = (
            f"{found.companies} companies in {len(found.rows)} sectors: {'; '.join(parts)}.{listed}"
        )
    return Draft(
        text=lines(text, "Basis: companies with ordinary shares."),
        artifacts=(table,),
        scope=found.scope,
    )
