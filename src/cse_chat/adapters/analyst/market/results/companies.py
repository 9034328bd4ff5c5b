"""A company at a glance, and what it announced."""

from dataclasses import dataclass
from datetime import date

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.quotes import Quote
from cse_chat.adapters.analyst.market.results.relations import Holder
from cse_chat.adapters.analyst.market.results.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The date and category of an announcement; its text and amounts are not in the data."""

    date: date
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """Announcements of a company, newest first.

    `category` is what was asked for (None: all); `first` and `last` bound what is stored.
    """

    listing: Listing
    category: str | None
    rows: tuple[Announcement, ...]
    total: int
    first: date
    last: date
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCard:
    """What the data know of a company.

    `listed` is an ISO date, or a year where only that is known, or None. `quote` is None when
    the security never traded in the stored period. `last_announcements` has the newest one of
    each category, newest first.
    """

    listing: Listing
    isin: str | None
    listed: str | None
    founded: str | None
    shares_outstanding: int | None
    beta: float | None
    other_securities: tuple[Listing, ...]
    quote: Quote | None
    parent: Holder | None
    auditor: str | None
    directors: int
    last_announcements: tuple[Announcement, ...]
    scope: Scope
