"""Who audits whom."""

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError
from cse_chat.adapters.analyst.market.results.relations import AuditClients, Auditor
from cse_chat.adapters.analyst.market.store import Store

BASIS = "auditor named in an annual report, whose date is not recorded"


class Auditors:
    """Auditors by company and companies by auditor."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, symbol: str) -> Auditor:
        """Give the auditor of a company, any security of which may be named.

        Raises:
            UnknownSymbolError: No such security.
        """
        directory = self._store.directory
        listing = directory.company(symbol)
        query = "SELECT auditor FROM auditor WHERE symbol = ?"
        rows = self._store.reader.rows(query, (listing.symbol,))
        return Auditor(
            listing=listing,
            auditor=rows[0][0] if rows else None,
            scope=self._store.report_scope(BASIS),
        )

    def clients(self, auditor: str) -> AuditClients:
        """Give the companies of an auditor, as `Directory.auditors` writes it.

        Raises:
            InvalidArgumentError: No company names it.
        """
        query = "SELECT symbol FROM auditor WHERE auditor = ? ORDER BY symbol"
        rows = self._store.reader.rows(query, (auditor,))
        if not rows:
            raise InvalidArgumentError(f"no company names the auditor {auditor!r}")
        return AuditClients(
            auditor=auditor,
            rows=tuple(self._store.directory.listing(symbol) for (symbol,) in rows),
            scope=self._store.report_scope(BASIS),
        )
