"""What those cost who follow while nothing happens, against a WebSocket that only receives."""

from collections.abc import Iterator, Sequence
from typing import Final

from bench import crowds
from bench.broadcasts import gateway_of
from bench.cluster import OURS, clustered
from bench.contestants.receiving import RECEIVING, receiving
from bench.crowds import Run
from bench.figures import Direction, Figure, Goal, ratios
from bench.options import Options
from bench.reports import Report
from bench.waiters import FOLLOWING, OPEN

# The pool of a gateway, which fills as it is needed, and its two subscriptions.
_FEW_CONNECTIONS: Final = Goal(Direction.AT_MOST, 10)
_WANTED_SHARE: Final = Goal(Direction.AT_MOST, 1.5)
_WANTED_LAG: Final = Goal(Direction.AT_MOST, 50)


def measure(options: Options) -> Report:
    """Let clients follow a thread each, and keep as many sockets open at a bare handler, in turns."""
    crowds.allow_files(max(options.waiting))
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            with cluster.ours(workers=0) as gateway:
                runs += crowds.looks(
                    gateway,
                    gateway_of(gateway),
                    turn,
                    options,
                    by=FOLLOWING,
                    connections=lambda: crowds.connections_of(cluster),
                )
            with receiving() as handler:
                runs += crowds.looks(handler, handler.pid, turn, options, by=OPEN)
    return report_of(runs, options)


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    levels = options.waiting
    return Report(
        case="followers",
        claim="sockets that follow a thread each at one gateway, against sockets that only receive",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "waiting": levels,
            "sockets_per_second": crowds.PER_SECOND,
            "workers": 0,
        },
        runs=tuple(run.document() for run in runs),
        figures=(*_figures(runs, levels),),
        grids=(crowds.grid(runs, levels, (OURS, RECEIVING)),),
        errors=crowds.missing(runs),
        remarks=(
            *crowds.reasons(runs),
            "Redis connections are counted by its CLIENT LIST; only the gateway has any.",
            (
                "The lag of the event loop is seen from outside: GET /health/live every 10 ms, each"
                " counted from when it was due, the way there and back included."
            ),
        ),
    )


def _figures(runs: Sequence[Run], levels: Sequence[int]) -> Iterator[Figure]:
    most, few = levels[-1], levels[0]
    ours, bare = crowds.by_level(runs, OURS), crowds.by_level(runs, RECEIVING)
    own, theirs = crowds.held(ours, few, most), crowds.held(bare, few, most)
    yield Figure(
        name="memory of one who follows, ours / bare",
        unit="",
        samples=ratios(own, theirs),
        goal=_WANTED_SHARE,
    )
    yield Figure(name="memory of one who follows, in the gateway", unit="KiB", samples=own)
    yield Figure(name="memory of an open socket, in the bare handler", unit="KiB", samples=theirs)
    for level, goal in ((few, None), (most, _FEW_CONNECTIONS)):
        yield Figure(
            name=f"Redis connections while {level:,} follow",
            unit="",
            samples=tuple(float(run.connections) for run in ours[level]),
            goal=goal,
        )
    for name, level_runs, goal in ((OURS, ours, _WANTED_LAG), (RECEIVING, bare, None)):
        yield Figure(
            name=f"{name}: p99 of GET /health/live while {most:,} follow",
            unit="ms",
            samples=crowds.probes(level_runs[most]),
            goal=goal,
        )
