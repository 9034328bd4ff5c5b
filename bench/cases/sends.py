"""What batches of our own give while thousands send at once: against aiokafka as it comes."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from bench.errors import BrokenRunError
from bench.figures import Direction, Figure, Goal, ratios
from bench.machines import ROOT
from bench.options import Options
from bench.processes import cpu_seconds
from bench.reports import Grid, Report, number
from bench.sending import OURS, SAME_CLIENT, UNGATED, SendingPlan, SendingResult
from bench.yardstick import milliseconds
from brokers.errors import BrokerError
from brokers.kafka import KafkaServer
from cse_chat.adapters.kafka.topics import create, topics

_PARTITIONS: Final = 12
_WANTED_RATIO: Final = Goal(Direction.AT_LEAST, 50)
_CONTESTANTS: Final = (OURS, UNGATED, SAME_CLIENT)
_PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contestant in one round."""

    round: int
    contestant: str
    result: SendingResult
    kafka_cpu: float
    yardstick_ms: tuple[float, float]

    @property
    def per_second(self) -> float:
        """Confirmed sends per second."""
        return self.result.sent / self.result.seconds

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        sent = max(self.result.sent, 1)
        return {
            "round": self.round,
            "contestant": self.contestant,
            "sent": self.result.sent,
            "failures": self.result.failures,
            "seconds": self.result.seconds,
            "per_second": self.per_second,
            "cpu_us_per_send": self.result.cpu * 1e6 / sent,
            "kafka_cpu_us_per_send": self.kafka_cpu * 1e6 / sent,
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Let all send in turns, each in a process of its own, to one Kafka."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="cse-bench-") as folder:
        try:
            with KafkaServer(Path(folder)) as kafka:
                wanted = topics(partitions=_PARTITIONS, replication=1)
                asyncio.run(create(kafka.address, wanted))
                for turn in range(options.rounds):
                    for contestant in _CONTESTANTS:
                        runs.append(_run(kafka, contestant, turn, options))
                        options.progress(
                            f"round {turn + 1}, {contestant}: {number(runs[-1].per_second)}/s"
                        )
        except BrokerError as error:
            raise BrokenRunError(str(error)) from error
    return report_of(runs, options)


def _run(kafka: KafkaServer, contestant: str, turn: int, options: Options) -> Run:
    before, cpu = milliseconds(), cpu_seconds(kafka.pid)
    plan = SendingPlan(
        contestant=contestant,
        address=kafka.address,
        tasks=options.senders,
        seconds=options.seconds,
    )
    ended = subprocess.run(
        [sys.executable, "-m", "bench.sending"],
        input=msgspec.json.encode(plan),
        capture_output=True,
        cwd=ROOT,
        timeout=plan.seconds + _PATIENCE,
        check=False,
    )
    if ended.returncode or not ended.stdout:
        words = ended.stderr.decode(errors="replace")[-2_000:]
        raise BrokenRunError(f"{contestant} ended with {ended.returncode}:\n{words}")
    # The log of the service is for standard output as well: the result is the last line.
    result = msgspec.json.decode(ended.stdout.splitlines()[-1], type=SendingResult)
    if not result.sent and contestant == OURS:
        raise BrokenRunError(f"nothing was sent: {result.failures}")
    return Run(
        round=turn,
        contestant=contestant,
        result=result,
        kafka_cpu=cpu_seconds(kafka.pid) - cpu,
        yardstick_ms=(before, milliseconds()),
    )


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    rates = {name: [run.per_second for run in _of(runs, name)] for name in _CONTESTANTS}
    return Report(
        case="sends",
        claim="thousands that send at once, each again when its record is kept",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "tasks": options.senders,
            "partitions": _PARTITIONS,
            UNGATED: "its own settings, but idempotent, acks=all, lz4",
            SAME_CLIENT: "the client out of our producer, each record by its send",
        },
        runs=tuple(run.document() for run in runs),
        figures=(
            Figure(
                name="sends a second, ours / aiokafka",
                unit="",
                samples=ratios(rates[OURS], [max(rate, 1.0) for rate in rates[UNGATED]]),
                goal=_WANTED_RATIO,
            ),
            Figure(
                name="sends a second, ours / aiokafka, set as ours",
                unit="",
                samples=ratios(rates[OURS], [max(rate, 1.0) for rate in rates[SAME_CLIENT]]),
            ),
        ),
        grids=(
            Grid(
                title="Medians over the rounds (sends per second: lowest to highest)",
                columns=(
                    "sender",
                    "sends\na second",
                    "\nrange",
                    "CPU us\na send",
                    "Kafka's\nCPU us",
                    "failed",
                ),
                rows=tuple(_row(_of(runs, name)) for name in _CONTESTANTS),
            ),
        ),
        errors=sum(sum(run.result.failures.values()) for run in _of(runs, OURS)),
        remarks=("Failures count as errors for ours only; a rate below 1 is taken as 1.",),
    )


def _of(runs: Sequence[Run], contestant: str) -> list[Run]:
    return [run for run in runs if run.contestant == contestant]


def _row(runs: Sequence[Run]) -> tuple[str, ...]:
    rates = [run.per_second for run in runs]
    return (
        runs[0].contestant,
        number(median(rates)),
        f"{number(min(rates))} to {number(max(rates))}",
        number(median(run.result.cpu * 1e6 / max(run.result.sent, 1) for run in runs)),
        number(median(run.kafka_cpu * 1e6 / max(run.result.sent, 1) for run in runs)),
        str(sum(sum(run.result.failures.values()) for run in runs)),
    )
