"""The market as a whole on one session."""

from datetime import date, timedelta

from cse_chat.adapters.analyst.market.bars import Bars
from cse_chat.adapters.analyst.market.indices import Indices
from cse_chat.adapters.analyst.market.movers import Movers
from cse_chat.adapters.analyst.market.results.indices import (
    Breadth,
    Flows,
    FlowsOverPeriod,
    Index,
    MarketSummary,
    Valuation,
)
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.scope import DayKind
from cse_chat.adapters.analyst.market.sectors import Sectors
from cse_chat.adapters.analyst.market.store import Store

FLOWS = """
SELECT turnover, trades, foreign_purchases, foreign_sales, domestic_purchases, domestic_sales
FROM market_day WHERE date = ?
"""
FLOWS_BETWEEN = """
SELECT date, turnover, trades, foreign_purchases, foreign_sales
FROM market_day WHERE date BETWEEN ? AND ?
"""
VALUATION = """
SELECT price_earnings, price_book, dividend_yield, market_cap FROM market_day WHERE date = ?
"""
LISTED = "SELECT listed FROM market_day WHERE date = ?"
SUMMARY_ROWS = 3
ONE_DAY = timedelta(days=1)


class Totals:
    """See the results in `results.indices`; *on* is a session, the last one when None."""

    def __init__(
        self, store: Store, bars: Bars, *, indices: Indices, movers: Movers, sectors: Sectors
    ) -> None:
        self._store = store
        self._bars = bars
        self._indices = indices
        self._movers = movers
        self._sectors = sectors

    def breadth(self, on: date | None = None, *, sector: str | None = None) -> Breadth:
        """Count the ordinary shares that rose, fell and stood still.

        A share without a known previous close counts as traded only.

        Raises:
            InvalidArgumentError: *on* is no recorded session.
            UnknownSectorError: No such sector.
        """
        day = self._store.calendar.checked_session(on)
        directory = self._store.directory
        of_sector = f" of the sector {directory.sector(sector).name}" if sector else ""
        listings = [(directory.listing(row.symbol), row) for row in self._bars.of_session(day)]
        rows = [
            row
            for listing, row in listings
            if listing.is_ordinary and sector in {None, listing.gics_code}
        ]
        changes = [change for row in rows if (change := row.change) is not None]
        return Breadth(
            up=sum(change > 0 for change in changes),
            down=sum(change < 0 for change in changes),
            unchanged=changes.count(0),
            traded=len(rows),
            scope=self._store.market_scope(
                "close against the previous close",
                day=day,
                universe=f"ordinary shares (voting and non-voting){of_sector} that traded on {day}",
            ),
        )

    def flows(self, on: date | None = None) -> Flows | None:
        """Give foreign and domestic purchases and sales; None for a day without them."""
        day = on or self._store.calendar.last
        rows = self._store.reader.rows(FLOWS, (day.isoformat(),))
        if not rows:
            return None
        turnover, trades, bought, sold, domestic_bought, domestic_sold = rows[0]
        return Flows(
            turnover=turnover,
            trades=trades,
            foreign_purchases=bought,
            foreign_sales=sold,
            net_foreign=bought - sold,
            domestic_purchases=domestic_bought,
            domestic_sales=domestic_sold,
            scope=self._store.market_scope("whole market, crossings included", day=day),
        )

    def flows_over(self, period: Period) -> FlowsOverPeriod:
        """Add up the sessions of *period*; its first close is the base and not counted.

        Raises:
            InvalidArgumentError: The period has no length.
            OutsideDataError: It lies outside the data.
        """
        calendar = self._store.calendar
        window = calendar.window(period)
        # A partial window begins with its first session instead of after it.
        start = window.start if window.partial else window.start + ONE_DAY
        span = (start.isoformat(), window.end.isoformat())
        rows = self._store.reader.rows(FLOWS_BETWEEN, span)
        recorded = {date.fromisoformat(row["date"]) for row in rows}
        open_days = {
            *calendar.days(start, window.end, DayKind.SESSION),
            *calendar.days(start, window.end, DayKind.NOT_RECORDED),
        }
        bought = sum(row["foreign_purchases"] for row in rows)
        sold = sum(row["foreign_sales"] for row in rows)
        turnover, trades = sum(row["turnover"] for row in rows), sum(row["trades"] for row in rows)
        return FlowsOverPeriod(
            days=len(rows),
            turnover=turnover,
            trades=trades,
            mean_turnover=turnover / max(len(rows), 1),
            mean_trades=trades / max(len(rows), 1),
            foreign_purchases=bought,
            foreign_sales=sold,
            net_foreign=bought - sold,
            missing=tuple(sorted(open_days - recorded)),
            scope=self._store.market_scope(
                "whole market, crossings included", day=window.end, window=window
            ),
        )

    def valuation(self, on: date | None = None) -> Valuation | None:
        """Give the ratios of the whole market; None for a day without them."""
        day = on or self._store.calendar.last
        rows = self._store.reader.rows(VALUATION, (day.isoformat(),))
        if not rows:
            return None
        price_earnings, price_book, dividend_yield, market_cap = rows[0]
        return Valuation(
            price_earnings=price_earnings,
            price_book=price_book,
            dividend_yield=dividend_yield,
            market_cap=market_cap,
            scope=self._store.market_scope("whole market", day=day),
        )

    def summary(self, on: date | None = None) -> MarketSummary:
        """Put one session together.

        Raises:
            InvalidArgumentError: *on* is no recorded session.
        """
        day = self._store.calendar.checked_session(on)
        listed = self._store.reader.rows(LISTED, (day.isoformat(),))
        sectors = self._sectors.ranking(Period.between(day - ONE_DAY, day)).rows
        best = max(sectors, key=lambda row: row.change_pct)
        worst = min(sectors, key=lambda row: row.change_pct)
        gainers = self._movers.gainers(SUMMARY_ROWS, on=day)
        return MarketSummary(
            aspi=self._indices.level(Index.ASPI, day),
            spsl20=self._indices.level(Index.SPSL20, day),
            breadth=self.breadth(day),
            flows=self.flows(day),
            valuation=self.valuation(day),
            listed=listed[0][0] if listed else None,
            gainers=gainers,
            losers=self._movers.losers(SUMMARY_ROWS, on=day),
            most_active=self._movers.most_active(n=SUMMARY_ROWS, on=day),
            best_sector=(best.sector.name, best.change_pct),
            worst_sector=(worst.sector.name, worst.change_pct),
            top_gainer=gainers.rows[0].listing if gainers.rows else None,
            scope=self._store.market_scope("one session at a glance", day=day),
        )
