"""Companies at a glance, and their announcements."""

from datetime import date
from functools import cached_property

from cse_chat.adapters.analyst.market.auditors import Auditors
from cse_chat.adapters.analyst.market.boards import Boards
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.figures import checked_count
from cse_chat.adapters.analyst.market.ownership import Ownership
from cse_chat.adapters.analyst.market.quotes import Quotes
from cse_chat.adapters.analyst.market.results.companies import (
    Announcement,
    Announcements,
    CompanyCard,
)
from cse_chat.adapters.analyst.market.store import Store

DETAILS = "SELECT isin, listed, founded, shares, beta FROM security WHERE symbol = ?"


class Companies:
    """See `CompanyCard` and `Announcements`."""

    def __init__(
        self,
        store: Store,
        *,
        quotes: Quotes,
        ownership: Ownership,
        boards: Boards,
        auditors: Auditors,
    ) -> None:
        self._store = store
        self._quotes = quotes
        self._ownership = ownership
        self._boards = boards
        self._auditors = auditors

    def card(self, symbol: str) -> CompanyCard:
        """Put together what is known of a security and its company.

        Raises:
            UnknownSymbolError: No such security.
        """
        listing = self._store.directory.listing(symbol)
        ((isin, listed, founded, shares, beta),) = self._store.reader.rows(DETAILS, (symbol,))
        siblings = self._store.directory.of_base(listing.base)
        return CompanyCard(
            listing=listing,
            isin=isin,
            listed=listed,
            founded=founded,
            shares_outstanding=shares,
            beta=beta,
            other_securities=tuple(other for other in siblings if other != listing),
            quote=self._quotes.latest(symbol),
            parent=self._ownership.parent(symbol),
            auditor=self._auditors.of(symbol).auditor,
            directors=len(self._boards.board(symbol).rows),
            last_announcements=self._last_announcements(listing.base),
            scope=self._store.market_scope(
                "figures of the exchange; owner, directors and auditor of annual reports"
            ),
        )

    def announcements(
        self,
        symbol: str,
        *,
        category: str | None = None,
        n: int = 10,
        start: date = date.min,
        end: date = date.max,
    ) -> Announcements:
        """Give the last *n* announcements (1 to 50) of a company, newest first.

        Args:
            symbol: Any security of the company.
            category: As `Directory.announcement_categories` writes it; all when None.
            n: Rows; several of one kind on one day are one row.
            start: The first day, included.
            end: The last day, included.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: *n* or *category* cannot be.
        """
        listing = self._store.directory.listing(symbol)
        if category not in {None, *self._store.directory.announcement_categories}:
            raise InvalidArgumentError(f"no announcement is of the category {category!r}")
        query = """
            SELECT date, category, sum(times) OVER () FROM announcement
            WHERE base = ? AND (? IS NULL OR category = ?) AND date BETWEEN ? AND ?
            ORDER BY date DESC, category LIMIT ?
        """
        span = (start.isoformat(), end.isoformat())
        arguments = (listing.base, category, category, *span, checked_count(n))
        rows = self._store.reader.rows(query, arguments)
        first, last = self._announcement_dates
        return Announcements(
            listing=listing,
            category=category,
            rows=tuple(_announcement(day, its) for day, its, _ in rows),
            total=rows[0][2] if rows else 0,
            first=first,
            last=last,
            scope=self._store.market_scope("dates and categories, no texts or amounts", day=last),
        )

    def _last_announcements(self, base: str) -> tuple[Announcement, ...]:
        query = """
            SELECT max(date) AS newest, category FROM announcement WHERE base = ?
            GROUP BY category ORDER BY newest DESC, category
        """
        return tuple(_announcement(*row) for row in self._store.reader.rows(query, (base,)))

    @cached_property
    def _announcement_dates(self) -> tuple[date, date]:
        ((first, last),) = self._store.reader.rows("SELECT min(date), max(date) FROM announcement")
        if first is None:
            raise OutsideDataError(self._store.calendar.first, self._store.calendar.last)
        return date.fromisoformat(first), date.fromisoformat(last)


def _announcement(day: str, category: str) -> Announcement:
    return Announcement(date=date.fromisoformat(day), category=category)
