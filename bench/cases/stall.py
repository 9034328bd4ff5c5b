"""Kafka hangs for seconds while half of what is possible is asked: how soon is all well again?"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.cases.durable import warm_up
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal
from bench.offering import ANSWERED, ENDED, NO_CONNECTION, OPEN, REFUSED, UNKNOWN, Fate
from bench.offers import answered_between, median_of, offered, outcomes, recovery, seconds_of
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.yardstick import milliseconds

_CLIENTS: Final = 64
_SHARE: Final = 0.5
_AFTER: Final = 4  # times as long as it hangs, and once as long before
_SOON: Final = 2.0  # seconds
_COMPLETED: Final = 0.95
_WELL: Final = frozenset({ANSWERED, OPEN, ENDED, REFUSED, UNKNOWN})
_WANTED_RECOVERY: Final = Goal(Direction.AT_MOST, _SOON)
_WANTED_SHARE: Final = Goal(Direction.AT_LEAST, _COMPLETED)
_NONE: Final = Goal(Direction.AT_MOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round.

    Attributes:
        capacity: Answers a second in a closed loop, just before.
        rate: Questions a second.
        frozen, thawed: When, in seconds of the offer.
        until: When the last question was due.
        later: What came of accepted questions that were not answered at once; `lost` among it.
    """

    round: int
    capacity: float
    rate: float
    frozen: float
    thawed: float
    until: float
    fates: Sequence[Fate]
    later: Mapping[str, int]
    yardstick_ms: tuple[float, float]

    @property
    def recovery(self) -> float:
        """Seconds from the return until a second begins in which 95 % complete."""
        wanted = self.rate * _COMPLETED
        return recovery(self.fates, since=self.thawed, until=self.until, wanted=wanted)

    @property
    def calm(self) -> float:
        """When it may be expected to be well again, in seconds of the offer."""
        return min(self.thawed + _SOON, (self.thawed + self.until) / 2)

    @property
    def completed(self) -> float:
        """Answers divided by questions from two seconds after the return."""
        due = sum(self.calm <= fate.due < self.until for fate in self.fates)
        return answered_between(self.fates, self.calm, self.until) / max(due, 1)

    @property
    def slower(self) -> float:
        """The median of what was due from then on, divided by that from before it hung."""
        return median_of(self.fates, self.calm, self.until) / median_of(self.fates, 0, self.frozen)

    @property
    def kinds(self) -> Mapping[str, int]:
        """How often came what."""
        return Counter(fate.kind for fate in self.fates)

    @property
    def lost(self) -> int:
        """Accepted questions without an outcome."""
        return self.later.get("lost", 0)

    @property
    def errors(self) -> Mapping[str, int]:
        """What may not happen, whoever hangs."""
        return {kind: count for kind, count in self.kinds.items() if kind not in _WELL}

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            "capacity": self.capacity,
            "rate": self.rate,
            "frozen": self.frozen,
            "thawed": self.thawed,
            "recovery_seconds": self.recovery,
            "completed_from_2_s_after": self.completed,
            "median_from_2_s_after_against_before": self.slower,
            "kinds": self.kinds,
            "later": self.later,
            "seconds": seconds_of(self.fates),
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Find the capacity, offer half of it, and stop Kafka with SIGSTOP for a while."""
    runs: list[Run] = []
    with clustered() as cluster:
        if options.warm_up:
            warm_up(cluster, options)
        for turn in range(options.rounds):
            runs.append(_run(cluster, turn, options))
            options.progress(
                f"round {turn + 1}: {number(runs[-1].rate)}/s offered,"
                f" well again after {runs[-1].recovery:.1f} s; {dict(runs[-1].kinds)}"
            )
    return report_of(runs, options)


def _run(cluster: Cluster, turn: int, options: Options) -> Run:
    before = milliseconds()
    moments: list[float] = []
    with cluster.ours() as server:
        found = server.under(clients=_CLIENTS, warm_up=options.warm_up, seconds=options.seconds)
        capacity = found.answers / found.seconds
        rate = capacity * _SHARE
        total = options.stall_seconds * (2 + _AFTER)
        fates = offered(
            server,
            (rate, total),
            opened=rate * (options.stall_seconds + 1),  # as many wait while it hangs
            meanwhile=lambda now: moments.extend(_freeze(cluster, now, options)),
        )
        later = outcomes(server, fates)
    frozen, thawed = moments
    return Run(
        round=turn,
        capacity=capacity,
        rate=rate,
        frozen=frozen,
        thawed=thawed,
        until=total,
        fates=fates,
        later=later,
        yardstick_ms=(before, milliseconds()),
    )


def _freeze(cluster: Cluster, now: Callable[[], float], options: Options) -> Iterator[float]:
    time.sleep(max(options.stall_seconds - now(), 0))
    cluster.kafka.freeze()
    yield now()
    time.sleep(options.stall_seconds)
    cluster.kafka.thaw()
    yield now()


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    return Report(
        case="stall",
        claim=f"Kafka hangs for {options.stall_seconds:g} s at half of what was possible before",
        settings={
            "rounds": options.rounds,
            "stall_seconds": options.stall_seconds,
            "share": _SHARE,
            "clients_of_the_capacity": _CLIENTS,
        },
        runs=tuple(run.document() for run in runs),
        figures=(
            Figure(
                name="from its return until a second begins with 95 % of the load",
                unit="s",
                samples=tuple(run.recovery for run in runs),
                goal=_WANTED_RECOVERY,
            ),
            Figure(
                name="answered of what was due, from 2 s after its return",
                unit="",
                samples=tuple(run.completed for run in runs),
                goal=_WANTED_SHARE,
            ),
            Figure(
                name="median of what was due from 2 s after its return, against before",
                unit="",
                samples=tuple(run.slower for run in runs),
            ),
            Figure(
                name="accepted and lost",
                unit="",
                samples=tuple(float(run.lost) for run in runs),
                goal=_NONE,
            ),
            Figure(
                name="refused with 503",
                unit="%",
                samples=tuple(run.kinds.get(REFUSED, 0) * 100 / len(run.fates) for run in runs),
            ),
        ),
        grids=tuple(_grid(run) for run in runs),
        errors=sum(sum(run.errors.values()) + run.lost for run in runs),
        remarks=tuple(_remarks(runs)),
    )


def _grid(run: Run) -> Grid:
    kinds = sorted(run.kinds)
    return Grid(
        title=(
            f"Round {run.round + 1}, second by second: {number(run.rate)}/s offered,"
            f" hung from {run.frozen:.1f} to {run.thawed:.1f} s"
        ),
        columns=("second", "due", *kinds, "median ms", "p99 ms"),
        rows=tuple(
            (
                str(second["second"]),
                *(str(second.get(kind, "")) for kind in ("due", *kinds)),
                *(_shown(second[name]) for name in ("median_ms", "p99_ms")),
            )
            for second in seconds_of(run.fates)
        ),
    )


def _shown(value: object) -> str:
    return number(value) if isinstance(value, float) else ""


def _remarks(runs: Sequence[Run]) -> Iterator[str]:
    yield "What is refused (503, not accepted) is no loss, and no error: it was told so."
    for run in runs:
        if run.later:
            yield f"Round {run.round + 1}, accepted and asked for later: {dict(run.later)}."
        if run.kinds.get(NO_CONNECTION):
            yield f"Round {run.round + 1}: the generator had no connection left."
