"""What an operator wants to see of a process, line by line, out of its metrics."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from cse_chat.entrypoints.metrics import labels
from cse_chat.entrypoints.metrics.families import gateway, kafka, process, redis, worker
from cse_chat.entrypoints.metrics.family import Family
from cse_chat.entrypoints.metrics.reading import Scrape, Stretch

_MIB: Final = 1_048_576
_NONE_YET: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One line.

    Attributes:
        title: What it is; those that are part of the one above are indented.
        tell: How it is, as a person reads it.
        needs: What a process must export to have it.
        is_bad: Whether it calls for attention.
    """

    title: str
    tell: Callable[[Stretch], str]
    needs: str
    is_bad: Callable[[Scrape], bool] = lambda _: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Everything that came in has ended or is still here.

    Attributes:
        came: How much came.
        ended: How much of it ended.
        here: How much of it is here.
    """

    came: int
    ended: int
    here: int

    @classmethod
    def of_asking(cls, scrape: Scrape) -> "Balance":
        """Return what was accepted."""
        return cls(
            came=int(scrape.total(gateway.ACCEPTED.name)),
            ended=int(scrape.total(gateway.REQUESTS.name, *labels.ENDED, labels.LEFT_OPEN)),
            here=int(scrape.total(gateway.IN_FLIGHT.name)),
        )

    @classmethod
    def of_answering(cls, scrape: Scrape) -> "Balance":
        """Return what was taken."""
        return cls(
            came=int(scrape.total(worker.TAKEN.name)),
            ended=int(scrape.total(worker.DELIVERIES.name)),
            here=int(scrape.total(worker.IN_HAND.name)),
        )

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or counted twice."""
        return self.came == self.ended + self.here

    @override
    def __str__(self) -> str:
        """Return it as an equation."""
        equals = "=" if self.holds else "IS NOT"
        return f"{self.came:,} {equals} {self.ended:,} + {self.here:,}"


def state_of(scrape: Scrape) -> str:
    """Return whether the process may be given work, and what it lacks."""
    down = [
        name
        for name, is_up in sorted(scrape.by(process.DEPENDENCY_UP.name, "dependency").items())
        if not is_up
    ]
    if down:
        return f"{', '.join(down)} down"
    return "ready" if scrape.total(process.READY.name) else "not ready"


def in_words(seconds: float | None) -> str:
    """Return a duration as a person reads it."""
    if seconds is None:
        return _NONE_YET
    if math.isinf(seconds):
        return "too long"
    if seconds < 1:
        milliseconds = seconds * 1_000
        return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"  # noqa: PLR2004 -- digits
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:,.0f} s"  # noqa: PLR2004 -- digits


def _counted(title: str, family: Family, *values: str, is_bad: bool = False) -> Sign:
    def tell(stretch: Stretch) -> str:
        total, rate = stretch.last.total(family.name, *values), stretch.rate(family.name, *values)
        # The total alone where nothing happens: what moves is to be seen at a glance.
        return f"{total:,.0f}" if not rate else f"{total:,.0f}  {rate:,.1f}/s"

    def is_alarming(scrape: Scrape) -> bool:
        return is_bad and scrape.total(family.name, *values) > 0

    return Sign(title=title, tell=tell, needs=family.name, is_bad=is_alarming)


def _counted_by(title: str, family: Family, label: str) -> Sign:
    def tell(stretch: Stretch) -> str:
        counts = stretch.last.by(family.name, label)
        told = [f"{count:,.0f} {value}" for value, count in counts.items() if count]
        return ", ".join(told) or "0"

    return Sign(
        title=title,
        tell=tell,
        needs=family.name,
        is_bad=lambda scrape: scrape.total(family.name) > 0,
    )


def _gauge(title: str, family: Family) -> Sign:
    return Sign(
        title=title,
        tell=lambda stretch: f"{stretch.last.total(family.name):,.0f}",
        needs=family.name,
    )


def _age(title: str, family: Family) -> Sign:
    return Sign(
        title=title,
        tell=lambda stretch: in_words(stretch.last.total(family.name) or None),
        needs=family.name,
    )


def _took(title: str, family: Family) -> Sign:
    def tell(stretch: Stretch) -> str:
        half, most = (stretch.quantile(share, family.name) for share in (0.5, 0.99))
        return _NONE_YET if most is None else f"{in_words(half)}, p99 {in_words(most)}"

    return Sign(title=title, tell=tell, needs=f"{family.name}_bucket")


