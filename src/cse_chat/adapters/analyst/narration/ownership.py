"""Who owns whom, as annual reports state it."""

from collections.abc import Sequence

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.relations import ChainLink, Confidence, Holder, Owned
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.domain.model.artifacts import Table

_NAMED = 12
_PAIR = 2

_COLUMNS: tuple[Filled[Holder | Owned], ...] = (
    columns.text("symbol", "Symbol", lambda row: row.listing.label if row.listing else None),
    columns.text("name", "Company", lambda row: row.name),
    columns.percent("pct", "Share", lambda row: row.pct),
    columns.text("kind", "Holding", lambda row: "direct" if row.is_direct else "group's effective"),
    columns.text("confidence", "Confidence", lambda row: row.confidence.value),
    columns.day("as_of", "Report of", lambda row: row.as_of),
)
_CHAIN_COLUMNS: tuple[Filled[ChainLink], ...] = (
    columns.text("owned", "Company", lambda link: figures.named(link.owned)),
    columns.text("holder", "Largest holder", lambda link: _holder_name(link.holder)),
    columns.percent("pct", "Share", lambda link: link.holder.pct),
    columns.text("confidence", "Confidence", lambda link: link.holder.confidence.value),
    columns.day("as_of", "Report of", lambda link: link.holder.as_of),
)


def is_of_a_pair(request: Request) -> bool:
    """Say whether it is asked if one company owns another, rather than about each."""
    return len(request.companies) == _PAIR and not request.cues & {Cue.WHO, Cue.WHICH, Cue.LIST}


def owners(market: Market, request: Request) -> Draft:
    """Answer who owns a company, or whether another does."""
    if is_of_a_pair(request):
        # "Is X owned by Y" names the owned company first.
        return _stake(market, holder=request.companies[1], owned=request.companies[0])
    found = market.ownership.owners(request.companies[0])
    company = figures.named(found.listing)
    if not found.rows:
        text = f"The data name no corporate holder of {company}."
        if found.doubtful:
            text = f"{text} Doubtful entries: {_list(found.doubtful)}."
        return _drafted(found.listing, text, found.scope.basis, market)
    first = found.rows[0]
    rest = found.rows[1 : (request.count or _NAMED + 1)]
    return Draft(
        text=lines(
            f"The largest corporate holder of {company} is {_holder(first)}.",
            f"Others: {_list(rest)}." if rest else "",
            _attested(found.rows),
            f"Basis: {found.scope.basis}; private persons are left out.",
        ),
        artifacts=(columns.table(f"Owners of {found.listing.label}", _COLUMNS, found.rows),),
        scope=found.scope,
        subjects=_symbols(found.rows),
    )


def holdings(market: Market, request: Request) -> Draft:
    """Answer what a company owns, listed companies first, or whether it owns another."""
    if is_of_a_pair(request):
        return _stake(market, holder=request.companies[0], owned=request.companies[1])
    found = market.ownership.holdings(request.companies[0])
    company = figures.named(found.listing)
    everything = (*found.rows, *found.minor, *found.unlisted)
    if not everything:
        text = f"The data name no holding of {company}."
        if found.doubtful:
            text = f"{text} Doubtful entries: {_list(found.doubtful)}."
        return _drafted(found.listing, text, found.scope.basis, market)
    listed = f"Listed companies held by {company} ({len(found.rows)}): {_list(found.rows)}."
    return Draft(
        text=lines(
            listed
            if found.rows
            else f"{company} holds no listed company, as far as the data know.",
            f"Minor listed holdings: {_list(found.minor[:_NAMED])}." if found.minor else "",
            _unlisted(found.unlisted),
            _attested(everything),
            f"Basis: {found.scope.basis}.",
        ),
        artifacts=(columns.table(f"Holdings of {found.listing.label}", _COLUMNS, everything),),
        scope=found.scope,
        subjects=_symbols(found.rows),
    )


