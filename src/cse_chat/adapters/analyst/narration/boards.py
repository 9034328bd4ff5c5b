"""Directors and auditors, as annual reports name them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.relations import (
    Confidence,
    Interlock,
    PersonBoards,
    PersonSeat,
    Seat,
    SharedDirector,
)
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.domain.model.artifacts import Table

_MOST_PERSONS = 5

_SEAT_COLUMNS: tuple[Filled[Seat], ...] = (
    columns.text("name", "Name", lambda seat: seat.name),
    columns.text("title", "Position", lambda seat: seat.title),
    columns.day("as_of", "Report of", lambda seat: seat.as_of),
    columns.text("confidence", "Confidence", lambda seat: seat.confidence.value),
    columns.text("note", "Note", lambda seat: "name unclear" if seat.name_unclear else None),
)
_PERSON_COLUMNS: tuple[Filled[PersonSeat], ...] = (
    columns.text("symbol", "Symbol", lambda row: row.listing.label),
    columns.text("company", "Company", lambda row: row.listing.name),
    columns.text("name", "Name as printed", lambda row: row.seat.name),
    columns.text("title", "Position", lambda row: row.seat.title),
    columns.day("as_of", "Report of", lambda row: row.seat.as_of),
    columns.text("confidence", "Confidence", lambda row: row.seat.confidence.value),
)
_SHARED_COLUMNS: tuple[Filled[SharedDirector], ...] = (
    columns.text("name", "Name", lambda row: row.name),
    columns.text("first", "Position in the first", lambda row: row.first.title),
    columns.day("first_as_of", "Report of", lambda row: row.first.as_of),
    columns.text("second", "Position in the second", lambda row: row.second.title),
    columns.day("second_as_of", "Report of", lambda row: row.second.as_of),
)
_INTERLOCK_COLUMNS: tuple[Filled[Interlock], ...] = (
    columns.text("symbol", "Symbol", lambda row: row.second.label),
    columns.text("company", "Company", lambda row: row.second.name),
    columns.count("shared", "Shared names", lambda row: len(row.rows)),
    columns.text("names", "Names", lambda row: "; ".join(item.name for item in row.rows)),
)


def directors(market: Market, request: Request) -> Draft:
    """Answer who sits on the board of a company."""
    found = market.boards.board(request.companies[0])
    company = figures.named(found.listing)
    if not found.rows:
        text = f"The data name no directors of {company}."
    else:
        named = "; ".join(_seat(seat) for seat in found.rows)
        text = lines(
            *_officers(found.rows, request.cues),
            f"The board of {company}, {figures.counted(len(found.rows), 'director')} known: {named}.",
            _attested(found.rows),
        )
    return Draft(
        text=text,
        artifacts=(columns.table(f"Board of {found.listing.label}", _SEAT_COLUMNS, found.rows),)
        if found.rows
        else (),
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )


def _officers(seats: Iterable[Seat], cues: frozenset[Cue]) -> Iterator[str]:
    """Yield who holds the office that is asked for, ahead of the whole board."""
    for cue, office in ((Cue.CHAIR, "Chairman"), (Cue.CHIEF, "Chief Executive Officer")):
        if cue not in cues:
            continue
        held = [seat.name for seat in seats if _holds(seat, office)]
        yield f"{office}: {figures.joined(held) or 'not named in the data'}."


def _holds(seat: Seat, office: str) -> bool:
    titles = [title.strip() for title in seat.title.split("/")]
    return office in titles or (office != "Chairman" and "Managing Director" in titles)


def _seat(seat: Seat) -> str:
    unclear = ", name unclear" if seat.name_unclear else ""
    return f"{seat.name} ({seat.title}{unclear})"


def person_boards(market: Market, request: Request) -> Draft:
    """Answer on which boards a person sits; namesakes are kept apart by key."""
    found = [market.boards.person(key) for key in request.persons[:_MOST_PERSONS]]
    several = ""
    if len(request.persons) > 1:
        several = f"{len(request.persons)} people of that name are in the data:"
    return Draft(
        text=lines(_on_board(market, request, found), several, *(_person(item) for item in found)),
        artifacts=tuple(_person_table(item) for item in found),
        scope=found[0].scope,
        subjects=tuple(row.listing.symbol for item in found for row in item.rows),
    )


def _on_board(market: Market, request: Request, found: Sequence[PersonBoards]) -> str:
    """Say whether the person sits on the one board that is asked for."""
    if not request.companies:
        return ""
    listing = market.directory.listing(request.companies[0])
    sits = any(row.listing.base == listing.base for item in found for row in item.rows)
    return f"{'Yes' if sits else 'No'}, as far as the data know, for {figures.named(listing)}."


def _person(found: PersonBoards) -> str:
    seats = "; ".join(f"{figures.named(row.listing)}, {row.seat.title}" for row in found.rows)
    caution = ""
    if found.may_be_namesakes:
        caution = "These seats share the same name with one initial only; they may be namesakes."
    return lines(
        f"{found.person.name} sits on {figures.counted(len(found.rows), 'board')}: {seats}.",
        caution,
        _attested([row.seat for row in found.rows]),
    )


def _person_table(found: PersonBoards) -> Table:
    return columns.table(f"Boards of {found.person.name}", _PERSON_COLUMNS, found.rows)


def shared_directors(market: Market, request: Request) -> Draft:
    """Answer which directors companies have in common: each pair of them, in the order named."""
    # A voting and a non-voting share have one board.
    named = [market.directory.company(symbol).symbol for symbol in request.companies]
    symbols = tuple(dict.fromkeys(named))
    if len(symbols) == 1:
        company = figures.named(market.directory.listing(symbols[0]))
        return Draft(text=f"Both are shares of one company, {company}, which has one board.")
    pairs = [market.boards.shared(first, second) for first, second in combinations(symbols, 2)]
    seats = [seat for pair in pairs for row in pair.rows for seat in (row.first, row.second)]
    return Draft(
        text=lines(*(_in_common(pair) for pair in pairs), _attested(seats) if seats else ""),
        artifacts=tuple(
            columns.table(
                f"Shared directors of {pair.first.label} and {pair.second.label}",
                _SHARED_COLUMNS,
                pair.rows,
            )
            for pair in pairs
            if pair.rows
        ),
        scope=pairs[0].scope,
        subjects=symbols,
    )


def _in_common(found: Interlock) -> str:
    pair = f"{figures.named(found.first)} and {figures.named(found.second)}"
    if not found.rows:
        return f"No: the data show no director on the boards of both {pair}."
    names = figures.joined([_shared(row) for row in found.rows])
    verb = "sits" if len(found.rows) == 1 else "sit"
    return f"Yes: {names} {verb} on the boards of both {pair}."


def _shared(row: SharedDirector) -> str:
    return f"{row.name} (same name, one initial)" if row.may_be_namesakes else row.name


def interlocks(market: Market, request: Request) -> Draft:
    """Answer which companies share directors with one."""
    found = market.boards.interlocks(request.companies[0], request.count or 10)
    company = figures.named(found.listing)
    if not found.rows:
        return Draft(
            text=f"The data show no company that shares a director with {company}.",
            scope=found.scope,
            subjects=(found.listing.symbol,),
        )
    seats = [item.second for row in found.rows for item in row.rows]
    return Draft(
        text=lines(
            f"Companies that share directors with {company}:",
            *(_interlock(row) for row in found.rows),
            _attested(seats),
        ),
        artifacts=(
            columns.table(
                f"Shared directors of {found.listing.label}", _INTERLOCK_COLUMNS, found.rows
            ),
        ),
        scope=found.scope,
        subjects=tuple(row.second.symbol for row in found.rows),
    )


def _interlock(row: Interlock) -> str:
    names = figures.joined([item.name for item in row.rows])
    return f"{figures.named(row.second)}: {len(row.rows)} ({names})"


def auditor(market: Market, request: Request) -> Draft:
    """Answer who audits a company."""
    found = market.auditors.of(request.companies[0])
    company = figures.named(found.listing)
    text = f"The data do not say who audits {company}."
    if found.auditor is not None:
        text = f"{company} is audited by {found.auditor}."
        if request.auditors:
            text = f"{'Yes' if found.auditor in request.auditors else 'No'}: {text}"
    return Draft(
        text=lines(text, f"Source: {found.scope.source}. Basis: {found.scope.basis}."),
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )


def audit_clients(market: Market, request: Request) -> Draft:
    """Answer which companies a firm audits."""
    found = market.auditors.clients(request.auditors[0])
    rows = [row for row in found.rows if request.sector in {None, row.gics_code}]
    names = "; ".join(figures.named(listing) for listing in rows) or "none"
    where = f" in {market.directory.sector(request.sector).name}" if request.sector else ""
    return Draft(
        text=lines(
            f"{found.auditor} audits {figures.counted(len(rows), 'company')}{where}: {names}.",
            f"Source: {found.scope.source}. Basis: {found.scope.basis}.",
        ),
        artifacts=(
            columns.table(
                f"Companies audited by {found.auditor}",
                (
                    columns.text("symbol", "Symbol", lambda row: row.label),
                    columns.text("name", "Company", lambda row: row.name),
                    columns.text("sector", "Sector", lambda row: row.sector),
                ),
                rows,
            ),
        ),
        scope=found.scope,
        subjects=tuple(listing.symbol for listing in rows),
    )


def _attested(seats: Iterable[Seat]) -> str:
    seats = tuple(seats)
    dates = sorted({seat.as_of for seat in seats})
    levels = [level.value for level in Confidence if level in {seat.confidence for seat in seats}]
    reported = f"{dates[0]}" if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return (
        f"Source: companies' annual reports ({reported}), machine-read, confidence "
        f"{', '.join(levels)}."
    )
