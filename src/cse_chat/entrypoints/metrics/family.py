"""What is said of a metric once, for its export and for its reference page."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a metric's figures are."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Where(StrEnum):
    """Which processes export it; `run` is gateway and worker in one."""

    EVERYWHERE = "all"
    GATEWAY = "gateway"
    WORKER = "worker"
    KAFKA = "all, over Kafka"
    KAFKA_WORKER = "worker, over Kafka"
    REDIS = "all, over Redis"
    REDIS_GATEWAY = "gateway, over Redis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric with all its series.

    Attributes:
        labels: Their names.
        known: Values of the only label that are exported from the start, with 0.
    """

    name: str
    kind: Kind
    where: Where
    help: str
    labels: tuple[str, ...] = ()
    known: Sequence[str] = ()
