"""An agent that takes seconds: are all slots always busy, and every conversation in order?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.accepted import accepted_by_thread
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal, histogram, percentile
from bench.histories import answers_of, misplaced
from bench.options import Options
from bench.plans import Result
from bench.reports import Grid, Report, number
from bench.yardstick import milliseconds

_SLOTS: Final = 100
_OPEN: Final = 2  # questions in each thread, always
_WAVES: Final = 25  # that all slots are filled anew while it is counted
_WARM_UP: Final = 2  # waves
_WAIT_SECONDS: Final = 240
_WANTED_SHARE: Final = 0.9  # of what so many slots can do: 45 of 50 for an agent of 2 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round.

    Attributes:
        misplaced: Answers that are missing, or stand where another should, in all threads.
    """

    round: int
    result: Result
    threads: int
    misplaced: int
    yardstick_ms: tuple[float, float]

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.result.answers / self.result.seconds

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        result = self.result
        return {
            "round": self.round,
            "seconds": result.seconds,
            "answers": result.answers,
            "errors": result.errors,
            "per_second": self.per_second,
            "threads": self.threads,
            "misplaced": self.misplaced,
            "cpu_us_per_answer": {
                role: seconds * 1e6 / result.answers for role, seconds in result.cpu.items()
            },
            "latency_ms": {
                name: percentile(result.latencies_ms, share)
                for name, share in (("median", 0.5), ("p99", 0.99), ("max", 1.0))
            },
            "latencies_ms": histogram(result.latencies_ms),
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Keep more questions open than there are slots, and look at every conversation then."""
    runs: list[Run] = []
    for turn in range(options.rounds):
        with clustered() as cluster:
            runs.append(_run(cluster, turn, options))
            options.progress(
                f"round {turn + 1}: {number(runs[-1].per_second)}/s,"
                f" {runs[-1].misplaced} misplaced in {runs[-1].threads} threads"
            )
    return report_of(runs, options)


def _run(cluster: Cluster, turn: int, options: Options) -> Run:
    before = milliseconds()
    agent = options.agent_seconds
    with cluster.ours(
        AGENT__ECHO_SECONDS=str(agent),
        WORKER__CONCURRENCY=str(_SLOTS),
        HTTP__WAIT_SECONDS=str(_WAIT_SECONDS),
    ) as server:
        result = server.under(
            clients=options.threads * _OPEN,
            threads=options.threads,
            warm_up=agent * _WARM_UP,
            seconds=agent * _WAVES,
            patience=_WAIT_SECONDS,
        )
        accepted = accepted_by_thread(cluster.kafka.address)
        wrong = sum(misplaced(ids, answers_of(server, thread)) for thread, ids in accepted.items())
    return Run(
        round=turn,
        result=result,
        threads=len(accepted),
        misplaced=wrong,
        yardstick_ms=(before, milliseconds()),
    )


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    most = _SLOTS / options.agent_seconds
    return Report(
        case="slow",
        claim=f"an agent that takes {options.agent_seconds:g} s, {_SLOTS} slots in one worker",
        settings={
            "rounds": options.rounds,
            "agent_seconds": options.agent_seconds,
            "slots": _SLOTS,
            "threads": options.threads,
            "open_in_each_thread": _OPEN,
        },
        runs=tuple(run.document() for run in runs),
        figures=(
            Figure(
                name="answers a second",
                unit="/s",
                samples=tuple(run.per_second for run in runs),
                goal=Goal(Direction.AT_LEAST, most * _WANTED_SHARE),
            ),
            Figure(
                name="answers missing or out of order",
                unit="",
                samples=tuple(float(run.misplaced) for run in runs),
                goal=Goal(Direction.AT_MOST, 0),
            ),
        ),
        grids=(_grid(runs),),
        errors=sum(sum(run.result.errors.values()) + run.misplaced for run in runs),
        remarks=(
            *_reasons(runs),
            (
                f"So many slots can answer {most:g} a second. They begin together, so the window may"
                f" hold a wave of {_SLOTS} more or fewer: some 4 %."
            ),
            (
                "In order: the agent's turns of each thread stand in its history as the questions stand"
                " in the topic."
            ),
        ),
    )


def _reasons(runs: Sequence[Run]) -> list[str]:
    return [f"{count} x {why}" for run in runs for why, count in run.result.errors.items()]


def _grid(runs: Sequence[Run]) -> Grid:
    return Grid(
        title="Each round",
        columns=("round", "answers\na second", "median\ns", "p99\ns", "threads", *_roles(runs)),
        rows=tuple(
            (
                str(run.round + 1),
                number(run.per_second),
                number(percentile(run.result.latencies_ms, 0.5) / 1000),
                number(percentile(run.result.latencies_ms, 0.99) / 1000),
                str(run.threads),
                *(_cost(run.result.cpu, role, run.result.answers) for role in run.result.cpu),
            )
            for run in runs
        ),
    )


def _roles(runs: Sequence[Run]) -> list[str]:
    return [f"{role}\nCPU us" for role in runs[0].result.cpu]


def _cost(cpu: Mapping[str, float], role: str, answers: int) -> str:
    return number(cpu[role] * 1e6 / answers)
