"""What a process exported, read back: for whoever watches without a Prometheus."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

_Series = list[tuple[Mapping[str, str], float]]


@dataclass(frozen=True, slots=True)
class Scrape:
    """What one process told at one moment.

    Attributes:
        at: When, in seconds from any origin.
        series: By the name of the sample.
    """

    at: float
    series: Mapping[str, _Series] = field(repr=False)

    @classmethod
    def of(cls, text: str, *, at: float) -> "Scrape":
        """Return what *text* says.

        Raises:
            ValueError: It is not the text format of Prometheus.
        """
        series: dict[str, _Series] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                series.setdefault(sample.name, []).append((sample.labels, sample.value))
        return cls(at, series)

    def __contains__(self, name: str) -> bool:
        """Return whether the process has such a metric."""
        return name in self.series

    def total(self, name: str, *values: str) -> float:
        """Return the sum of all series of *name*, or of those that have one of *values*."""
        return sum(
            figure
            for labels, figure in self.series.get(name, ())
            if not values or not set(values).isdisjoint(labels.values())
        )

    def by(self, name: str, label: str) -> dict[str, float]:
        """Return the sums of *name* for each value of *label*."""
        sums: dict[str, float] = {}
        for labels, figure in self.series.get(name, ()):
            value = labels.get(label, "")
            sums[value] = sums.get(value, 0.0) + figure
        return sums


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happened in one process between two scrapes; they may be the same one."""

    first: Scrape
    last: Scrape

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.last.at - self.first.at

    def rate(self, name: str, *values: str) -> float | None:
        """Return how much of `Scrape.total` came each second; ``None`` if that is not known yet."""
        if self.seconds <= 0:
            return None
        return (self.last.total(name, *values) - self.first.total(name, *values)) / self.seconds

    def quantile(self, share: float, name: str) -> float | None:
        """Return below which value *share* of the observations stayed, as Prometheus estimates it.

        Returns:
            Infinity where the last bound was passed; ``None``: nothing was observed.
        """
        before, after = (
            {float(bound): figure for bound, figure in scrape.by(f"{name}_bucket", "le").items()}
            for scrape in (self.first, self.last)
        )
        within = {
            bound: after[bound] - (before.get(bound, 0.0) if self.seconds > 0 else 0.0)
            for bound in sorted(after)
        }
        wanted = share * within.get(math.inf, 0.0)
        lower, below = 0.0, 0.0
        for bound, figure in within.items():
            if figure >= wanted > 0:
                if math.isinf(bound):
                    return bound
                return lower + (bound - lower) * (wanted - below) / (figure - below)
            lower, below = bound, figure
        return None
