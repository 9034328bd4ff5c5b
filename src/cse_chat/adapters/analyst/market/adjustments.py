"""Price scales before and after corporate actions."""

import math
from collections.abc import Mapping
from datetime import date

from cse_chat.adapters.analyst.market.results.periods import Action


class Adjustments:
    """The actions of each symbol, oldest first."""

    def __init__(self, actions: Mapping[str, tuple[Action, ...]]) -> None:
        self._actions = actions

    def within(self, symbol: str, after: date, until: date) -> tuple[Action, ...]:
        """Give the actions of *symbol* with an ex-date after *after*, not after *until*."""
        actions = self._actions.get(symbol, ())
        return tuple(action for action in actions if after < action.ex_date <= until)

    def factor(self, symbol: str, after: date, until: date) -> float:
        """Give the number by which a price of *after* is divided to compare with *until*.

        Several actions are chained: a split 1:2 and a later one 1:5 give 10.
        """
        return math.prod(action.factor for action in self.within(symbol, after, until))

    def has(self, symbol: str) -> bool:
        """Tell whether *symbol* had any action in the stored period."""
        return symbol in self._actions
