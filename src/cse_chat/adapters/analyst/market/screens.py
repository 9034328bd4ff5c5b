"""Rankings and filters over the securities that traded in a session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cse_chat.adapters.analyst.market.bars import Bars, RecordedDay
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError
from cse_chat.adapters.analyst.market.figures import checked_count, percent_change
from cse_chat.adapters.analyst.market.results.listings import ORDINARY, SecurityKind
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.rankings import Condition, Field, Ranked, Ranking
from cse_chat.adapters.analyst.market.results.scope import Window
from cse_chat.adapters.analyst.market.store import Store

VALUES: Mapping[Field, Callable[[RecordedDay], float | None]] = {
    Field.PRICE: lambda row: row.close,
    Field.CHANGE: lambda row: row.change,
    Field.CHANGE_PCT: lambda row: row.change_pct,
    Field.VOLUME: lambda row: row.volume,
    Field.VOLUME_INCL_CROSSINGS: lambda row: row.volume_incl_crossings,
    Field.TRADES: lambda row: row.trades,
    Field.TURNOVER: lambda row: row.turnover,
    Field.MARKET_CAP: lambda row: row.market_cap,
}
BASES: Mapping[Field, str] = {
    Field.PRICE: "closing price per share",
    Field.CHANGE: "change against the previous close",
    Field.CHANGE_PCT: "change in percent of the previous close",
    Field.VOLUME: "shares traded on the normal board, crossings left out",
    Field.VOLUME_INCL_CROSSINGS: "shares traded, crossings included",
    Field.TRADES: "trades on the normal board, crossings left out",
    Field.TURNOVER: "turnover in LKR on the normal board, crossings left out",
    Field.MARKET_CAP: "market value of the security line, voting and non-voting shares apart",
    Field.RETURN: "change of the closing price, adjusted for corporate actions, without dividends",
}
NOUNS: Mapping[SecurityKind, str] = {
    SecurityKind.VOTING: "voting shares",
    SecurityKind.NON_VOTING: "non-voting shares",
    SecurityKind.RIGHTS: "rights",
    SecurityKind.UNIT: "fund units",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A security's day with the adjusted close at the start of the period, if any."""

    row: RecordedDay
    start_close: float | None

    @property
    def return_pct(self) -> float | None:
        """The adjusted return in percent."""
        if self.start_close is None:
            return None
        return percent_change(self.start_close, self.row.close)

    def value(self, field: Field) -> float | None:
        """Give the figure of *field*."""
        return self.return_pct if field is Field.RETURN else VALUES[field](self.row)

    def meets(self, condition: Condition) -> bool:
        """Tell whether the figure is known and strictly between the bounds."""
        value = self.value(condition.field)
        if value is None:
            return False
        above = condition.above is None or value > condition.above
        below = condition.below is None or value < condition.below
        return above and below


class Screens:
    """See `Ranking`."""

    def __init__(self, store: Store, bars: Bars) -> None:
        self._store = store
        self._bars = bars

    def rank(
        self,
        field: Field,
        *,
        n: int = 10,
        descending: bool = True,
        sector: str | None = None,
        kind: SecurityKind | None = None,
        conditions: Sequence[Condition] = (),
        period: Period | None = None,
        on: date | None = None,
    ) -> Ranking:
        """Order the securities that meet all *conditions* by *field*.

        Args:
            field: What is ranked; `RETURN` needs *period*.
            n: Rows, 1 to 50.
            descending: Largest first.
            sector: A GICS code; all sectors when None.
            kind: The securities meant; voting and non-voting shares when None.
            conditions: Each keeps the rows strictly between its bounds.
            period: Over which returns are measured; its end replaces *on*.
            on: The session, the last one when None.

        Raises:
            UnknownSectorError: No such sector.
            InvalidArgumentError: *n*, *on* or the combination cannot be.
            OutsideDataError: The period lies outside the data.
        """
        checked_count(n)
        fields = {field, *(condition.field for condition in conditions)}
        if (Field.RETURN in fields) != (period is not None):
            raise InvalidArgumentError("a return needs a period, and a period a return")
        if period and on:
            raise InvalidArgumentError("a ranking is over a period or of a day, not both")
        window = self._store.calendar.window(period) if period else None
        day = window.end if window else self._store.calendar.checked_session(on)
        kinds = frozenset({kind}) if kind else ORDINARY
        candidates = self._candidates(day, sector, kinds, window)
        found = [
            (value, candidate)
            for candidate in candidates
            if (value := candidate.value(field)) is not None
            and all(candidate.meets(condition) for condition in conditions)
        ]
        sign = -1 if descending else 1
        found.sort(key=lambda pair: (sign * pair[0], pair[1].row.symbol))
        return Ranking(
            field=field,
            descending=descending,
            rows=tuple(
                self._ranked(rank, value, candidate)
                for rank, (value, candidate) in enumerate(found[:n], start=1)
            ),
            total=len(found),
            tied=tuple(
                self._store.directory.listing(candidate.row.symbol)
                for value, candidate in found[n:]
                if value == found[n - 1][0]
            ),
            scope=self._store.market_scope(
                BASES[field],
                day=day,
                universe=self._universe(day, sector, kind, window),
                window=window,
            ),
        )

    def _candidates(
        self, day: date, sector: str | None, kinds: frozenset[SecurityKind], window: Window | None
    ) -> list[Candidate]:
        """Give the securities that traded on *day*, with their returns over *window*."""
        directory = self._store.directory
        if sector is not None:
            directory.sector(sector)
        starts = self._bars.closes_at_or_before(window.start) if window else {}
        candidates = []
        for row in self._bars.of_session(day):
            listing = directory.listing(row.symbol)
            if listing.kind not in kinds or (sector and sector != listing.gics_code):
                continue
            start_close = None
            if row.symbol in starts:
                start_day, close = starts[row.symbol]
                start_close = close / self._store.adjustments.factor(row.symbol, start_day, day)
            candidates.append(Candidate(row=row, start_close=start_close))
        return candidates

    def _ranked(self, rank: int, value: float, candidate: Candidate) -> Ranked:
        row, start_close = candidate.row, candidate.start_close
        return Ranked(
            rank=rank,
            listing=self._store.directory.listing(row.symbol),
            value=value,
            date=row.date,
            close=row.close,
            change=row.change,
            change_pct=row.change_pct,
            volume=row.volume,
            volume_incl_crossings=row.volume_incl_crossings,
            trades=row.trades,
            turnover=row.turnover,
            market_cap=row.market_cap,
            start_close=None if start_close is None else round(start_close, 4),
            return_pct=candidate.return_pct,
        )

    def _universe(
        self, day: date, sector: str | None, kind: SecurityKind | None, window: Window | None
    ) -> str:
        shares = NOUNS[kind] if kind else "ordinary shares (voting and non-voting)"
        if sector is not None:
            shares += f" of the sector {self._store.directory.sector(sector).name}"
        listed = f" and were listed by {window.start}" if window else ""
        return f"{shares} that traded on {day}{listed}"
