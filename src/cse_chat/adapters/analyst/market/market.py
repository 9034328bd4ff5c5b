"""The market: every typed tool over one built file."""

from pathlib import Path
from types import TracebackType
from typing import Self

from cse_chat.adapters.analyst.data.builder import built
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack
from cse_chat.adapters.analyst.data.reader import Reader
from cse_chat.adapters.analyst.market.activity import Activities
from cse_chat.adapters.analyst.market.auditors import Auditors
from cse_chat.adapters.analyst.market.bars import Bars
from cse_chat.adapters.analyst.market.boards import Boards
from cse_chat.adapters.analyst.market.companies import Companies
from cse_chat.adapters.analyst.market.comparisons import Comparisons
from cse_chat.adapters.analyst.market.days import Days
from cse_chat.adapters.analyst.market.histories import Histories
from cse_chat.adapters.analyst.market.indices import Indices
from cse_chat.adapters.analyst.market.movers import Movers
from cse_chat.adapters.analyst.market.networks import Networks
from cse_chat.adapters.analyst.market.ownership import Ownership
from cse_chat.adapters.analyst.market.quotes import Quotes
from cse_chat.adapters.analyst.market.screens import Screens
from cse_chat.adapters.analyst.market.sectors import Sectors
from cse_chat.adapters.analyst.market.store import Store
from cse_chat.adapters.analyst.market.totals import Totals
from cse_chat.adapters.analyst.market.trends import Trends


class Market:
    """Tools by subject; synchronous, safe to call from several threads.

    A tool answers with a frozen result that says what it covers (`scope`), or raises a
    `ToolArgumentError` when its arguments name nothing.
    """

    def __init__(self, reader: Reader) -> None:
        store, bars = Store(reader), Bars(reader)
        self._reader = reader
        self.directory = store.directory
        self.calendar = store.calendar
        self.data_start = store.calendar.first
        self.data_date = store.calendar.last
        self.quotes = Quotes(store, bars)
        self.screens = Screens(store, bars)
        self.movers = Movers(self.screens)
        self.activity = Activities(store)
        self.days = Days(store, bars)
        self.history = Histories(store, bars)
        self.trends = Trends(store, bars)
        self.comparisons = Comparisons(store, self.quotes, self.trends)
        self.sectors = Sectors(store, bars)
        self.indices = Indices(store)
        self.totals = Totals(
            store, bars, indices=self.indices, movers=self.movers, sectors=self.sectors
        )
        self.ownership = Ownership(store)
        self.boards = Boards(store)
        self.network = Networks(store, ownership=self.ownership, boards=self.boards)
        self.auditors = Auditors(store)
        self.companies = Companies(
            store,
            quotes=self.quotes,
            ownership=self.ownership,
            boards=self.boards,
            auditors=self.auditors,
        )

    @classmethod
    def open(cls, folder: Path, pack_folder: Path = SHIPPED) -> Self:
        """Open the market of a pack, building its SQLite file in *folder* when needed.

        Args:
            folder: Made when absent; keeps one file per pack (about 7 MB).
            pack_folder: Compressed tables; those that ship with the product by default.

        Raises:
            MarketDataError: The pack is missing or damaged, or *folder* cannot be written.
        """
        return cls(Reader(built(Pack.open(pack_folder), folder)))

    def close(self) -> None:
        """Close the connections of all threads."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
