"""Three times of what is possible is asked: what is answered meanwhile, and when is it well again?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.cases.durable import warm_up
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal
from bench.offering import ANSWERED, ENDED, NO_CONNECTION, OPEN, REFUSED, UNKNOWN, Fate
from bench.offers import answered_between, normal_again, offered, outcomes, seconds_of
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.yardstick import milliseconds

_CLIENTS: Final = 64
_USUAL: Final = 0.5  # of the capacity
_MUCH: Final = 3.0
_WELL: Final = frozenset({ANSWERED, OPEN, ENDED, REFUSED, UNKNOWN, NO_CONNECTION})
_WANTED_GOODPUT: Final = Goal(Direction.AT_LEAST, 0.8)
_WANTED_SECONDS: Final = Goal(Direction.AT_MOST, 5)
_NONE: Final = Goal(Direction.AT_MOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round.

    Attributes:
        capacity: Answers a second in a closed loop, just before.
        begin, end: Of the overload, in seconds of the offer.
        until: When the last question was due.
        later: What came of accepted questions that were not answered at once; `lost` among it.
    """

    round: int
    capacity: float
    begin: float
    end: float
    until: float
    fates: Sequence[Fate]
    later: Mapping[str, int]
    yardstick_ms: tuple[float, float]

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
        """What may not happen, however much is asked."""
        return {kind: count for kind, count in self.kinds.items() if kind not in _WELL}

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            "capacity": self.capacity,
            "begin": self.begin,
            "end": self.end,
            "goodput": self.goodput,
            "recovery_seconds": self.recovery,
            "kinds": self.kinds,
            "later": self.later,
            "seconds": seconds_of(self.fates),
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Find the capacity, offer half of it, three times as much, and half of it again."""
    runs: list[Run] = []
    with clustered() as cluster:
        if options.warm_up:
            warm_up(cluster, options)
        for turn in range(options.rounds):
            runs.append(_run(cluster, turn, options))
            options.progress(
                f"round {turn + 1}: {number(runs[-1].capacity)}/s, under overload"
                f" {runs[-1].goodput:.0%} of it, well after {runs[-1].recovery:.1f} s;"
                f" {dict(runs[-1].kinds)}"
            )
    return report_of(runs, options)


def _run(cluster: Cluster, turn: int, options: Options) -> Run:
    before = milliseconds()
    long = options.overload_seconds
    with cluster.ours() as server:
        found = server.under(clients=_CLIENTS, warm_up=options.warm_up, seconds=options.seconds)
        capacity = found.answers / found.seconds
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
            "clients_of_the_capacity": _CLIENTS,
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
            Figure(
                name="accepted and lost",
                unit="",
                samples=tuple(float(run.lost) for run in runs),
                goal=_NONE,
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
            f"Round {run.round + 1}, second by second: {number(run.capacity)}/s possible,"
            f" overload from {run.begin:.1f} to {run.end:.1f} s"
        ),
        columns=("second", "due", *kinds, "median ms"),
        rows=tuple(
            (
                str(second["second"]),
                *(str(second.get(kind, "")) for kind in ("due", *kinds)),
                f"{second['median_ms']:.0f}" if second["median_ms"] is not None else "",
            )
            for second in seconds_of(run.fates)
        ),
    )


def _remarks(runs: Sequence[Run]) -> Iterator[str]:
    yield (
        "As before: of what is due in a second, 95 % are answered within twice the p99 of before."
        " What is refused (503, not accepted) is no error: it was told so. The limits for callers"
        " (429) are not built yet: nothing but the producer's queue refuses."
    )
    for run in runs:
        if run.later:
            yield f"Round {run.round + 1}, accepted and asked for later: {dict(run.later)}."
        if run.kinds.get(NO_CONNECTION):
            yield f"Round {run.round + 1}: the generator had no connection left for some."
