"""The graph of companies, for groups and ties."""

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from cse_chat.adapters.analyst.market.boards import Boards, may_be_namesakes
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError
from cse_chat.adapters.analyst.market.ownership import Ownership
from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.networks import (
    Connection,
    Group,
    GroupMember,
    Tie,
)
from cse_chat.adapters.analyst.market.results.relations import Confidence
from cse_chat.adapters.analyst.market.store import Store

if TYPE_CHECKING:
    import networkx as nx

GROUP_BASIS = "companies whose largest holders lead to the head of the group"
TIE_BASIS = "holdings of 5 % and more, and directors of the same name"
PAIRS = """
SELECT DISTINCT person_key, seat.symbol, other.symbol FROM seat JOIN seat AS other
USING (person_key) WHERE seat.symbol < other.symbol
  AND seat.name_unclear = 0 AND other.name_unclear = 0 ORDER BY 2, 3, 1
"""


class Networks:
    """Groups and ties; *symbol* may be any security of a company."""

    def __init__(self, store: Store, *, ownership: Ownership, boards: Boards) -> None:
        self._store = store
        self._ownership = ownership
        self._boards = boards

    def group(self, symbol: str) -> Group:
        """Give the listed companies below a company.

        Raises:
            UnknownSymbolError: No such security.
        """
        head = self._store.directory.company(symbol)
        members: list[GroupMember] = []
        level, parents = 1, [head]
        seen = {head.symbol}
        while parents:
            below = [
                GroupMember(listing=child, parent=parent, pct=pct, level=level)
                for parent in parents
                for child, pct in self._children.get(parent.symbol, ())
                if child.symbol not in seen
            ]
            below.sort(key=lambda member: member.listing.symbol)
            seen.update(member.listing.symbol for member in below)
            members += below
            level, parents = level + 1, [member.listing for member in below]
        return Group(head=head, rows=tuple(members), scope=self._store.report_scope(GROUP_BASIS))

    def connection(self, first: str, second: str) -> Connection:
        """Find the shortest way between two companies by holdings and shared directors.

        Raises:
            UnknownSymbolError: No such security.
            InvalidArgumentError: Both are the same company.
        """
        # 0.1 s, and only this question needs it
        import networkx as nx  # noqa: PLC0415 - see above

        one, two = self._store.directory.company(first), self._store.directory.company(second)
        if one == two:
            raise InvalidArgumentError(f"{one.label} is one company")
        try:
            way = nx.shortest_path(self._graph, one.symbol, two.symbol)
        except (nx.NodeNotFound, nx.NetworkXNoPath):
            way = []
        return Connection(
            first=one,
            second=two,
            ties=tuple(self._tie(*step) for step in pairwise(way)),
            scope=self._store.report_scope(TIE_BASIS),
        )

    @cached_property
    def _children(self) -> dict[str, list[tuple[Listing, float | None]]]:
        """The companies whose chain of control goes to a company next."""
        children: dict[str, list[tuple[Listing, float | None]]] = {}
        for owned in sorted({holding.owned for holding in self._ownership.all_holdings}):
            holding = self._ownership.parent_holding(owned)
            if holding and holding.holder_symbol:
                child = (self._store.directory.listing(owned), holding.pct)
                children.setdefault(holding.holder_symbol, []).append(child)
        return children

    @cached_property
    def _graph(self) -> "nx.Graph[str]":
        """Companies tied by a holding that is neither minor nor doubtful, or by directors.

        A name with one initial ties no companies: too many namesakes.
        """
        import networkx as nx  # noqa: PLC0415 - as in connection()

        graph: nx.Graph[str] = nx.Graph()
        for holding in self._ownership.all_holdings:
            if holding.holder_symbol and holding.confidence in {Confidence.HIGH, Confidence.MEDIUM}:
                graph.add_edge(holding.holder_symbol, holding.owned)
        for person_key, first, second in self._store.reader.rows(PAIRS):
            if not may_be_namesakes(person_key):
                graph.add_edge(first, second)
        return graph

    def _tie(self, first: str, second: str) -> Tie:
        """Describe one step; the holder comes first when there is a holding."""
        for holding in self._ownership.all_holdings:
            its = {holding.holder_symbol, holding.owned}
            if its == {first, second} and holding.confidence is not Confidence.LOW:
                return self._described(holding.holder, holding.owned, holds=True, pct=holding.pct)
        return self._described(first, second, holds=False, pct=None)

    def _described(self, first: str, second: str, *, holds: bool, pct: float | None) -> Tie:
        interlock = self._boards.shared(first, second)
        return Tie(
            first=interlock.first,
            second=interlock.second,
            holds=holds,
            pct=pct,
            persons=tuple(row.name for row in interlock.rows),
        )