def _cpu(stretch: Stretch) -> str:
    rate = stretch.rate("process_cpu_seconds_total")
    return _NONE_YET if rate is None else f"{rate * 100:.0f} %"


def _slots(stretch: Stretch) -> str:
    used, all_ = (stretch.last.total(f.name) for f in (worker.SLOTS_USED, worker.SLOTS))
    return f"{used:,.0f} of {all_:,.0f}"


def _lag(stretch: Stretch) -> str:
    unread, unfinished = (stretch.last.total(f.name) for f in (kafka.LAG, kafka.UNFINISHED))
    partitions = len(stretch.last.series.get(kafka.LAG.name, ()))
    return f"{unread:,.0f} unread, {unfinished:,.0f} unfinished in {partitions}"


_IN_MIB: Final = "process_resident_memory_bytes"

SIGNS: Final[Sequence[Sequence[Sign]]] = (
    (
        Sign(
            title="state",
            tell=lambda stretch: state_of(stretch.last),
            needs=process.READY.name,
            is_bad=lambda scrape: state_of(scrape) != "ready",
        ),
        Sign(title="CPU", tell=_cpu, needs="process_cpu_seconds_total"),
        Sign(
            title="memory",
            tell=lambda stretch: f"{stretch.last.total(_IN_MIB) / _MIB:,.0f} MiB",
            needs=_IN_MIB,
        ),
        _took("loop lag", process.LOOP_LAG),
    ),
    (
        Sign(
            title="accepted = ended + in flight",
            tell=lambda stretch: str(Balance.of_asking(stretch.last)),
            needs=gateway.ACCEPTED.name,
            is_bad=lambda scrape: not Balance.of_asking(scrape).holds,
        ),
        Sign(
            title="taken = ended + in hand",
            tell=lambda stretch: str(Balance.of_answering(stretch.last)),
            needs=worker.TAKEN.name,
            is_bad=lambda scrape: not Balance.of_answering(scrape).holds,
        ),
    ),
    (
        _counted("asked", gateway.REQUESTS),
        _counted("  answered", gateway.REQUESTS, "answered"),
        _counted("  failed", gateway.REQUESTS, "failed", is_bad=True),
        _counted("  expired or cancelled", gateway.REQUESTS, "expired", "cancelled"),
        _counted("  left open", gateway.REQUESTS, labels.LEFT_OPEN),
        _counted("  refused", gateway.REQUESTS, *labels.REFUSALS, is_bad=True),
        _took("answered within", gateway.RESPONSE_SECONDS),
        _gauge("in flight", gateway.IN_FLIGHT),
        _gauge("being accepted", gateway.ACCEPTING),
        _age("longest wait", gateway.OLDEST_AWAITED),
    ),
    (
        _counted("taken", worker.TAKEN),
        _counted("  answered", worker.DELIVERIES, "answered"),
        _counted("  failed", worker.DELIVERIES, "failed", is_bad=True),
        _counted("  expired or cancelled", worker.DELIVERIES, "expired", "cancelled"),
        _counted("  settled before", worker.DELIVERIES, labels.SETTLED_BEFORE),
        _counted("  released", worker.DELIVERIES, labels.RELEASED),
        _took("processed within", worker.PROCESSING_SECONDS),
        _gauge("in hand", worker.IN_HAND),
        _age("oldest in hand", worker.OLDEST_IN_HAND),
        _gauge("lanes", worker.LANES),
        Sign(title="slots used", tell=_slots, needs=worker.SLOTS.name),
        _counted_by("dead letters", worker.DEAD_LETTERS, "reason"),
    ),
    (
        _took("Kafka: sent within", kafka.SEND_SECONDS),
        _counted_by("Kafka: not sent", kafka.SEND_ERRORS, "reason"),
        Sign(title="Kafka: lag", tell=_lag, needs=kafka.REBALANCES.name),
        _counted("Kafka: rebalances", kafka.REBALANCES),
    ),
    (
        _took("Redis: heard within", redis.PUBSUB_SECONDS),
        _counted("Redis: announced", redis.PUBLISHED),
        _counted("Redis: answered ahead", redis.AHEAD),
        _counted("Redis: late", redis.LATE),
        _counted("Redis: reconnects", redis.RECONNECTS, is_bad=True),
    ),
)
"""In groups, in the order in which they are looked at."""
