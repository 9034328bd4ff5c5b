"""Many who follow: how much one gateway delivers before it falls behind, and how soon at half of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.broadcasts import Broadcast, Broadcasting
from bench.cluster import Cluster, clustered
from bench.errors import BrokenRunError
from bench.fan_outs import FanOut, fanned_out
from bench.figures import Direction, Figure, Goal
from bench.options import Options
from bench.publishers import LEDGER
from bench.reports import Grid, Report, number
from bench.subscribers import SOCKET
from bench.yardstick import milliseconds

_BEGIN: Final = 0.25  # of the rate that is asked for
_STEP: Final = 1.5
_MOST_STEPS: Final = 12
_LATE_MS: Final = 1_000
_FEWEST: Final = 5  # pieces in each thread
_WANTED_MS: Final = Goal(Direction.AT_MOST, 100)
_NONE: Final = Goal(Direction.AT_MOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One shape in one round.

    Attributes:
        steps: Rates that were tried, ascending; the last one was too much, unless it was the last.
        half: At half of the highest rate that was held.
    """

    round: int
    fan_out: FanOut
    steps: tuple[Broadcast, ...]
    half: Broadcast
    yardstick_ms: tuple[float, float]

    @property
    def held(self) -> Broadcast:
        """The step at the highest rate that was held."""
        return [step for step in self.steps if holds(step)][-1]

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            "threads": self.fan_out.threads,
            "followers": self.fan_out.followers,
            "asked_rate": self.fan_out.rate,
            "held_rate": self.held.rate,
            "steps": [step.document() for step in self.steps],
            "half": self.half.document(),
            "yardstick_ms": self.yardstick_ms,
        }


def holds(step: Broadcast) -> bool:
    """Tell whether a rate is held: nothing is missing, and 99 % of all comes within a second.

    Also nothing was said much later than it was due: else less was offered than the rate says.
    """
    return not step.missing and step.latency(0.99) <= _LATE_MS and step.late_ms <= _LATE_MS


def measure(options: Options) -> Report:
    """Step up until a gateway falls behind, and measure at half of what it held."""
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            for fan_out in options.fan_outs:
                runs.append(_run(cluster, turn, fan_out, options))
                options.progress(_in_words(runs[-1]))
    return report_of(runs, options)


def _in_words(run: Run) -> str:
    return (
        f"round {run.round + 1}, {run.fan_out.text}: held {number(run.held.rate)}/s,"
        f" at half of it p99 {number(run.half.latency(0.99))} ms"
    )


def _run(cluster: Cluster, turn: int, fan_out: FanOut, options: Options) -> Run:
    before = milliseconds()
    with (
        cluster.ours(workers=0) as server,
        fanned_out(
            server, cluster.redis.url, fan_out, publisher=LEDGER, subscriber=SOCKET
        ) as broadcast,
    ):
        offer = _offer(broadcast, options)
        offer(fan_out.rate * _BEGIN)  # it is warm from here on
        steps = (*steps_from(offer, fan_out.rate * _BEGIN),)
        held = [step.rate for step in steps if holds(step)]
        if not held:
            raise BrokenRunError(
                f"{fan_out.text}: no rate was held, down to {steps[-1].rate:.3g}/s"
            )
        half = offer(held[-1] / 2)
    return Run(
        round=turn,
        fan_out=fan_out,
        steps=tuple(sorted(steps, key=lambda step: step.rate)),
        half=half,
        yardstick_ms=(before, milliseconds()),
    )


def _offer(broadcast: Broadcasting, options: Options) -> Callable[[float], Broadcast]:
    def offer(rate: float) -> Broadcast:
        told = broadcast(rate=rate, count=max(round(rate * options.seconds), _FEWEST))
        options.progress(
            f"  {number(rate)}/s: p99 {number(told.latency(0.99))} ms, {told.missing} missing"
        )
        return told

    return offer


def steps_from(offer: Callable[[float], Broadcast], rate: float) -> Iterator[Broadcast]:
    """Yield ever higher rates until one is not held; or lower ones until one is."""
    step = offer(rate)
    yield step
    is_rising = holds(step)
    for _ in range(_MOST_STEPS):
        rate = rate * _STEP if is_rising else rate / _STEP
        step = offer(rate)
        yield step
        if holds(step) != is_rising:
            return


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    return Report(
        case="fanout",
        claim="one gateway and many sockets that follow: the rate it holds, and how soon at half of it",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "step": _STEP,
            "late_ms": _LATE_MS,
        },
        runs=tuple(run.document() for run in runs),
        figures=tuple(
            figure
            for fan_out in options.fan_outs
            for figure in _figures(_of(runs, fan_out), fan_out)
        ),
        grids=(_grid(runs, options.fan_outs),),
        errors=sum(run.half.missing for run in runs),
        remarks=(
            (
                "A rate is held when every follower has every piece, in order, 99 % of them within a"
                " second, and none was said a second late."
            ),
            (
                "Counted from just before the recording is handed to the Redis client; a piece is"
                " recorded by the script and client of a worker, one at a time in each thread."
            ),
        ),
    )


def _of(runs: Sequence[Run], fan_out: FanOut) -> list[Run]:
    return [run for run in runs if run.fan_out == fan_out]


def _figures(runs: Sequence[Run], fan_out: FanOut) -> Iterator[Figure]:
    name = fan_out.text
    yield Figure(
        name=f"{name}: p99 at half of the rate held",
        unit="ms",
        samples=tuple(run.half.latency(0.99) for run in runs),
        goal=_WANTED_MS,
    )
    yield Figure(
        name=f"{name}: missing there",
        unit="",
        samples=tuple(float(run.half.missing) for run in runs),
        goal=_NONE,
    )
    yield Figure(
        name=f"{name}: highest rate held, of {fan_out.rate:g} in each thread",
        unit="/s",
        samples=tuple(run.held.rate for run in runs),
    )
    yield Figure(
        name=f"{name}: deliveries a second there",
        unit="/s",
        samples=tuple(run.held.deliveries / run.held.seconds for run in runs),
    )


def _grid(runs: Sequence[Run], fan_outs: Sequence[FanOut]) -> Grid:
    return Grid(
        title="Threads x followers; medians over the rounds",
        columns=(
            "",
            "pieces\na second",
            "median\nms",
            "p99\nms",
            "gateway\nCPU us",
            "redis\nCPU us",
            *(f"{who}\nbusy" for who in _WHO),
        ),
        rows=tuple(
            row
            for fan_out in fan_outs
            for name, chosen in (
                ("held", [run.held for run in _of(runs, fan_out)]),
                ("half", [run.half for run in _of(runs, fan_out)]),
            )
            for row in [_row(f"{fan_out.text}, {name}", chosen)]
        ),
    )


_WHO: Final = ("gateway", "redis", "publisher", "subscribers")


def _row(name: str, told: Sequence[Broadcast]) -> tuple[str, ...]:
    return (
        name,
        number(median(each.rate for each in told)),
        number(median(each.latency(0.5) for each in told)),
        number(median(each.latency(0.99) for each in told)),
        *(number(median(each.cpu_us_of(role) for each in told)) for role in ("gateway", "redis")),
        *(f"{median(each.busy[who] for each in told):.0%}" for who in _WHO),
    )
