"""Owners, subsidiaries, boards and auditors, as annual reports state them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cse_chat.adapters.analyst.market.results.listings import Listing, Person
from cse_chat.adapters.analyst.market.results.scope import Scope


class Confidence(StrEnum):
    """How well a fact of an annual report is attested."""

    HIGH = "high"  # both companies' reports agree
    MEDIUM = "medium"
    MINOR = "minor"  # a holding below 5 %
    LOW = "low"  # doubtful, or an incomplete title


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who holds shares of a company, or a company of which shares are held.

    `listing` is None for an unlisted company. `pct` is None when the report gives no figure.
    `is_direct` is True when the holding comes from the owned company's list of holders, False
    when the owner's list of subsidiaries states it (a group's effective interest).
    """

    name: str
    listing: Listing | None
    pct: float | None
    is_direct: bool
    confidence: Confidence
    as_of: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder(Party):
    """One who holds shares of a company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Corporate holders of a company, largest first; `doubtful` ones are kept apart."""

    listing: Listing
    rows: tuple[Holder, ...]
    doubtful: tuple[Holder, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned(Party):
    """A company held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a company holds: listed companies in `rows`, others in `unlisted`, largest first."""

    listing: Listing
    rows: tuple[Owned, ...]
    minor: tuple[Owned, ...]
    doubtful: tuple[Owned, ...]
    unlisted: tuple[Owned, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """`holder` holds `pct` percent of `owned`."""

    owned: Listing
    holder: Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChain:
    """From a company upwards along the largest direct holder.

    Empty `links`: no corporate holder is known. `ends_in_cycle` is True when the next holder
    already occurs. Percentages are never multiplied or summed.
    """

    listing: Listing
    links: tuple[ChainLink, ...]
    ends_in_cycle: bool
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person's seat; `name_unclear` marks a printed name that fuses two people."""

    person_key: str
    name: str
    title: str
    as_of: date
    confidence: Confidence
    name_unclear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The directors of a company, chair first; `as_of` is the newest report date among them."""

    listing: Listing
    rows: tuple[Seat, ...]
    as_of: date | None
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeat:
    """A seat seen from the person."""

    listing: Listing
    seat: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBoards:
    """The boards on which a name sits; `may_be_namesakes` asks to say "same name"."""

    person: Person
    rows: tuple[PersonSeat, ...]
    may_be_namesakes: bool
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDirector:
    """A name on both boards; `may_be_namesakes` as in `PersonBoards`."""

    person_key: str
    name: str
    first: Seat
    second: Seat
    may_be_namesakes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlock:
    """Two companies and the names that sit on both boards (possibly none)."""

    first: Listing
    second: Listing
    rows: tuple[SharedDirector, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlocks:
    """The companies that share directors with one, most shared first."""

    listing: Listing
    rows: tuple[Interlock, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Who audits a company; None when the data do not say. The source gives no date."""

    listing: Listing
    auditor: str | None
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditClients:
    """The companies that name an auditor, by symbol."""

    auditor: str
    rows: tuple[Listing, ...]
    scope: Scope
