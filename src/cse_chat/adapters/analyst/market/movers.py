"""The lists of a session: gainers, losers, most active."""

from datetime import date

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError
from cse_chat.adapters.analyst.market.results.indices import Breadth
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.market.results.rankings import Condition, Field, Ranking
from cse_chat.adapters.analyst.market.screens import Screens

UP = Condition(field=Field.CHANGE_PCT, above=0)
DOWN = Condition(field=Field.CHANGE_PCT, below=0)
ROSE = Condition(field=Field.RETURN, above=0)
FELL = Condition(field=Field.RETURN, below=0)
ACTIVITY = frozenset(
    {Field.TURNOVER, Field.VOLUME, Field.VOLUME_INCL_CROSSINGS, Field.TRADES},
)


class Movers:
    """Rankings of one session; *on* is a session (the last when None), *sector* a GICS code."""

    def __init__(self, screens: Screens) -> None:
        self._screens = screens

    def gainers(self, n: int = 10, *, sector: str | None = None, on: date | None = None) -> Ranking:
        """Rank the shares that rose by percent; see `Screens.rank` for errors."""
        return self._screens.rank(Field.CHANGE_PCT, n=n, sector=sector, on=on, conditions=(UP,))

    def losers(self, n: int = 10, *, sector: str | None = None, on: date | None = None) -> Ranking:
        """Rank the shares that fell by percent, the deepest first."""
        return self._screens.rank(
            Field.CHANGE_PCT, n=n, descending=False, sector=sector, on=on, conditions=(DOWN,)
        )

    def breadth(self, period: Period, *, sector: str | None = None) -> Breadth:
        """Count the shares that rose, fell and stood still over *period*; errors as above."""
        up, down, all_of_them = (
            self._screens.rank(
                Field.RETURN, n=1, sector=sector, period=period, conditions=conditions
            )
            for conditions in ((ROSE,), (FELL,), ())
        )
        return Breadth(
            up=up.total,
            down=down.total,
            unchanged=all_of_them.total - up.total - down.total,
            traded=all_of_them.total,
            scope=all_of_them.scope,
        )

    def most_active(
        self,
        by: Field = Field.TURNOVER,
        n: int = 10,
        *,
        sector: str | None = None,
        on: date | None = None,
    ) -> Ranking:
        """Rank by turnover, volume or trades.

        Raises:
            InvalidArgumentError: *by* is no measure of activity.
        """
        if by not in ACTIVITY:
            raise InvalidArgumentError(f"{by} is no measure of activity")
        return self._screens.rank(by, n=n, sector=sector, on=on)
