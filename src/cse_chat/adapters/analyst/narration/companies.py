"""A company at a glance, and what it announced."""

from datetime import date
from typing import TypedDict

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.language.slots import MAX_ROWS
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.companies import Announcement, CompanyCard
from cse_chat.adapters.analyst.market.results.listings import Status
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.quotes import price_sentence, quote_table
from cse_chat.adapters.analyst.narration.spans import days_of

_CASH_DIVIDEND = "CASH DIVIDEND"
_ANNOUNCED = 5

_COLUMNS: tuple[Filled[Announcement], ...] = (
    columns.day("date", "Date", lambda row: row.date),
    columns.text("category", "Category", lambda row: row.category.capitalize()),
)


def card(market: Market, request: Request) -> Draft:
    """Answer who a company is."""
    found = market.companies.card(request.companies[0])
    listing = found.listing
    sector = f"is in the sector {listing.sector}" if listing.sector else f"is a {listing.kind}"
    return Draft(
        text=lines(
            f"{figures.named(listing)} {sector}{_registered(found)}.",
            price_sentence(found.quote)
            + f" Market cap {figures.market_value(found.quote.market_cap)}."
            if found.quote
            else "It has no trade in the stored data.",
            _relations(found),
            _other_lines(found),
            _last_announcement(found),
            ""
            if listing.status is Status.ACTIVE and Cue.DETAIL not in request.cues
            else f"Status: {listing.status}.",
        ),
        artifacts=(quote_table([found.quote]),) if found.quote else (),
        scope=found.scope,
        subjects=(listing.symbol,),
    )


def _registered(found: CompanyCard) -> str:
    parts = []
    if found.listed:
        parts.append(f"listed {found.listed}")
    if found.founded:
        parts.append(f"founded {found.founded}")
    if found.isin:
        parts.append(f"ISIN {found.isin}")
    if found.shares_outstanding:
        parts.append(f"{figures.whole(found.shares_outstanding)} shares outstanding")
    if found.beta is not None:
        parts.append(f"beta {figures.number(found.beta)} against the ASPI total return")
    return "".join(f", {part}" for part in parts)


def _relations(found: CompanyCard) -> str:
    parts = []
    if found.parent is not None:
        holder = found.parent.name
        if found.parent.listing is not None:
            holder = figures.named(found.parent.listing)
        dated = f", report of {found.parent.as_of}" if found.parent.as_of else ""
        parts.append(
            f"largest corporate holder {holder} ({figures.share(found.parent.pct)}{dated}, "
            f"confidence {found.parent.confidence})"
        )
    if found.auditor:
        parts.append(f"auditor {found.auditor}")
    if found.directors:
        parts.append(f"{figures.counted(found.directors, 'director')} known")
    return f"From annual reports: {'; '.join(parts)}." if parts else ""


def _other_lines(found: CompanyCard) -> str:
    if not found.other_securities:
        return ""
    names = [f"{item.label} ({item.kind})" for item in found.other_securities]
    return f"Other securities: {figures.joined(names)}."


def _last_announcement(found: CompanyCard) -> str:
    if not found.last_announcements:
        return ""
    newest = found.last_announcements[0]
    return f"Last announcement in the data: {_category(newest)} on {newest.date}."


def sector_of(market: Market, request: Request) -> Draft:
    """Answer in which sector a company is."""
    found = market.companies.card(request.companies[0])
    listing = found.listing
    text = f"{figures.named(listing)} is in the sector {listing.sector}."
    if listing.sector is None:
        text = f"{figures.named(listing)} is a {listing.kind} and has no sector."
    return Draft(text=text, scope=found.scope, subjects=(listing.symbol,))


def dividend(market: Market, request: Request) -> Draft:
    """Answer when a company announced a cash dividend."""
    symbol = request.companies[0]
    found = market.companies.announcements(
        symbol, category=_CASH_DIVIDEND, **_wanted(market, request)
    )
    company = figures.named(found.listing)
    span = f"Announcements in the data run from {found.first} to {found.last}."
    amount = "Dividend amounts are not in the data."
    if not found.rows:
        text = f"The data have no cash dividend announcement of {company}{_of_then(request)}."
        return Draft(text=lines(text, amount, span), scope=found.scope, subjects=(symbol,))
    earlier = [row.date.isoformat() for row in found.rows[1:]]
    return Draft(
        text=lines(
            f"The last cash dividend announcement of {company}{_of_then(request)} was on "
            f"{found.rows[0].date}.",
            f"Before that: {figures.joined(earlier)}." if earlier else "",
            amount,
            span,
        ),
        artifacts=(columns.table("Cash dividend announcements", _COLUMNS, found.rows),),
        scope=found.scope,
        subjects=(symbol,),
    )


def announcements(market: Market, request: Request) -> Draft:
    """Answer with the last announcements of a company."""
    symbol = request.companies[0]
    found = market.companies.announcements(symbol, **_wanted(market, request))
    company = figures.named(found.listing)
    span = (
        f"Announcements in the data run from {found.first} to {found.last}; their texts are not "
        f"in the data."
    )
    if not found.rows:
        return Draft(
            text=lines(f"The data have no announcement of {company}{_of_then(request)}.", span),
            scope=found.scope,
            subjects=(symbol,),
        )
    listed = "; ".join(f"{row.date} {_category(row)}" for row in found.rows)
    return Draft(
        text=lines(f"The last announcements of {company}: {listed}.", span),
        artifacts=(columns.table("Announcements", _COLUMNS, found.rows),),
        scope=found.scope,
        subjects=(symbol,),
    )


class _Wanted(TypedDict, total=False):
    n: int
    start: date
    end: date


def _wanted(market: Market, request: Request) -> _Wanted:
    """Return how many announcements are asked for, and of which days."""
    rows = min(request.count or _ANNOUNCED, MAX_ROWS)
    when = request.when
    if when is None or when.is_today:
        return {"n": rows}
    if when.day is not None:
        return {"n": MAX_ROWS, "start": when.day, "end": when.day}
    days = days_of(market, when)
    return {"n": MAX_ROWS, "start": days[0], "end": days[1]} if days else {"n": rows}


def _of_then(request: Request) -> str:
    return " in that time" if request.when is not None else ""


def _category(row: Announcement) -> str:
    return row.category.capitalize()
