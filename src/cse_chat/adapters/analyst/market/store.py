"""The built file with what every tool needs of it: directory, calendar, adjustments."""

from datetime import date

from cse_chat.adapters.analyst.data.reader import Reader
from cse_chat.adapters.analyst.market.adjustments import Adjustments
from cse_chat.adapters.analyst.market.calendar import Calendar
from cse_chat.adapters.analyst.market.directory import Directory
from cse_chat.adapters.analyst.market.results.periods import Action
from cse_chat.adapters.analyst.market.results.scope import DayKind, Scope, Window

EXCHANGE = "Colombo Stock Exchange (www.cse.lk)"
REPORTS = "companies' annual reports"


class Store:
    """What the tools share; immutable once made, so safe to use from several threads."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.directory = Directory(reader)
        rows = reader.rows("SELECT date, kind FROM calendar")
        self.calendar = Calendar({date.fromisoformat(d): DayKind(kind) for d, kind in rows})
        rows = reader.rows("SELECT symbol, ex_date, kind, factor FROM action ORDER BY ex_date")
        actions: dict[str, list[Action]] = {}
        for symbol, ex_date, kind, factor in rows:
            action = Action(
                ex_date=date.fromisoformat(ex_date),
                is_subdivision=kind == "subdivision",
                factor=factor,
            )
            actions.setdefault(symbol, []).append(action)
        self.adjustments = Adjustments({symbol: tuple(a) for symbol, a in actions.items()})

    def market_scope(
        self,
        basis: str,
        *,
        day: date | None = None,
        universe: str = "",
        window: Window | None = None,
    ) -> Scope:
        """Describe figures of the exchange, of the data date unless *day* is given."""
        last = self.calendar.last
        return Scope(
            data_date=last,
            date=day or last,
            source=EXCHANGE,
            basis=basis,
            universe=universe,
            window=window,
        )

    def report_scope(self, basis: str, *, day: date | None = None, universe: str = "") -> Scope:
        """Describe facts of annual reports, *day* being the newest report's date if known."""
        last = self.calendar.last
        return Scope(
            data_date=last, date=day or last, source=REPORTS, basis=basis, universe=universe
        )
