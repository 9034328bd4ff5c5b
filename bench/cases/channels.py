"""What a delivery costs, against Litestar's own Channels over Redis on the same work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.broadcasts import Broadcast
from bench.cluster import GATEWAY, OURS, REDIS, Cluster, clustered
from bench.contestants.channels import channels
from bench.fan_outs import FanOut, fanned_out
from bench.figures import Direction, Figure, Goal, ratios
from bench.options import Options
from bench.publishers import CHANNELS, LEDGER, STREAMS
from bench.reports import Grid, Report, number
from bench.servers import Server
from bench.subscribers import PLAIN_SOCKET, SOCKET
from bench.yardstick import milliseconds

_SHARE: Final = 0.2  # of the rate of a fan-out: what all of them manage
_LONGER: Final = 2  # times the seconds of a run: processor time is counted in hundredths
_FEWEST: Final = 5
_WANTED: Final = Goal(Direction.AT_MOST, 1)
THEIRS: Final = "Channels"
THEIR_STREAMS: Final = "Channels, streams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Who delivers.

    Attributes:
        start: Starts its gateway.
        publisher: See `publishers.OPENED`.
        subscriber: See `subscribers.BY_KIND`.
    """

    start: Callable[[Cluster], AbstractContextManager[Server]]
    publisher: str
    subscriber: str


CONTESTANTS: Final[Mapping[str, Contestant]] = {
    OURS: Contestant(
        start=lambda cluster: cluster.ours(workers=0), publisher=LEDGER, subscriber=SOCKET
    ),
    THEIRS: Contestant(
        start=lambda cluster: channels(cluster, THEIRS),
        publisher=CHANNELS,
        subscriber=PLAIN_SOCKET,
    ),
    THEIR_STREAMS: Contestant(
        start=lambda cluster: channels(cluster, THEIR_STREAMS, backend=STREAMS),
        publisher=STREAMS,
        subscriber=PLAIN_SOCKET,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contestant with one fan-out in one round."""

    round: int
    contestant: str
    fan_out: FanOut
    broadcast: Broadcast
    yardstick_ms: tuple[float, float]

    @property
    def cpu_us(self) -> float:
        """Microseconds for a delivery of gateway and Redis."""
        return sum(self.broadcast.cpu_us_of(role) for role in (GATEWAY, REDIS))

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            "contestant": self.contestant,
            "threads": self.fan_out.threads,
            "followers": self.fan_out.followers,
            **self.broadcast.document(),
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Let each deliver the same, in turns."""
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            for fan_out in options.fan_outs:
                for name in CONTESTANTS:
                    runs.append(_run(cluster, turn, name, fan_out, options))
                    options.progress(_in_words(runs[-1]))
    return report_of(runs, options)


def _in_words(run: Run) -> str:
    told = run.broadcast
    return (
        f"round {run.round + 1}, {run.fan_out.text}, {run.contestant}:"
        f" {number(told.cpu_us_of(GATEWAY))} us of the gateway for a delivery,"
        f" {told.missing} missing"
    )


def _run(cluster: Cluster, turn: int, name: str, fan_out: FanOut, options: Options) -> Run:
    before = milliseconds()
    contestant = CONTESTANTS[name]
    rate = fan_out.rate * _SHARE
    with (
        contestant.start(cluster) as server,
        fanned_out(
            server,
            cluster.redis.url,
            fan_out,
            publisher=contestant.publisher,
            subscriber=contestant.subscriber,
        ) as broadcast,
    ):
        broadcast(rate=rate, count=max(round(rate * options.warm_up), 1))
        count = max(round(rate * options.seconds * _LONGER), _FEWEST)
        told = broadcast(rate=rate, count=count)
    return Run(
        round=turn,
        contestant=name,
        fan_out=fan_out,
        broadcast=told,
        yardstick_ms=(before, milliseconds()),
    )


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    return Report(
        case="channels",
        claim="processor time for a delivery, against Litestar's Channels over Redis",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds * _LONGER,
            "share": _SHARE,
        },
        runs=tuple(run.document() for run in runs),
        figures=tuple(figure for fan_out in options.fan_outs for figure in _figures(runs, fan_out)),
        grids=(_grid(runs, options.fan_outs),),
        errors=sum(run.broadcast.missing for run in runs if run.contestant == OURS),
        remarks=(
            (
                "Each delivers the same bytes to as many sockets, from processes that do nothing else."
                " Ours stores each event in Redis and fences it, Channels publishes it; with streams"
                " it stores it as well."
            ),
            *_losses(runs),
        ),
    )


def _losses(runs: Sequence[Run]) -> list[str]:
    return [
        f"{run.contestant}, {run.fan_out.text}, round {run.round + 1}: {run.broadcast.missing} missing"
        for run in runs
        if run.broadcast.missing
    ]


def _of(runs: Sequence[Run], contestant: str, fan_out: FanOut) -> list[Run]:
    return [run for run in runs if (run.contestant, run.fan_out) == (contestant, fan_out)]


def _figures(runs: Sequence[Run], fan_out: FanOut) -> Iterator[Figure]:
    ours = _of(runs, OURS, fan_out)
    for name, goal in ((THEIRS, _WANTED), (THEIR_STREAMS, None)):
        theirs = _of(runs, name, fan_out)
        yield Figure(
            name=f"{fan_out.text}: CPU of the gateway, ours / {name}",
            unit="",
            samples=ratios(_gateways(ours), _gateways(theirs)),
            goal=goal,
        )
        yield Figure(
            name=f"{fan_out.text}: CPU of gateway and Redis, ours / {name}",
            unit="",
            samples=ratios([run.cpu_us for run in ours], [run.cpu_us for run in theirs]),
            goal=goal,
        )


def _gateways(runs: Sequence[Run]) -> list[float]:
    return [run.broadcast.cpu_us_of(GATEWAY) for run in runs]


def _grid(runs: Sequence[Run], fan_outs: Sequence[FanOut]) -> Grid:
    return Grid(
        title="CPU for a delivery; threads x followers; medians over the rounds",
        columns=("", "contestant", "gateway\nus", "redis\nus", "median\nms", "p99\nms", "missing"),
        rows=tuple(
            _row(fan_out, name, [run.broadcast for run in _of(runs, name, fan_out)])
            for fan_out in fan_outs
            for name in CONTESTANTS
        ),
    )


def _row(fan_out: FanOut, name: str, told: Sequence[Broadcast]) -> tuple[str, ...]:
    return (
        f"{fan_out.text} at {number(told[0].rate)}/s",
        name,
        *(number(median(each.cpu_us_of(role) for each in told)) for role in (GATEWAY, REDIS)),
        *(number(median(each.latency(share) for each in told)) for share in (0.5, 0.99)),
        f"{sum(each.missing for each in told):,}",
    )
