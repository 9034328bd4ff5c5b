"""Sectors: performance, order, members, sizes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from cse_chat.adapters.analyst.market.bars import Bars
from cse_chat.adapters.analyst.market.errors import OutsideDataError
from cse_chat.adapters.analyst.market.figures import percent_change
from cse_chat.adapters.analyst.market.results.listings import Listing, SecurityKind, Status
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.sectors import (
    SectorCount,
    SectorCounts,
    SectorMember,
    SectorMembers,
    SectorPerformance,
    SectorRanking,
    SectorTrading,
)
from cse_chat.adapters.analyst.market.store import Store

BASIS = "S&P/CSE industry group index; trades, volume and turnover include crossings"
ON_OR_BEFORE = """
SELECT date, value, change, trades, volume, turnover FROM sector_day
WHERE gics_code = ? AND date <= ? ORDER BY date DESC LIMIT 1
"""
TRADED = """
SELECT gics_code, sum(trades), sum(volume), sum(turnover), count(*) FROM sector_day
WHERE date BETWEEN ? AND ? GROUP BY gics_code
"""
LISTED = "SELECT listed FROM market_day WHERE date <= ? ORDER BY date DESC LIMIT 1"


class SectorDay(NamedTuple):
    """A row of the table `sector_day`."""

    iso_date: str
    value: float
    change: float
    trades: int
    volume: int
    turnover: float


class Sectors:
    """See the results in `results.sectors`; a sector is named by its GICS code."""

    def __init__(self, store: Store, bars: Bars) -> None:
        self._store = store
        self._bars = bars

    def performance(self, gics_code: str, period: Period | None = None) -> SectorPerformance:
        """Measure a sector's index over *period*, the last session when None.

        Raises:
            UnknownSectorError: No such sector.
            OutsideDataError: The period lies outside the data.
        """
        window = self._store.calendar.window(period or Period.day())
        sector = self._store.directory.sector(gics_code)
        row = self._row(gics_code, window.end)
        if window.start == self._store.calendar.session_before(window.end):
            # The exchange restates closes now and then: its own change counts for one session.
            start = round(row.value - row.change, 2)
        else:
            start = self._row(gics_code, window.start).value
        return SectorPerformance(
            sector=sector,
            date=date.fromisoformat(row.iso_date),
            value=row.value,
            change=row.change,
            change_pct=percent_change(row.value - row.change, row.value),
            start_value=start,
            return_pct=percent_change(start, row.value),
            trades=row.trades,
            volume=row.volume,
            turnover=row.turnover,
            scope=self._store.market_scope(BASIS, day=window.end, window=window),
        )

    def traded(self, period: Period) -> tuple[SectorTrading, ...]:
        """Add up what each sector traded in the sessions of *period*, by sector name.

        Raises:
            InvalidArgumentError: The period has no length.
            OutsideDataError: It lies outside the data.
        """
        window = self._store.calendar.window(period)
        start = window.start if window.partial else window.start + timedelta(days=1)
        span = (start.isoformat(), window.end.isoformat())
        sums = {row[0]: row[1:] for row in self._store.reader.rows(TRADED, span)}
        return tuple(
            SectorTrading(
                sector=sector,
                trades=sums[sector.gics_code][0],
                volume=sums[sector.gics_code][1],
                turnover=sums[sector.gics_code][2],
                sessions=sums[sector.gics_code][3],
            )
            for sector in self._store.directory.sectors()
            if sector.gics_code in sums
        )

    def ranking(self, period: Period | None = None, *, descending: bool = True) -> SectorRanking:
        """Order all sectors by return over *period*, then by name; errors as `performance`."""
        sectors = self._store.directory.sectors()
        rows = [self.performance(sector.gics_code, period) for sector in sectors]
        # sorted() is stable, reverse included, so equal returns stay in order of name
        rows.sort(key=lambda row: row.return_pct, reverse=descending)
        return SectorRanking(
            rows=tuple(rows),
            descending=descending,
            scope=replace(rows[0].scope, universe=f"the {len(rows)} sectors"),
        )

    def members(self, gics_code: str) -> SectorMembers:
        """Give the companies of a sector by symbol; a company counts by its voting share."""
        sector = self._store.directory.sector(gics_code)
        return SectorMembers(
            sector=sector,
            rows=tuple(self._member(listing) for listing in self._companies(gics_code)),
            scope=self._store.market_scope(
                "last recorded close", universe=f"companies of the sector {sector.name}"
            ),
        )

    def counts(self) -> SectorCounts:
        """Count the companies of every sector."""
        rows = []
        for sector in self._store.directory.sectors():
            companies = self._companies(sector.gics_code)
            active = sum(listing.status is not Status.INACTIVE for listing in companies)
            rows.append(SectorCount(sector=sector, companies=len(companies), active=active))
        last = self._store.calendar.last
        listed = self._store.reader.rows(LISTED, (last.isoformat(),))
        return SectorCounts(
            rows=tuple(rows),
            companies=sum(row.companies for row in rows),
            listed=listed[0][0] if listed else None,
            scope=self._store.market_scope(
                "companies with ordinary shares", universe="all companies of the stored period"
            ),
        )

    def _companies(self, gics_code: str) -> list[Listing]:
        return [
            listing
            for listing in self._store.directory.listings()
            if listing.gics_code == gics_code and listing.kind is SecurityKind.VOTING
        ]

    def _member(self, listing: Listing) -> SectorMember:
        row = self._bars.at_or_before(listing.symbol, self._store.calendar.last)
        return SectorMember(
            listing=listing,
            date=row and row.date,
            close=row and row.close,
            change_pct=row and row.change_pct,
            market_cap=row and row.market_cap,
        )

    def _row(self, gics_code: str, day: date) -> SectorDay:
        rows = self._store.reader.rows(ON_OR_BEFORE, (gics_code, day.isoformat()))
        if not rows:
            raise OutsideDataError(self._store.calendar.first, self._store.calendar.last)
        return SectorDay(*rows[0])
