"""Three times of what is possible is asked: what is answered meanwhile, and when is it well again?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from bench.cluster import Cluster
from bench.figures import Direction, Figure, Goal
from bench.offered_runs import (
    CLIENTS,
    TOLD,
    OfferedRun,
    capacity_of,
    grid_of,
    lost_figure,
    remarks_on,
    rounds,
)
from bench.offering import NO_CONNECTION
from bench.offers import answered_between, normal_again, offered, outcomes
from bench.options import Options
from bench.reports import Report, number
from bench.yardstick import milliseconds

_USUAL: Final = 0.5  # of the capacity
_MUCH: Final = 3.0
_MEANINGS: Final = (
    "As before: of what is due in a second, 95 % are answered within twice the p99 of before. The"
    " limits for callers (429) are not built yet: nothing but the producer's queue refuses."
)
_WANTED_GOODPUT: Final = Goal(Direction.AT_LEAST, 0.8)
_WANTED_SECONDS: Final = Goal(Direction.AT_MOST, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(OfferedRun):
    """One round.

    Attributes:
        begin, end: Of the overload, in seconds of the offer.
    """

    well: ClassVar[frozenset[str]] = TOLD | {NO_CONNECTION}

    begin: float
    end: float

    @property
    def goodput(self) -> float:
        """Answers a second meanwhile, but for its first tenth, divided by the capacity."""
        since = self.begin + (self.end - self.begin) / 10
        answers = answered_between(self.fates, since, self.end)
        return answers / (self.end - since) / self.capacity

    @property
    def recovery(self) -> float:
        """Seconds from its end until questions are answered as before."""
        return normal_again(self.fates, before=self.begin, since=self.end, until=self.until)

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            **self.common(),
            "begin": self.begin,
            "end": self.end,
            "goodput": self.goodput,
            "recovery_seconds": self.recovery,
        }


def measure(options: Options) -> Report:
    """Find the capacity, offer half of it, three times as much, and half of it again."""
    return report_of(rounds(options, _run, tell=_in_words), options)


def _in_words(run: Run) -> str:
    return (
        f"{number(run.capacity)}/s, under overload {run.goodput:.0%} of it,"
        f" well after {run.recovery:.1f} s"
    )


def _run(cluster: Cluster, turn: int, options: Options) -> Run:
    before = milliseconds()
    long = options.overload_seconds
    with cluster.ours() as server:
        capacity = capacity_of(server, options)
        usual, much = capacity * _USUAL, capacity * _MUCH
        phases = (usual, long / 2), (much, long), (usual, long * 1.5)
        fates = offered(server, *phases, opened=much * long)
        later = outcomes(server, fates)
    return Run(
        round=turn,
        capacity=capacity,
        begin=long / 2,
        end=long * 1.5,
        until=long * 3,
        fates=fates,
        later=later,
        yardstick_ms=(before, milliseconds()),
    )


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    return Report(
        case="overload",
        claim=f"{_MUCH:g} times of what was possible before, for {options.overload_seconds:g} s",
        settings={
            "rounds": options.rounds,
            "overload_seconds": options.overload_seconds,
            "usual_share": _USUAL,
            "overload_share": _MUCH,
            "clients_of_the_capacity": CLIENTS,
        },
        runs=tuple(run.document() for run in runs),
        figures=(
            Figure(
                name="answers a second under overload, of what was possible before",
                unit="",
                samples=tuple(run.goodput for run in runs),
                goal=_WANTED_GOODPUT,
            ),
            Figure(
                name="from its end until all is as before",
                unit="s",
                samples=tuple(run.recovery for run in runs),
                goal=_WANTED_SECONDS,
            ),
            lost_figure(runs),
        ),
        grids=tuple(
            grid_of(
                run,
                f"{number(run.capacity)}/s possible, overload from {run.begin:.1f} to"
                f" {run.end:.1f} s",
            )
            for run in runs
        ),
        errors=sum(run.errors for run in runs),
        remarks=(_MEANINGS, *remarks_on(runs)),
    )
