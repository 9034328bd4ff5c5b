"""One contestant under one load in one round, and what is told of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import histogram, percentile
from bench.options import Options
from bench.plans import Result
from bench.reports import number
from bench.servers import Server
from bench.yardstick import milliseconds

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contestant under one number of clients in one round.

    Attributes:
        rate: See `Plan.rate`.
        resident: Bytes in RAM after it, by role.
    """

    round: int
    contestant: str
    clients: int
    result: Result
    resident: dict[str, int]
    yardstick_ms: tuple[float, float]
    rate: float = 0

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.result.answers / self.result.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of all roles' processor time for an answer."""
        return self.result.server_cpu * 1e6 / max(self.result.answers, 1)

    @property
    def errors(self) -> int:
        """How often something went wrong."""
        return sum(self.result.errors.values())

    def cpu_us_of(self, role: str) -> float:
        """Return the microseconds of one role's processor time for an answer; 0 without one."""
        return self.result.cpu.get(role, 0) * 1e6 / max(self.result.answers, 1)

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
            "rate": self.rate,
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
            "cpu_us_per_answer": {role: self.cpu_us_of(role) for role in result.cpu},
            "server_busy": result.server_cpu / result.seconds,
            "generator_busy": result.generator_cpu / result.seconds,
            "resident_bytes": self.resident,
            "yardstick_ms": self.yardstick_ms,
        }


def run(
    server: Server,
    turn: int,
    options: Options,
    *,
    clients: int,
    rate: float = 0,
    may_fail: bool = False,
    patience: float = 30,
) -> Run:
    """Load *server*, and say so; see `Server.under`.

    Raises:
        BrokenRunError: As there.
    """
    before = milliseconds()
    result = server.under(
        clients=clients,
        rate=rate,
        seconds=options.seconds,
        warm_up=options.warm_up,
        patience=patience,
        may_fail=may_fail,
    )
    done = Run(
        round=turn,
        contestant=server.name,
        clients=clients,
        rate=rate,
        result=result,
        resident=server.resident,
        yardstick_ms=(before, milliseconds()),
    )
    offered = f" at {number(rate)}/s" if rate else ""
    options.progress(
        f"round {turn + 1}, {clients} clients{offered}, {server.name}: {number(done.per_second)}/s"
        + (f", {done.errors} errors" if done.errors else "")
    )
    return done


def of(runs: Sequence[Run], contestant: str, clients: int) -> list[Run]:
    """Return the runs of one contestant under so many clients, a round each."""
    return [run for run in runs if (run.contestant, run.clients) == (contestant, clients)]


def reasons(runs: Sequence[Run]) -> list[str]:
    """Return what went wrong, how often, and how the yardstick did."""
    causes: Counter[str] = Counter()
    for run in runs:
        causes.update({f"{run.contestant}, {why}": n for why, n in run.result.errors.items()})
    strides = [stride for run in runs for stride in run.yardstick_ms]
    return [
        *(f"{count} x {cause}" for cause, count in causes.most_common()),
        f"Yardstick: {number(min(strides))} to {number(max(strides))} ms.",
    ]