def _stake(market: Market, *, holder: str, owned: str) -> Draft:
    """Answer whether one company holds shares of another."""
    found = market.ownership.owners(owned)
    its = market.directory.company(holder)
    rows = [row for row in (*found.rows, *found.doubtful) if row.listing == its]
    pair = f"{figures.named(its)} among the holders of {figures.named(found.listing)}"
    if rows:
        text = f"Yes: {_list(rows)} of {figures.named(found.listing)}."
    elif reverse := _reverse(market, holder, owned):
        text = f"{reverse} The data do not name {pair}."
    else:
        largest = f" The largest is {_holder(found.rows[0])}." if found.rows else ""
        text = f"No: the data do not name {pair}.{largest}"
    return Draft(
        text=lines(
            text,
            _attested(rows or found.rows) if rows or found.rows else "",
            f"Basis: {found.scope.basis}.",
        ),
        artifacts=(columns.table(f"Owners of {found.listing.label}", _COLUMNS, found.rows),),
        scope=found.scope,
        subjects=(found.listing.symbol, its.symbol),
    )


def _reverse(market: Market, holder: str, owned: str) -> str:
    other = market.directory.company(owned)
    found = market.ownership.owners(holder)
    rows = [row for row in found.rows if row.listing == other]
    return f"{_list(rows)} of {figures.named(found.listing)}." if rows else ""


def chain(market: Market, request: Request) -> Draft:
    """Answer who stands at the top, following the largest direct holder."""
    found = market.ownership.chain(request.companies[0])
    if not found.links:
        text = (
            f"The data name no corporate holder of {figures.named(found.listing)}, so there is no "
            f"chain to follow."
        )
        return _drafted(found.listing, text, found.scope.basis, market)
    top = found.links[-1].holder
    return Draft(
        text=lines(
            f"At the top of the chain above {figures.named(found.listing)} stands "
            f"{_holder_name(top)}{', where it turns in a circle' if found.ends_in_cycle else ''}.",
            *(
                f"{_holder_name(link.holder)} holds {figures.share(link.holder.pct)} of "
                f"{figures.named(link.owned)}."
                for link in found.links
            ),
            _attested([link.holder for link in found.links]),
            f"Basis: {found.scope.basis}; private persons are left out.",
        ),
        artifacts=(_chain_table(found.listing, found.links),),
        scope=found.scope,
        subjects=_symbols([link.holder for link in found.links]),
    )


def _chain_table(listing: Listing, links: Sequence[ChainLink]) -> Table:
    return columns.table(f"Chain above {listing.label}", _CHAIN_COLUMNS, links)


def _drafted(listing: Listing, text: str, basis: str, market: Market) -> Draft:
    return Draft(
        text=lines(text, f"Source: companies' annual reports. Basis: {basis}."),
        scope=market.ownership.owners(listing.symbol).scope,
        subjects=(listing.symbol,),
    )


def _unlisted(rows: Sequence[Owned]) -> str:
    if not rows:
        return ""
    more = len(rows) - _NAMED
    others = f" and {more} more, in the table" if more > 0 else ""
    return f"Unlisted ({len(rows)}): {_list(rows[:_NAMED])}{others}."


def _list(rows: Sequence[Holder | Owned]) -> str:
    return "; ".join(_holder(row) for row in rows)


def _holder(row: Holder | Owned) -> str:
    kind = "" if row.is_direct else ", group's effective interest"
    return f"{_holder_name(row)} {figures.share(row.pct)}{kind}"


def _holder_name(row: Holder | Owned) -> str:
    return figures.named(row.listing) if row.listing is not None else row.name


def _symbols(rows: Sequence[Holder | Owned]) -> tuple[str, ...]:
    return tuple(row.listing.symbol for row in rows if row.listing is not None)


def _attested(rows: Sequence[Holder | Owned]) -> str:
    """Return report dates and confidence of what is shown, best first."""
    dates = sorted({row.as_of for row in rows if row.as_of is not None})
    found = {row.confidence for row in rows}
    levels = [level.value for level in Confidence if level in found]
    reported = "undated"
    if dates:
        reported = f"{dates[0]}" if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return f"Source: companies' annual reports ({reported}), confidence {', '.join(levels)}."
