"""Sectors: how they do, in which order, and who belongs to them."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import Status
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.sectors import (
    SectorCount,
    SectorMember,
    SectorPerformance,
)
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.spans import period_of

_DEFAULT_ROWS = 5
_BOTH_ENDS = 3

_COLUMNS: tuple[Filled[SectorPerformance], ...] = (
    columns.text("sector", "Sector", lambda row: row.sector.name),
    columns.number("value", "Index", lambda row: row.value),
    columns.percent("return_pct", "Over the period", lambda row: row.return_pct),
    columns.percent("change_pct", "On the day", lambda row: row.change_pct),
    columns.count("volume", "Volume", lambda row: row.volume, unit="shares"),
    columns.rupees("turnover", "Turnover", lambda row: row.turnover, decimals=0),
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
    best = max(rows, key=lambda row: row.return_pct)
    head = f"{best.sector.name} did better." if len(rows) > 1 else ""
    return Draft(
        text=lines(
            head,
            *(_performance_sentence(row) for row in rows),
            "The data do not say why it moved." if Cue.WHY in request.cues else "",
        ),
        artifacts=(columns.table("Sectors", _COLUMNS, rows),),
        scope=rows[0].scope,
    )


def _performance_sentence(row: SectorPerformance) -> str:
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
    period = period_of(market, request.when) or Period.day()
    cues = request.cues
    by_trading = Cue.ACTIVE in cues or bool({Cue.TURNOVER, Cue.VOLUME} & cues)
    best = bool({Cue.TOP, Cue.GAIN} & cues)
    worst = bool({Cue.BOTTOM, Cue.LOSE} & cues) and not (by_trading and best)
    found = market.sectors.ranking(period)
    rows = list(found.rows)
    if by_trading:
        rows.sort(key=lambda row: -(row.volume if Cue.VOLUME in cues else row.turnover))
    ordered = _ordered(request, rows, best=best, worst=worst)
    window = found.scope.window
    span = f" ({figures.over(window)})" if window else f" on {found.scope.date}"
    return Draft(
        text=lines(
            f"{_ranking_title(cues, best=best, worst=worst, by_trading=by_trading)}{span}:",
            *(
                _ranking_row(row, by_trading=by_trading, by_volume=Cue.VOLUME in cues)
                for row in ordered
            ),
            "Basis: sector indices of the exchange; turnover and volume with crossings.",
        ),
        artifacts=(columns.table("Sectors", _COLUMNS, rows[::-1] if worst and not best else rows),),
        scope=found.scope,
    )


def _ordered(
    request: Request, rows: list[SectorPerformance], *, best: bool, worst: bool
) -> list[SectorPerformance]:
    if best and worst:
        ends = request.count or _BOTH_ENDS
        return [*rows[:ends], *rows[-ends:]]
    if best or worst:
        count = request.count or _DEFAULT_ROWS
        # "lost the most" asks for the worst, although it has a cue of the top.
        return rows[:count] if best and not worst else rows[::-1][:count]
    return rows


def _ranking_title(cues: frozenset[Cue], *, best: bool, worst: bool, by_trading: bool) -> str:
    if by_trading:
        return "Sectors by volume" if Cue.VOLUME in cues else "Sectors by turnover"
    if best and worst:
        return "Best and worst sectors"
    return "Worst sectors" if worst else "Best sectors" if best else "Sectors, best first"


def _ranking_row(row: SectorPerformance, *, by_trading: bool, by_volume: bool) -> str:
    if by_trading:
        traded = f"{figures.whole(row.volume)} shares" if by_volume else figures.money(row.turnover)
        return f"{row.sector.name}: {traded} ({figures.percent(row.change_pct)} on the day)"
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
