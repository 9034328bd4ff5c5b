"""Securities, companies, sectors and persons that a question can name."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SecurityKind(StrEnum):
    """The kind of a security, from the letter after the dot of its symbol."""

    VOTING = "voting"  # N
    NON_VOTING = "non-voting"  # X
    RIGHTS = "rights"  # R
    UNIT = "fund unit"  # U


ORDINARY = frozenset({SecurityKind.VOTING, SecurityKind.NON_VOTING})


class Status(StrEnum):
    """Whether a security still trades."""

    ACTIVE = "active"
    THIN = "thin"  # trades on few sessions
    INACTIVE = "delisted or suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One security: a symbol, its company and its sector.

    `label` is what to print: the base for voting shares (`JKH`), the whole symbol for others
    (`HNB.X0000`). `name` is in title case (`John Keells Holdings PLC`). Rights and units have
    no sector. `last_traded` is None when nothing traded in the stored period.
    """

    symbol: str
    base: str
    label: str
    name: str
    kind: SecurityKind
    status: Status
    sector: str | None
    gics_code: str | None
    last_traded: date | None

    @property
    def is_ordinary(self) -> bool:
        """Voting or non-voting share, not a right or a fund unit."""
        return self.kind in ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """A GICS industry group: `gics_code` (four digits) is its key, `aliases` lower case."""

    gics_code: str
    name: str
    aliases: tuple[str, ...]


class AliasKind(StrEnum):
    """What an alias stands for."""

    COMPANY = "company"  # target: symbol
    SECTOR = "sector"  # target: gics_code
    INDEX = "index"  # target: ASPI or SPSL20
    PERSON = "person"  # target: person_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name, lower-case ASCII, of what `target` identifies (see `AliasKind`)."""

    alias: str
    kind: AliasKind
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A director as annual reports print the name.

    `person_key` is initials and surname (`M PANDITHAGE`); persons of the same key may be
    namesakes, above all when it has one initial. `names` are all printed forms, longest first.
    """

    person_key: str
    name: str
    names: tuple[str, ...]
    seats: int
