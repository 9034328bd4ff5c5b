"""The price of everything that the service does around an answer: against a bare handler."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from bench.contestants.embedded import BARE, OURS, answer_of, bare, ours
from bench.figures import Direction, Figure, Goal, histogram, percentile, ratios
from bench.options import Options
from bench.plans import Result
from bench.processes import resident_bytes
from bench.reports import Grid, Report, number
from bench.servers import Server
from bench.yardstick import milliseconds

_WANTED_RATIO = Goal(Direction.AT_LEAST, 0.35)
_SATURATED = 0.9
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contestant under one number of clients in one round."""

    round: int
    contestant: str
    clients: int
    result: Result
    resident: int
    yardstick_ms: tuple[float, float]

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.result.answers / self.result.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the server's processor time for an answer."""
        return self.result.server_cpu * 1e6 / max(self.result.answers, 1)

    def latency(self, share: float) -> float:
        """Return a percentile in milliseconds; 0 when nothing was answered."""
        latencies = self.result.latencies_ms
        return percentile(latencies, share) if latencies else 0.0

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        result = self.result
        return {
            "round": self.round,
            "contestant": self.contestant,
            "clients": self.clients,
            "seconds": result.seconds,
            "answers": result.answers,
            "errors": result.errors,
            "per_second": self.per_second,
            "latency_ms": {
                name: self.latency(share)
                for name, share in (("median", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
            },
            "latencies_ms": histogram(result.latencies_ms),
            "server_cpu_us_per_answer": self.cpu_us,
            "server_busy": result.server_cpu / result.seconds,
            "generator_busy": result.generator_cpu / result.seconds,
            "resident_bytes": self.resident,
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Load both in turns, with fresh processes in each round."""
    runs: list[Run] = []
    for turn in range(options.rounds):
        with ExitStack() as stack:
            service = stack.enter_context(ours())
            roof = stack.enter_context(bare(answer_of(service)))
            for clients in options.clients:
                for server in (service, roof):
                    runs.append(_run(server, turn, clients, options))
                    options.progress(
                        f"round {turn + 1}, {clients} clients, {server.name}:"
                        f" {number(runs[-1].per_second)}/s"
                    )
    return report_of(runs, options)


def _run(server: Server, turn: int, clients: int, options: Options) -> Run:
    before = milliseconds()
    result = server.under(clients=clients, seconds=options.seconds, warm_up=options.warm_up)
    return Run(
        round=turn,
        contestant=server.name,
        clients=clients,
        result=result,
        resident=resident_bytes(server.pid),
        yardstick_ms=(before, milliseconds()),
    )


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    figures = [figure for clients in options.clients for figure in _figures(runs, clients)]
    return Report(
        case="echo",
        claim="an agent that answers at once, against a handler that does nothing else",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "clients": options.clients,
            "threads": "a new one for each question",
        },
        runs=tuple(run.document() for run in runs),
        figures=tuple(figures),
        grids=(_grid(runs, options.clients),),
        errors=sum(sum(run.result.errors.values()) for run in runs),
        remarks=tuple(_remarks(runs)),
    )


def _of(runs: Sequence[Run], contestant: str, clients: int) -> list[Run]:
    return [run for run in runs if (run.contestant, run.clients) == (contestant, clients)]


def _figures(runs: Sequence[Run], clients: int) -> list[Figure]:
    us, roof = _of(runs, OURS, clients), _of(runs, BARE, clients)
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
        _row(_of(runs, contestant, clients)) for clients in levels for contestant in (OURS, BARE)
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
        number(median(run.resident / _MIB for run in runs)),
        str(sum(sum(run.result.errors.values()) for run in runs)),
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
    reasons: Counter[str] = Counter()
    for run in runs:
        reasons.update({f"{run.contestant}, {why}": n for why, n in run.result.errors.items()})
    remarks += [f"{count} x {reason}" for reason, count in reasons.most_common()]
    strides = [stride for run in runs for stride in run.yardstick_ms]
    remarks.append(f"Yardstick: {number(min(strides))} to {number(max(strides))} ms.")
    return remarks
