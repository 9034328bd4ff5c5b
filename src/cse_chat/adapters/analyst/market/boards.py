"""Boards of directors and the names they share."""

import sqlite3
from collections.abc import Iterable
from datetime import date

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError
from cse_chat.adapters.analyst.market.figures import checked_count
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.relations import (
    Board,
    Confidence,
    Interlock,
    Interlocks,
    PersonBoards,
    PersonSeat,
    Seat,
    SharedDirector,
)
from cse_chat.adapters.analyst.market.results.scope import Scope
from cse_chat.adapters.analyst.market.store import Store

BASIS = "directors named in annual reports, machine-read, each with date and confidence"
COLUMNS = "SELECT symbol, person_key, name, title, as_of, confidence, name_unclear FROM seat"
ORDER = ("Chairman", "Deputy Chairman", "Managing Director", "Chief Executive Officer")


class Boards:
    """Seats by company and by name; *symbol* may be any security of the company."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def board(self, symbol: str) -> Board:
        """Give the directors of a company; no rows when its board is not in the data.

        Raises:
            UnknownSymbolError: No such security.
        """
        listing = self._store.directory.company(symbol)
        rows = sorted(self._seats(listing), key=_rank)
        as_of = max((seat.as_of for seat in rows), default=None)
        return Board(listing=listing, rows=tuple(rows), as_of=as_of, scope=self._scope(rows))

    def person(self, person_key: str) -> PersonBoards:
        """Give the boards on which a name sits, by symbol.

        Raises:
            UnknownPersonError: No such name.
        """
        person = self._store.directory.person(person_key)
        query = f"{COLUMNS} WHERE person_key = ? AND name_unclear = 0 ORDER BY symbol"
        rows = [
            PersonSeat(listing=self._store.directory.listing(row["symbol"]), seat=_seat(row))
            for row in self._store.reader.rows(query, (person_key,))
        ]
        return PersonBoards(
            person=person,
            rows=tuple(rows),
            may_be_namesakes=may_be_namesakes(person_key),
            scope=self._scope(row.seat for row in rows),
        )

    def shared(self, first: str, second: str) -> Interlock:
        """Give the names on both boards; unclear names are left out.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: Both are the same company.
        """
        one, two = self._store.directory.company(first), self._store.directory.company(second)
        if one == two:
            raise InvalidArgumentError(f"{one.label} is one company")
        return self._interlock(one, two)

    def interlocks(self, symbol: str, n: int = 10) -> Interlocks:
        """Give the *n* companies (1 to 50) that share most names with one.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: *n* is out of range.
        """
        checked_count(n)
        listing = self._store.directory.company(symbol)
        query = """
            SELECT other.symbol, count(DISTINCT other.person_key) AS names
            FROM seat JOIN seat AS other USING (person_key)
            WHERE seat.symbol = ? AND other.symbol != seat.symbol
              AND seat.name_unclear = 0 AND other.name_unclear = 0
            GROUP BY other.symbol ORDER BY names DESC, other.symbol LIMIT ?
        """
        rows = [
            self._interlock(listing, self._store.directory.listing(other))
            for other, _ in self._store.reader.rows(query, (listing.symbol, n))
        ]
        seats = [shared.first for row in rows for shared in row.rows]
        return Interlocks(listing=listing, rows=tuple(rows), scope=self._scope(seats))

    def _interlock(self, first: Listing, second: Listing) -> Interlock:
        ours, theirs = self._by_person(first), self._by_person(second)
        rows = [
            SharedDirector(
                person_key=key,
                name=max(ours[key].name, theirs[key].name, key=len),
                first=ours[key],
                second=theirs[key],
                may_be_namesakes=may_be_namesakes(key),
            )
            for key in sorted(ours.keys() & theirs.keys())
        ]
        seats = [seat for row in rows for seat in (row.first, row.second)]
        return Interlock(first=first, second=second, rows=tuple(rows), scope=self._scope(seats))

    def _by_person(self, listing: Listing) -> dict[str, Seat]:
        return {seat.person_key: seat for seat in self._seats(listing) if not seat.name_unclear}

    def _seats(self, listing: Listing) -> list[Seat]:
        query = f"{COLUMNS} WHERE symbol = ? ORDER BY name"
        return [_seat(row) for row in self._store.reader.rows(query, (listing.symbol,))]

    def _scope(self, seats: Iterable[Seat]) -> Scope:
        newest = max((seat.as_of for seat in seats), default=None)
        return self._store.report_scope(BASIS, day=newest)


def may_be_namesakes(person_key: str) -> bool:
    """Tell whether a key has too few initials to stand for one person."""
    initials, _, _ = person_key.partition(" ")
    return len(initials) == 1


def _rank(seat: Seat) -> int:
    first, _, _ = seat.title.partition(" / ")
    return ORDER.index(first) if first in ORDER else len(ORDER)


def _seat(row: sqlite3.Row) -> Seat:
    _, person_key, name, title, as_of, confidence, name_unclear = row
    return Seat(
        person_key=person_key,
        name=name,
        title=title,
        as_of=date.fromisoformat(as_of),
        confidence=Confidence(confidence),
        name_unclear=bool(name_unclear),
    )
