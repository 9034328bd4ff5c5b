"""How long things took: plain numbers, for whoever exports them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

UP_TO_AN_ANSWER: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
)
"""Bounds in seconds, up to the usual deadline of a question."""

UP_TO_A_TIMEOUT: Final = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0),
)
"""Bounds in seconds for what a server or the loop does, which we wait for a few seconds at most."""


class Durations:
    """Counts observations by the bound below which they stay; for one thread.

    An observation takes a fifth of a microsecond, a histogram of the client library six times that
    (ADR 0023).
    """

    __slots__ = ("_bounds", "_counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Begin with nothing.

        Args:
            bounds: In seconds, rising; what takes longer is counted behind the last.
        """
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        """Seconds, of all together."""

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self._counts)

    def observe(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds

    def cumulated(self) -> Iterator[tuple[float, int]]:
        """Yield each bound with how many stayed within it; the last bound is infinite."""
        within = 0
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            within += count
            yield bound, within
