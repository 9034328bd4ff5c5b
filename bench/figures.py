"""The arithmetic of measurements: what is told of many samples."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

_KEPT_DIGITS = 3


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that at least *share* of the values do not exceed.

    By nearest rank, so that it is always one of the values.

    Args:
        ordered: Ascending; at least one.
        share: Above 0, up to 1: 0.99 is the 99th percentile.
    """
    # Rounded first: 0.07 * 100 is a little more than 7, and must not be taken for the 8th.
    rank = math.ceil(round(share * len(ordered), 9))
    return ordered[max(rank, 1) - 1]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Return ours divided by theirs, round by round.

    Rounds are compared with themselves, because between two of them a machine may change its mood.

    Raises:
        ValueError: There are not as many of one as of the other.
    """
    return tuple(one / other for one, other in zip(ours, theirs, strict=True))


def histogram(values: Sequence[float]) -> list[tuple[float, int]]:
    """Return *values* rounded to three significant digits, ascending, each with its number."""
    return sorted(Counter(_rounded(value) for value in values).items())


def _rounded(value: float) -> float:
    if value == 0:
        return 0.0
    return round(value, _KEPT_DIGITS - 1 - math.floor(math.log10(abs(value))))


class Direction(StrEnum):
    """Which side of a bound is the good one."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure is measured against; the bound itself is still good."""

    direction: Direction
    bound: float

    def met_by(self, value: float) -> bool:
        """Tell whether *value* is good enough."""
        if self.direction is Direction.AT_LEAST:
            return value >= self.bound
        return value <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing that was measured, once in each round.

    Attributes:
        unit: Of samples and goal; empty for a ratio.
        samples: One a round, in their order; at least one.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    goal: Goal | None = None

    @property
    def median(self) -> float:
        """The one value that is told for all rounds."""
        return median(self.samples)

    @property
    def low(self) -> float:
        """The least of the rounds."""
        return min(self.samples)

    @property
    def high(self) -> float:
        """The greatest of the rounds."""
        return max(self.samples)

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the goal; ``None`` without one."""
        return None if self.goal is None else self.goal.met_by(self.median)
