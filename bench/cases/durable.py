"""The durable path, gateway and worker over Kafka and Redis, beside others that do the like."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Final

from bench.cluster import GATEWAY, KAFKA, OURS, REDIS, WORKER, Cluster, clustered
from bench.contestants.durable import (
    ALL,
    CELERY,
    FASTSTREAM,
    FLOOR,
    MAY_FAIL,
    ORIGINAL,
    ROOF,
    Starting,
    contestants,
)
from bench.contestants.embedded import answer_of
from bench.figures import Direction, Figure, Goal, ratios
from bench.options import Options
from bench.plots import draw
from bench.reports import Grid, Report, number
from bench.runs import MIB, Run, of, reasons, run

CLIENTS: Final = (1, 64, 150, 256, 1_000)
CONTESTANTS: Final = ALL
ROLES: Final = (GATEWAY, WORKER, KAFKA, REDIS)

# Others are asked by all numbers of clients; the run shall end within ten minutes.
_FEWER: Final[Mapping[str, tuple[int, ...]]] = {
    ROOF: (1, 64, 1_000),
    FASTSTREAM: (1, 64, 256),
    CELERY: (1, 64),
}
_USUAL: Final = 64
_IMPATIENCE_SECONDS: Final = 5.0
_COMPILING: Final = 30  # times as long as a run

_AT_LEAST, _AT_MOST = Direction.AT_LEAST, Direction.AT_MOST
_RATE = "answers a second"
_MEDIAN = "median"
_COST = "CPU for an answer"
_GOALS: Final[Mapping[tuple[int, str, str], Goal]] = {
    (1, _MEDIAN, ORIGINAL): Goal(_AT_MOST, 0.65),
    (1, _MEDIAN, FLOOR): Goal(_AT_MOST, 3),
    (_USUAL, _RATE, ORIGINAL): Goal(_AT_LEAST, 4),
    (_USUAL, _MEDIAN, ORIGINAL): Goal(_AT_MOST, 0.25),
    (_USUAL, _COST, ORIGINAL): Goal(_AT_MOST, 0.3),
}
_QUANTITIES: Final[Mapping[str, Callable[[Run], float]]] = {
    _RATE: lambda run: run.per_second,
    _MEDIAN: lambda run: run.latency(0.5),
    _COST: lambda run: run.cpu_us,
}

# What is told beside others than the original design.
_TOLD: Final[Mapping[int, Sequence[str]]] = {1: (_MEDIAN,), _USUAL: (_RATE, _COST)}


def measure(options: Options) -> Report:
    """Load each in turns, in processes that are started for that load alone."""
    with clustered() as cluster:
        starting = contestants(cluster, warm_up(cluster, options))
        runs = [
            done
            for turn in range(options.rounds)
            for done in _round(cluster, starting, turn, options)
        ]
    if options.plot:
        draw(runs, options.plot)
    return report_of(runs, options)


def warm_up(cluster: Cluster, options: Options) -> bytes:
    """Load ours, uncounted, and return one of its answers.

    A new Kafka compiles its code first, and takes up to a processor for that, the longer the less:
    after a minute and a half of load an answer takes a fifth of what the first ones took.
    """
    with cluster.ours() as server:
        server.under(clients=_USUAL, seconds=_COMPILING * options.seconds)
        return answer_of(server)


def _round(cluster: Cluster, starting: Starting, turn: int, options: Options) -> Iterable[Run]:
    cluster.rewrite_redis_file()
    for clients in options.clients or CLIENTS:
        for name in taking_part(clients, options):
            with starting[name]() as server:
                yield run(
                    server,
                    turn,
                    options,
                    clients=clients,
                    may_fail=name in MAY_FAIL,
                    **({"patience": _IMPATIENCE_SECONDS} if name in MAY_FAIL else {}),
                )


def taking_part(clients: int, options: Options) -> list[str]:
    """Return who is asked by so many; all are when the numbers were given."""
    return [
        name
        for name in options.contestants or ALL
        if options.clients or clients in _FEWER.get(name, CLIENTS)
    ]


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    levels = options.clients or CLIENTS
    return Report(
        case="durable",
        claim="durable in Kafka, answered by a worker, brought back by Redis",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "clients": levels,
            "contestants": options.contestants or ALL,
            "processes": "one gateway, one worker, one Kafka, one Redis",
            "threads": "a new one for each question",
        },
        runs=tuple(run.document() for run in runs),
        figures=tuple(_figures(runs, levels)),
        grids=(_speeds(runs, levels), _costs(runs, levels)),
        errors=sum(run.errors for run in runs if run.contestant not in MAY_FAIL),
        remarks=tuple(reasons(runs)),
    )


def _figures(runs: Sequence[Run], levels: Sequence[int]) -> list[Figure]:
    figures = [
        figure
        for clients in levels
        for other in (ORIGINAL, FLOOR, ROOF, FASTSTREAM, CELERY)
        for quantity in (_QUANTITIES if other == ORIGINAL else _TOLD.get(clients, ()))
        if (figure := _beside(runs, clients, other, quantity))
    ]
    usual = [run.per_second for run in of(runs, OURS, _USUAL)]
    for clients in levels:
        ours = of(runs, OURS, clients)
        if usual and ours and clients > _USUAL:
            figures.append(
                Figure(
                    name=f"{_so_many(clients)}: {_RATE}, ours / ours with {_USUAL}",
                    unit="",
                    samples=ratios([run.per_second for run in ours], usual),
                    goal=Goal(_AT_LEAST, 1),
                )
            )
        if ours:
            figures.append(
                Figure(
                    name=f"{_so_many(clients)}: errors of ours",
                    unit="",
                    samples=tuple(float(run.errors) for run in ours),
                    goal=Goal(_AT_MOST, 0),
                )
            )
    return figures


def _beside(runs: Sequence[Run], clients: int, other: str, quantity: str) -> Figure | None:
    """Return ours divided by theirs; nothing where one of both has answered nothing."""
    ours, theirs = of(runs, OURS, clients), of(runs, other, clients)
    if not ours or not theirs or not all(run.result.answers for run in theirs):
        return None
    value = _QUANTITIES[quantity]
    return Figure(
        name=f"{_so_many(clients)}: {quantity}, ours / {other}",
        unit="",
        samples=ratios([value(run) for run in ours], [value(run) for run in theirs]),
        goal=_GOALS.get((clients, quantity, other)),
    )


def _so_many(clients: int) -> str:
    return f"{clients:,} client{'s' if clients > 1 else ''}"


def _each(runs: Sequence[Run], levels: Sequence[int]) -> Iterable[list[Run]]:
    """Yield all rounds of one row."""
    rows = (of(runs, name, clients) for clients in levels for name in ALL)
    return (row for row in rows if row)


def _speeds(runs: Sequence[Run], levels: Sequence[int]) -> Grid:
    return Grid(
        title="Medians over the rounds (answers per second: lowest to highest)",
        columns=(
            "clients",
            "contestant",
            "answers\na second",
            "\nrange",
            "median\nms",
            "p99\nms",
            "client\nbusy",
            "errors",
        ),
        rows=tuple(_speed(row) for row in _each(runs, levels)),
    )


def _speed(runs: Sequence[Run]) -> tuple[str, ...]:
    rates = [run.per_second for run in runs]
    return (
        f"{runs[0].clients:,}",
        runs[0].contestant,
        number(median(rates)),
        f"{number(min(rates))} to {number(max(rates))}",
        _of_an_answer(runs, lambda run: run.latency(0.5)),
        _of_an_answer(runs, lambda run: run.latency(0.99)),
        f"{median(run.result.generator_cpu / run.result.seconds for run in runs):.0%}",
        f"{sum(run.errors for run in runs):,}",
    )


def _of_an_answer(runs: Sequence[Run], value: Callable[[Run], float]) -> str:
    """Return the median over the rounds with any answer; without one there is nothing to tell."""
    values = [value(run) for run in runs if run.result.answers]
    return number(median(values)) if values else "-"


def _costs(runs: Sequence[Run], levels: Sequence[int]) -> Grid:
    return Grid(
        title="What it takes: microseconds of processor time for an answer, and MiB",
        columns=(
            "clients",
            "contestant",
            "all\nus",
            *(f"{role}\nus" for role in ROLES),
            *(f"{role}\nMiB" for role in ROLES),
        ),
        rows=tuple(_cost(row) for row in _each(runs, levels)),
    )


def _cost(runs: Sequence[Run]) -> tuple[str, ...]:
    first = runs[0]
    return (
        f"{first.clients:,}",
        first.contestant,
        _of_an_answer(runs, lambda run: run.cpu_us),
        *(
            _of_an_answer(runs, partial(Run.cpu_us_of, role=role))
            if role in first.result.cpu
            else ""
            for role in ROLES
        ),
        *(
            number(median(run.resident[role] / MIB for run in runs))
            if role in first.resident
            else ""
            for role in ROLES
        ),
    )
