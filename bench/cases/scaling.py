"""More gateways and more workers: what do they give, and what does an answer cost then?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.cases.durable import ROLES, warm_up
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal, ratios
from bench.machines import processors
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.runs import MIB, Run, reasons, run

_ONE: Final = (1, 1)
_CLIENTS: Final = 256
_FLAT: Final = Goal(Direction.AT_MOST, 1.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """One round of so many gateways and workers."""

    shape: tuple[int, int]
    run: Run

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        gateways, workers = self.shape
        return {"gateways": gateways, "workers": workers, **self.run.document()}


def measure(options: Options) -> Report:
    """Load each shape in turns, over the same brokers."""
    with clustered() as cluster:
        if options.warm_up:
            warm_up(cluster, options)
        runs = [
            scaled for turn in range(options.rounds) for scaled in _round(cluster, turn, options)
        ]
    return report_of(runs, options)


def _round(cluster: Cluster, turn: int, options: Options) -> Iterator[Scaled]:
    cluster.rewrite_redis_file()
    for shape in (_ONE, *options.shapes):
        yield Scaled(shape=shape, run=_run(cluster, shape, turn, options))


def _run(cluster: Cluster, shape: tuple[int, int], turn: int, options: Options) -> Run:
    gateways, workers = shape
    (clients,) = options.clients[-1:] or (_CLIENTS,)
    with cluster.ours(gateways=gateways, workers=workers) as server:
        options.progress(f"{gateways} gateways, {workers} workers:")
        return run(server, turn, options, clients=clients)


def report_of(runs: Sequence[Scaled], options: Options) -> Report:
    """Return what *runs* say."""
    shapes = tuple(dict.fromkeys(scaled.shape for scaled in runs))
    return Report(
        case="scaling",
        claim="more gateways and workers under the same load",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "clients": options.clients[-1:] or (_CLIENTS,),
            "shapes": shapes,
        },
        runs=tuple(scaled.document() for scaled in runs),
        figures=tuple(
            figure for shape in shapes if shape != _ONE for figure in _figures(runs, shape)
        ),
        grids=(_grid(runs, shapes),),
        errors=sum(scaled.run.errors for scaled in runs),
        remarks=(
            (
                f"This machine has {processors()} processors for them, the brokers and the generator:"
                " once those are busy, more processes give no more answers, and the cost of one says"
                " how far they would scale."
            ),
            *reasons([scaled.run for scaled in runs]),
        ),
    )


def _figures(runs: Sequence[Scaled], shape: tuple[int, int]) -> Iterator[Figure]:
    one, more = _of(runs, _ONE), _of(runs, shape)
    name = _name(shape)
    yield Figure(
        name=f"{name}: CPU for an answer, against one of each",
        unit="",
        samples=ratios([run.cpu_us for run in more], [run.cpu_us for run in one]),
        goal=_FLAT,
    )
    yield Figure(
        name=f"{name}: answers a second, against one of each",
        unit="",
        samples=ratios([run.per_second for run in more], [run.per_second for run in one]),
    )


def _of(runs: Sequence[Scaled], shape: tuple[int, int]) -> list[Run]:
    return [scaled.run for scaled in runs if scaled.shape == shape]


def _name(shape: tuple[int, int]) -> str:
    return " and ".join(
        f"{count} {role}{'s' if count > 1 else ''}"
        for count, role in zip(shape, ("gateway", "worker"), strict=True)
    )


def _grid(runs: Sequence[Scaled], shapes: Sequence[tuple[int, int]]) -> Grid:
    return Grid(
        title="Medians over the rounds (CPU in microseconds for an answer)",
        columns=("", "answers\na second", "median\nms", "CPU", *ROLES, "MiB"),
        rows=tuple(_row(shape, _of(runs, shape)) for shape in shapes),
    )


def _row(shape: tuple[int, int], runs: Sequence[Run]) -> tuple[str, ...]:
    return (
        _name(shape),
        number(median(run.per_second for run in runs)),
        number(median(run.latency(0.5) for run in runs)),
        number(median(run.cpu_us for run in runs)),
        *(number(median(run.cpu_us_of(role) for run in runs)) for role in ROLES),
        number(median(sum(run.resident.values()) / MIB for run in runs)),
    )
