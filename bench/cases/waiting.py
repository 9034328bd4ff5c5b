"""What those cost who wait: connections, memory, and the patience of everybody else."""

from collections.abc import Iterator, Sequence
from typing import Final

from bench import crowds
from bench.cluster import GATEWAY, OURS, clustered
from bench.contestants.sleeping import SLEEPING, sleeping
from bench.crowds import Run
from bench.figures import Direction, Figure, Goal
from bench.options import Options
from bench.reports import Report

_WAIT_SECONDS: Final = 280
# The pool of a gateway, which fills as it is needed, and its one subscription.
_FEW_CONNECTIONS: Final = Goal(Direction.AT_MOST, 9)
_WANTED_BYTES: Final = Goal(Direction.AT_MOST, 8)
_WANTED_LAG: Final = Goal(Direction.AT_MOST, 50)


def measure(options: Options) -> Report:
    """Let clients wait at a gateway that nobody answers, and at a handler that sleeps, in turns."""
    crowds.allow_files(max(options.waiting))
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            # No worker: the questions stay in Kafka, and who asked waits.
            with cluster.ours(workers=0, HTTP__WAIT_SECONDS=str(_WAIT_SECONDS)) as gateway:
                (pid,) = gateway.processes[GATEWAY]
                runs += crowds.looks(
                    gateway,
                    pid,
                    turn,
                    options,
                    connections=lambda: crowds.connections_of(cluster),
                )
            with sleeping() as handler:
                runs += crowds.looks(handler, handler.pid, turn, options)
    return report_of(runs, options)


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    levels = options.waiting
    return Report(
        case="waiting",
        claim="clients that wait in one gateway, against a handler that sleeps",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "waiting": levels,
            "questions_per_second": crowds.PER_SECOND,
            "workers": 0,
        },
        runs=tuple(run.document() for run in runs),
        figures=(*_figures(runs, levels),),
        grids=(crowds.grid(runs, levels, (OURS, SLEEPING)),),
        errors=crowds.missing(runs),
        remarks=(
            "Redis connections are counted by its CLIENT LIST; only the gateway has any.",
            (
                "The lag of the event loop is seen from outside: GET /health/live every 10 ms, each"
                " counted from when it was due, the way there and back included."
            ),
        ),
    )


def _figures(runs: Sequence[Run], levels: Sequence[int]) -> Iterator[Figure]:
    most, few = levels[-1], levels[0]
    ours, bare = crowds.by_level(runs, OURS), crowds.by_level(runs, SLEEPING)
    for level, goal in ((few, None), (most, _FEW_CONNECTIONS)):
        yield Figure(
            name=f"Redis connections while {level:,} wait",
            unit="",
            samples=tuple(float(run.connections) for run in ours[level]),
            goal=goal,
        )
    theirs = crowds.held(bare, few, most)
    own = crowds.held(ours, few, most)
    yield Figure(
        name="memory of one who waits, above the bare handler's",
        unit="KiB",
        samples=tuple(one - other for one, other in zip(own, theirs, strict=True)),
        goal=_WANTED_BYTES,
    )
    yield Figure(name="memory of one who waits, in the gateway", unit="KiB", samples=own)
    yield Figure(name="memory of one who waits, in the bare handler", unit="KiB", samples=theirs)
    for name, by_level, goal in ((OURS, ours, _WANTED_LAG), (SLEEPING, bare, None)):
        yield Figure(
            name=f"{name}: p99 of GET /health/live while {most:,} wait",
            unit="ms",
            samples=crowds.probes(by_level[most]),
            goal=goal,
        )
