"""Kafka hangs for seconds while half of what is possible is asked: how soon is all well again?"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.cluster import Cluster
from bench.figures import Direction, Figure, Goal
from bench.offered_runs import (
    CLIENTS,
    OfferedRun,
    capacity_of,
    grid_of,
    lost_figure,
    remarks_on,
    rounds,
)
from bench.offering import REFUSED
from bench.offers import answered_between, median_of, offered, outcomes, recovery
from bench.options import Options
from bench.reports import Report, number
from bench.yardstick import milliseconds

_SHARE: Final = 0.5
_AFTER: Final = 4  # times as long as it hangs, and once as long before
_SOON: Final = 2.0  # seconds
_COMPLETED: Final = 0.95
_WANTED_RECOVERY: Final = Goal(Direction.AT_MOST, _SOON)
_WANTED_SHARE: Final = Goal(Direction.AT_LEAST, _COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(OfferedRun):
    """One round.

    Attributes:
        rate: Questions a second.
        frozen, thawed: When, in seconds of the offer.
    """

    rate: float
    frozen: float
    thawed: float

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

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            **self.common(),
            "rate": self.rate,
            "frozen": self.frozen,
            "thawed": self.thawed,
            "recovery_seconds": self.recovery,
            "completed_from_2_s_after": self.completed,
            "median_from_2_s_after_against_before": self.slower,
        }


def measure(options: Options) -> Report:
    """Find the capacity, offer half of it, and stop Kafka with SIGSTOP for a while."""
    return report_of(rounds(options, _run, tell=_in_words), options)


def _in_words(run: Run) -> str:
    return f"{number(run.rate)}/s offered, well again after {run.recovery:.1f} s"


def _run(cluster: Cluster, turn: int, options: Options) -> Run:
    before = milliseconds()
    moments: list[float] = []
    with cluster.ours() as server:
        capacity = capacity_of(server, options)
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
    # Time is what is waited for here: it is the case's own.
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
            "clients_of_the_capacity": CLIENTS,
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
            lost_figure(runs),
            Figure(
                name="refused with 503",
                unit="%",
                samples=tuple(run.kinds.get(REFUSED, 0) * 100 / len(run.fates) for run in runs),
            ),
        ),
        grids=tuple(
            grid_of(
                run,
                f"{number(run.rate)}/s offered, hung from {run.frozen:.1f} to {run.thawed:.1f} s",
            )
            for run in runs
        ),
        errors=sum(run.errors for run in runs),
        remarks=tuple(remarks_on(runs)),
    )
