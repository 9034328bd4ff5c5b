"""Rounds in which questions are offered at a rate while something happens; and what all of them tell."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from bench.cases.durable import warm_up
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal
from bench.offering import ANSWERED, ENDED, NO_CONNECTION, OPEN, REFUSED, UNKNOWN, Fate
from bench.offers import seconds_of
from bench.options import Options
from bench.reports import Grid, number
from bench.servers import Server

CLIENTS: Final = 64
"""Of the closed loop that finds the capacity."""

TOLD: Final = frozenset({ANSWERED, OPEN, ENDED, REFUSED, UNKNOWN})
"""What may become of a question without anything being wrong."""

_NONE: Final = Goal(Direction.AT_MOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRun:
    """One round.

    Attributes:
        capacity: Answers a second in a closed loop, just before.
        until: When the last question was due, in seconds of the offer.
        later: What came of accepted questions that were not answered at once; `lost` among it.
    """

    well: ClassVar[frozenset[str]] = TOLD

    round: int
    capacity: float
    until: float
    fates: Sequence[Fate]
    later: Mapping[str, int]
    yardstick_ms: tuple[float, float]

    @property
    def kinds(self) -> Mapping[str, int]:
        """How often came what."""
        return Counter(fate.kind for fate in self.fates)

    @property
    def lost(self) -> int:
        """Accepted questions without an outcome."""
        return self.later.get("lost", 0)

    @property
    def errors(self) -> int:
        """How often came what may not happen, whatever happens."""
        return self.lost + sum(count for kind, count in self.kinds.items() if kind not in self.well)

    def common(self) -> dict[str, object]:
        """Return what every case tells of a round, ready for JSON."""
        return {
            "round": self.round,
            "capacity": self.capacity,
            "kinds": self.kinds,
            "later": self.later,
            "seconds": seconds_of(self.fates),
            "yardstick_ms": self.yardstick_ms,
        }


_Run = TypeVar("_Run", bound=OfferedRun)


def rounds(
    options: Options,
    run: Callable[[Cluster, int, Options], _Run],
    *,
    tell: Callable[[_Run], str],
) -> list[_Run]:
    """Return the rounds of a case, over brokers that are warm, and tell of each.

    Raises:
        BrokenRunError: A process did not start or end, or the generator broke.
    """
    runs: list[_Run] = []
    with clustered() as cluster:
        if options.warm_up:
            warm_up(cluster, options)
        for turn in range(options.rounds):
            runs.append(run(cluster, turn, options))
            options.progress(f"round {turn + 1}: {tell(runs[-1])}; {dict(runs[-1].kinds)}")
    return runs


def capacity_of(server: Server, options: Options) -> float:
    """Return how many answers a second *server* gives in a closed loop."""
    found = server.under(clients=CLIENTS, warm_up=options.warm_up, seconds=options.seconds)
    return found.answers / found.seconds


def lost_figure(runs: Sequence[OfferedRun]) -> Figure:
    """Return the figure of what may never happen."""
    samples = tuple(float(run.lost) for run in runs)
    return Figure(name="accepted and lost", unit="", samples=samples, goal=_NONE)


def grid_of(run: OfferedRun, happened: str) -> Grid:
    """Return a round second by second.

    Args:
        run: It.
        happened: What happened when, for the title.
    """
    kinds = sorted(run.kinds)
    return Grid(
        title=f"Round {run.round + 1}, second by second: {happened}",
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


def remarks_on(runs: Sequence[OfferedRun]) -> Iterator[str]:
    """Yield what a reader has to know of the rounds."""
    yield "What is refused (503, not accepted) is no loss, and no error: it was told so."
    for run in runs:
        if run.later:
            yield f"Round {run.round + 1}, accepted and asked for later: {dict(run.later)}."
        if run.kinds.get(NO_CONNECTION):
            yield f"Round {run.round + 1}: the generator had no connection left for some."
