"""How often an agent may try, and how long is waited in between."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPolicy:
    """Bounds of the attempts at one request.

    Attributes:
        limit: Attempts that may fail or crash; at least 1.
        first_pause: Before the second attempt; doubles with each further one.
        longest_pause: No pause is longer.
        look_again: How often another's live claim is looked at.
        transport_pause: Before a write that a store refused is repeated.
    """

    limit: int = 3
    first_pause: timedelta = timedelta(milliseconds=250)
    longest_pause: timedelta = timedelta(seconds=5)
    look_again: timedelta = timedelta(milliseconds=250)
    transport_pause: timedelta = timedelta(milliseconds=500)

    def pause_after(self, spent: int, chance: float) -> timedelta:
        """Return how long to wait after the *spent*-th failed attempt.

        Args:
            spent: From 1.
            chance: In [0, 1): spreads the pause over its upper half, so that requests that
                failed together do not come back together.
        """
        longest = min(self.longest_pause, self.first_pause * (1 << min(spent - 1, 16)))
        return longest * (0.5 + chance / 2)
