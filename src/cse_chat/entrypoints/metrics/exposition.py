"""What a process exports, read when it is scraped: nothing here is called for a request."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

from cse_chat.adapters.durations import Durations
from cse_chat.entrypoints.metrics.family import Family

Figure = float | Durations
Found = Figure | Mapping[Any, float] | Mapping[Any, Durations]
"""What a metric says now: a figure, or one for each value of its label, or tuple of values."""


class Metrics:
    """What one process exports; each container has its own."""

    def __init__(self) -> None:
        self._reads: dict[str, tuple[Family, Callable[[], Found]]] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def exports(self, family: Family, read: Callable[[], Found]) -> None:
        """Have *family* exported; said again, the last word counts.

        Args:
            family: It.
            read: Tells it as it is now; cheap, for the loop waits, and it may not raise.
        """
        self._reads[family.name] = (family, read)

    def collect(self) -> Iterator[Metric]:
        """Yield what there is, as the client library's registry asks for it."""
        for family, read in self._reads.values():
            yield _metric(family, read())

    def scraped(self, accept: str | None) -> tuple[bytes, str]:
        """Return everything as text, and its media type.

        Args:
            accept: What the caller takes; OpenMetrics where that is named, else Prometheus' own.
        """
        encode, media_type = choose_encoder(accept or "")
        return encode(self._registry), media_type


def _metric(family: Family, found: Found) -> Metric:
    # Not by the library's `Counter` and so on: those count by themselves, and export the time of
    # their making as well, which doubles the series.
    metric = Metric(family.name.removesuffix("_total"), family.help, str(family.kind))
    series: dict[str | tuple[str, ...], Figure] = dict.fromkeys(family.known, 0)
    series.update(found if isinstance(found, Mapping) else {(): found})
    for values, figure in series.items():
        given = (values,) if isinstance(values, str) else values
        labels = dict(zip(family.labels, given, strict=True))
        if isinstance(figure, Durations):
            _add_histogram(metric, labels, figure)
        else:
            metric.add_sample(family.name, labels, figure)
    return metric


def _add_histogram(metric: Metric, labels: Mapping[str, str], durations: Durations) -> None:
    for bound, within in durations.cumulated():
        le = "+Inf" if bound == float("inf") else str(bound)
        metric.add_sample(f"{metric.name}_bucket", {**labels, "le": le}, within)
    metric.add_sample(f"{metric.name}_count", dict(labels), durations.count)
    metric.add_sample(f"{metric.name}_sum", dict(labels), durations.total)
