"""Names: securities, sectors, aliases, persons."""

import sqlite3
from collections import defaultdict
from datetime import date
from functools import cached_property

from cse_chat.adapters.analyst.data.reader import Reader
from cse_chat.adapters.analyst.market.errors import (
    UnknownPersonError,
    UnknownSectorError,
    UnknownSymbolError,
)
from cse_chat.adapters.analyst.market.results.listings import (
    Alias,
    AliasKind,
    Listing,
    Person,
    Sector,
    SecurityKind,
    Status,
)

LISTINGS = """
SELECT symbol, base, kind, security.name, status, gics_code, sector.name,
       (SELECT max(date) FROM bar WHERE bar.symbol = security.symbol)
FROM security LEFT JOIN sector USING (gics_code) ORDER BY symbol
"""


class Directory:
    """Everything that can be named; read once, kept in memory."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._listings = {row[0]: _listing(row) for row in reader.rows(LISTINGS)}
        self._bases: dict[str, list[Listing]] = defaultdict(list)
        for listing in self._listings.values():
            self._bases[listing.base].append(listing)
        rows = reader.rows("SELECT alias, kind, target FROM alias ORDER BY alias, kind, target")
        self._aliases = tuple(
            Alias(alias=alias, kind=AliasKind(kind), target=target) for alias, kind, target in rows
        )
        rows = reader.rows("SELECT gics_code, name FROM sector ORDER BY name")
        self._sectors = {
            code: Sector(gics_code=code, name=name, aliases=self._sector_aliases(code))
            for code, name in rows
        }

    def listings(self) -> tuple[Listing, ...]:
        """Give all securities by symbol, rights, units and inactive ones included."""
        return tuple(self._listings.values())

    def listing(self, symbol: str) -> Listing:
        """Give the security of a full symbol.

        Raises:
            UnknownSymbolError: There is none.
        """
        if symbol not in self._listings:
            raise UnknownSymbolError(symbol)
        return self._listings[symbol]

    def find(self, symbol: str) -> Listing | None:
        """Find a security by full symbol or base in any case; a base means the voting share."""
        symbol = symbol.upper()
        if symbol in self._listings:
            return self._listings[symbol]
        return next(iter(self.of_base(symbol)), None)

    def of_base(self, base: str) -> tuple[Listing, ...]:
        """Give the securities of a company, voting share first; empty for an unknown base."""
        return tuple(self._bases.get(base, ()))

    def company(self, symbol: str) -> Listing:
        """Give the voting share of the company of *symbol*, by which relations are recorded.

        Raises:
            UnknownSymbolError: There is no such security.
        """
        return self._bases[self.listing(symbol).base][0]

    def sectors(self) -> tuple[Sector, ...]:
        """Give the sectors by name."""
        return tuple(self._sectors.values())

    def sector(self, gics_code: str) -> Sector:
        """Give the sector of a code.

        Raises:
            UnknownSectorError: There is none.
        """
        if gics_code not in self._sectors:
            raise UnknownSectorError(gics_code)
        return self._sectors[gics_code]

    def aliases(self) -> tuple[Alias, ...]:
        """Give the other names of companies, sectors, indices and persons."""
        return self._aliases

    def persons(self) -> tuple[Person, ...]:
        """Give the directors by key; names that fuse two people are left out."""
        return tuple(self._persons.values())

    def person(self, person_key: str) -> Person:
        """Give the director of a key.

        Raises:
            UnknownPersonError: There is none.
        """
        if person_key not in self._persons:
            raise UnknownPersonError(person_key)
        return self._persons[person_key]

    def auditors(self) -> tuple[str, ...]:
        """Give the auditing firms by name."""
        rows = self._reader.rows("SELECT DISTINCT auditor FROM auditor ORDER BY auditor")
        return tuple(auditor for (auditor,) in rows)

    @cached_property
    def announcement_categories(self) -> tuple[str, ...]:
        """The categories of announcements by name."""
        rows = self._reader.rows("SELECT DISTINCT category FROM announcement ORDER BY category")
        return tuple(category for (category,) in rows)

    @cached_property
    def _persons(self) -> dict[str, Person]:
        names: dict[str, list[str]] = defaultdict(list)
        query = "SELECT person_key, name FROM seat WHERE name_unclear = 0 ORDER BY person_key"
        for key, name in self._reader.rows(query):
            names[key].append(name)
        return {key: _person(key, printed) for key, printed in names.items()}

    def _sector_aliases(self, code: str) -> tuple[str, ...]:
        return tuple(
            alias.alias
            for alias in self._aliases
            if alias.kind is AliasKind.SECTOR and alias.target == code
        )


def _listing(row: sqlite3.Row) -> Listing:
    symbol, base, kind, name, status, gics_code, sector, last_traded = row
    return Listing(
        symbol=symbol,
        base=base,
        label=base if kind == SecurityKind.VOTING else symbol,
        name=name,
        kind=SecurityKind(kind),
        status=Status(status),
        sector=sector,
        gics_code=gics_code,
        last_traded=date.fromisoformat(last_traded) if last_traded else None,
    )


def _person(key: str, printed: list[str]) -> Person:
    names = tuple(sorted(set(printed), key=lambda name: (-len(name), name)))
    return Person(person_key=key, name=names[0], names=names, seats=len(printed))
