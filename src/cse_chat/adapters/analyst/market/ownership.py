"""Who owns whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.relations import (
    ChainLink,
    Confidence,
    ControlChain,
    Holder,
    Holdings,
    Owned,
    Owners,
)
from cse_chat.adapters.analyst.market.results.scope import Scope
from cse_chat.adapters.analyst.market.store import Store

BASIS = "holdings as annual reports state them; percentages are not added up"
CHAIN_BASIS = "the largest direct holder, step by step; percentages are not multiplied"
# Below a fifth a holder is no associate: a chain of control does not go through it. An unlisted
# holder ends the chain, so it is named only when it controls.
SIGNIFICANT_PCT = 20.0
CONTROLLING_PCT = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A row of the table `holding`; `holder_symbol` is None for an unlisted holder."""

    owned: str
    holder: str
    holder_symbol: str | None
    pct: float | None
    is_direct: bool
    confidence: Confidence
    as_of: date | None


class Ownership:
    """Holdings between companies; *symbol* may be any security of the company."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def owners(self, symbol: str) -> Owners:
        """Give the corporate holders of a company.

        Raises:
            UnknownSymbolError: No such security.
        """
        listing = self._store.directory.company(symbol)
        holdings = self._into[listing.symbol]
        holders = [(holding, self._holder(holding)) for holding in holdings]
        return Owners(
            listing=listing,
            rows=tuple(h for holding, h in holders if holding.confidence is not Confidence.LOW),
            doubtful=tuple(h for holding, h in holders if holding.confidence is Confidence.LOW),
            scope=self._scope(BASIS, holdings),
        )

    def holdings(self, symbol: str) -> Holdings:
        """Give the companies that a company holds.

        Raises:
            UnknownSymbolError: No such security.
        """
        listing = self._store.directory.company(symbol)
        out = self._out_of[listing.symbol]
        held = {
            kind: tuple(self._owned(holding) for holding in out if holding.confidence is kind)
            for kind in (Confidence.MINOR, Confidence.LOW)
        }
        return Holdings(
            listing=listing,
            rows=tuple(self._owned(h) for h in out if h.confidence not in held),
            minor=held[Confidence.MINOR],
            doubtful=held[Confidence.LOW],
            unlisted=self._subsidiaries(listing.symbol),
            scope=self._scope(BASIS, out),
        )

    def chain(self, symbol: str) -> ControlChain:
        """Follow the largest direct holder upwards until there is none, or a cycle.

        Raises:
            UnknownSymbolError: No such security.
        """
        listing = owned = self._store.directory.company(symbol)
        links: list[ChainLink] = []
        followed: list[Holding] = []
        seen = {owned.symbol}
        while holding := self.parent_holding(owned.symbol):
            if holding.holder_symbol in seen:
                return self._chain(listing, links, followed, ends_in_cycle=True)
            holder = self._holder(holding)
            links.append(ChainLink(owned=owned, holder=holder))
            followed.append(holding)
            if holder.listing is None:
                break
            owned = holder.listing
            seen.add(owned.symbol)
        return self._chain(listing, links, followed, ends_in_cycle=False)

    def parent(self, symbol: str) -> Holder | None:
        """Give the holder that the chain of control goes to; None when there is none."""
        holding = self.parent_holding(self._store.directory.company(symbol).symbol)
        return self._holder(holding) if holding else None

    def parent_holding(self, symbol: str) -> Holding | None:
        """Choose among the holdings in the company of a voting share.

        A listed direct holder comes first, then a listed group that counts the company among
        its subsidiaries, then an unlisted direct holder.
        """
        known = [h for h in self._into[symbol] if h.confidence is not Confidence.LOW]
        listed = [h for h in known if h.holder_symbol and _is_significant(h)]
        direct = [h for h in listed if h.is_direct]
        unlisted = [h for h in known if not h.holder_symbol and (h.pct or 0) > CONTROLLING_PCT]
        return next(iter(direct or listed or unlisted), None)

    @property
    def all_holdings(self) -> tuple[Holding, ...]:
        """Every holding, by owned company, largest first."""
        return self._holdings

    @cached_property
    def _holdings(self) -> tuple[Holding, ...]:
        query = """
            SELECT owned, holder, holder_symbol, pct, direct, confidence, as_of FROM holding
            ORDER BY owned, pct DESC, holder
        """
        return tuple(
            Holding(
                owned=owned,
                holder=holder,
                holder_symbol=holder_symbol,
                pct=pct,
                is_direct=bool(direct),
                confidence=Confidence(confidence),
                as_of=date.fromisoformat(as_of) if as_of else None,
            )
            for owned, holder, holder_symbol, pct, direct, confidence, as_of in (
                self._store.reader.rows(query)
            )
        )

    @cached_property
    def _into(self) -> defaultdict[str, list[Holding]]:
        into: defaultdict[str, list[Holding]] = defaultdict(list)
        for holding in self._holdings:
            into[holding.owned].append(holding)
        return into

    @cached_property
    def _out_of(self) -> defaultdict[str, list[Holding]]:
        out_of: defaultdict[str, list[Holding]] = defaultdict(list)
        # None sorts after every percentage: a missing one is no 0 % but comes last
        for holding in sorted(self._holdings, key=lambda h: (h.pct is None, -(h.pct or 0))):
            if holding.holder_symbol:
                out_of[holding.holder_symbol].append(holding)
        return out_of

    def _holder(self, holding: Holding) -> Holder:
        symbol = holding.holder_symbol
        listing = self._store.directory.listing(symbol) if symbol else None
        return Holder(
            name=listing.name if listing else holding.holder,
            listing=listing,
            pct=holding.pct,
            is_direct=holding.is_direct,
            confidence=holding.confidence,
            as_of=holding.as_of,
        )

    def _owned(self, holding: Holding) -> Owned:
        listing = self._store.directory.listing(holding.owned)
        return Owned(
            name=listing.name,
            listing=listing,
            pct=holding.pct,
            is_direct=holding.is_direct,
            confidence=holding.confidence,
            as_of=holding.as_of,
        )

    def _subsidiaries(self, symbol: str) -> tuple[Owned, ...]:
        query = "SELECT name, pct FROM subsidiary WHERE symbol = ? ORDER BY pct DESC, name"
        return tuple(
            Owned(
                name=name,
                listing=None,
                pct=pct,
                is_direct=False,
                confidence=Confidence.MEDIUM,
                as_of=None,
            )
            for name, pct in self._store.reader.rows(query, (symbol,))
        )

    def _chain(
        self,
        listing: Listing,
        links: list[ChainLink],
        followed: list[Holding],
        *,
        ends_in_cycle: bool,
    ) -> ControlChain:
        return ControlChain(
            listing=listing,
            links=tuple(links),
            ends_in_cycle=ends_in_cycle,
            scope=self._scope(CHAIN_BASIS, followed),
        )

    def _scope(self, basis: str, holdings: Iterable[Holding]) -> Scope:
        newest = max((h.as_of for h in holdings if h.as_of), default=None)
        return self._store.report_scope(basis, day=newest)


def _is_significant(holding: Holding) -> bool:
    """A listed parent may be named without a figure, in its list of subsidiaries."""
    if holding.pct is None:
        return not holding.is_direct
    return holding.pct >= SIGNIFICANT_PCT
