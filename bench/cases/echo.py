"""The price of everything that the service does around an answer: against a bare handler."""

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from bench.cluster import OURS
from bench.contestants.embedded import BARE, answer_of, bare, ours
from bench.figures import Direction, Figure, Goal, ratios
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.runs import MIB, Run, of, reasons, run

CLIENTS = (1, 16, 64, 256, 1_000)
_WANTED_RATIO = Goal(Direction.AT_LEAST, 0.35)
_SATURATED = 0.9


def measure(options: Options) -> Report:
    """Load both in turns, with fresh processes in each round."""
    runs: list[Run] = []
    levels = options.clients or CLIENTS
    for turn in range(options.rounds):
        with ExitStack() as stack:
            service = stack.enter_context(ours())
            roof = stack.enter_context(bare(answer_of(service)))
            for clients in levels:
                runs += [run(server, turn, options, clients=clients) for server in (service, roof)]
    return report_of(runs, options)


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    levels = options.clients or CLIENTS
    figures = [figure for clients in levels for figure in _figures(runs, clients)]
    return Report(
        case="echo",
        claim="an agent that answers at once, against a handler that does nothing else",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "clients": levels,
            "threads": "a new one for each question",
        },
        runs=tuple(run.document() for run in runs),
        figures=tuple(figures),
        grids=(_grid(runs, levels),),
        errors=sum(run.errors for run in runs),
        remarks=tuple(_remarks(runs)),
    )


def _figures(runs: Sequence[Run], clients: int) -> list[Figure]:
    us, roof = of(runs, OURS, clients), of(runs, BARE, clients)
    rates = [run.per_second for run in us], [run.per_second for run in roof]
    costs = [run.cpu_us for run in us], [run.cpu_us for run in roof]
    return [
        Figure(
            name=f"{clients:,} clients: answers a second, ours / bare",
            unit="",
            samples=ratios(*rates),
            goal=_WANTED_RATIO,
        ),
        Figure(
            name=f"{clients:,} clients: CPU for an answer, bare / ours",
            unit="",
            samples=ratios(costs[1], costs[0]),  # this way round, to be read like the other one
        ),
    ]


def _grid(runs: Sequence[Run], levels: Sequence[int]) -> Grid:
    rows = [
        _row(of(runs, contestant, clients)) for clients in levels for contestant in (OURS, BARE)
    ]
    return Grid(
        title="Medians over the rounds (answers per second: lowest to highest)",
        columns=(
            "clients",
            "server",
            "answers\na second",
            "\nrange",
            "median\nms",
            "p99\nms",
            "CPU us\nanswer",
            "server\nbusy",
            "client\nbusy",
            "MiB",
            "errors",
        ),
        rows=tuple(rows),
    )


def _row(runs: Sequence[Run]) -> tuple[str, ...]:
    rates = [run.per_second for run in runs]
    return (
        str(runs[0].clients),
        runs[0].contestant,
        number(median(rates)),
        f"{number(min(rates))} to {number(max(rates))}",
        number(median(run.latency(0.5) for run in runs)),
        number(median(run.latency(0.99) for run in runs)),
        number(median(run.cpu_us for run in runs)),
        f"{median(run.result.server_cpu / run.result.seconds for run in runs):.0%}",
        f"{median(run.result.generator_cpu / run.result.seconds for run in runs):.0%}",
        number(median(run.resident["server"] / MIB for run in runs)),
        str(sum(run.errors for run in runs)),
    )


def _remarks(runs: Sequence[Run]) -> list[str]:
    remarks = []
    starved = [
        run
        for run in runs
        if run.clients > 1 and run.result.server_cpu < _SATURATED * run.result.seconds
    ]
    if starved:
        remarks.append(
            f"In {len(starved)} of {len(runs)} runs the server did not get a whole processor, because"
            " the machine had other work: trust the CPU for an answer more than the rates."
        )
    limited = {
        f"{run.contestant} at {run.clients}"
        for run in runs
        if run.result.generator_cpu > run.result.server_cpu
        and run.result.generator_cpu > _SATURATED * run.result.seconds
    }
    if limited:
        names = ", ".join(sorted(limited))
        remarks.append(
            f"The generator was busier than the server for {names}: a lower bound there."
        )
    return [*remarks, *reasons(runs)]
