"""How soon an event is visible to who follows, against what Redis alone takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import uuid4

from bench.broadcasts import Broadcast, broadcasting, port_of
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal, ratios
from bench.options import Options
from bench.publishers import FLOOR, LEDGER
from bench.publishing import Topic
from bench.reports import Grid, Report, number
from bench.subscribers import REDIS, SOCKET, SSE
from bench.subscribing import Seats
from bench.yardstick import milliseconds

_RATE: Final = 30  # a second on each way; they take turns, so that each finds the machine idle
_WANTED: Final = Goal(Direction.AT_MOST, 2)
WAYS: Final = (FLOOR, SOCKET, SSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round."""

    round: int
    broadcast: Broadcast
    yardstick_ms: tuple[float, float]

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            **self.broadcast.document(),
            "latency_ms": {
                way: {
                    name: self.broadcast.latency(share, way)
                    for name, share in (("median", 0.5), ("p99", 0.99), ("max", 1.0))
                }
                for way in WAYS
            },
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Record events that one socket, one stream and one Redis subscriber follow, in turns."""
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            runs.append(_run(cluster, turn, options))
            options.progress(
                f"round {turn + 1}: "
                + ", ".join(
                    f"{way} {number(runs[-1].broadcast.latency(0.5, way))} ms" for way in WAYS
                )
            )
    return report_of(runs, options)


def _run(cluster: Cluster, turn: int, options: Options) -> Run:
    before = milliseconds()
    mark = uuid4().hex[:8]
    floor, socket, sse = (f"{way}-{mark}" for way in WAYS)
    with cluster.ours(workers=0) as server:
        port = port_of(server)
        topics = [Topic(FLOOR, floor), Topic(LEDGER, socket), Topic(LEDGER, sse)]
        seats = [
            Seats(kind=REDIS, port=cluster.redis.port, topic=floor, count=1, group=FLOOR),
            Seats(kind=SOCKET, port=port, topic=socket, count=1, group=SOCKET),
            Seats(kind=SSE, port=port, topic=sse, count=1, group=SSE),
        ]
        with broadcasting(server, cluster.redis.url, topics, seats) as broadcast:
            broadcast(rate=_RATE, count=max(round(_RATE * options.warm_up), 1))
            told = broadcast(rate=_RATE, count=max(round(_RATE * options.seconds), 1))
    return Run(round=turn, broadcast=told, yardstick_ms=(before, milliseconds()))


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    return Report(
        case="visible",
        claim="from the recording of an event until who follows has it, against Redis alone",
        settings={"rounds": options.rounds, "seconds": options.seconds, "rate": _RATE},
        runs=tuple(run.document() for run in runs),
        figures=(*_figures(runs),),
        grids=(_grid(runs),),
        errors=sum(run.broadcast.missing for run in runs),
        remarks=(
            (
                "Counted from just before the recording is handed to the Redis client until the bytes"
                " have been read from the follower's socket, by one clock."
            ),
            (
                "The floor: one XADD and one PUBLISH of the same bytes, in one pipeline of the same"
                " client, heard on a subscription that looks for the stamp and does nothing else."
            ),
        ),
    )


def _figures(runs: Sequence[Run]) -> Iterator[Figure]:
    floor = _medians(runs, FLOOR)
    for way in (SOCKET, SSE):
        yield Figure(
            name=f"{way}: median / floor",
            unit="",
            samples=ratios(_medians(runs, way), floor),
            goal=_WANTED,
        )
    for way in WAYS:
        yield Figure(name=f"{way}: median", unit="ms", samples=_medians(runs, way))


def _medians(runs: Sequence[Run], way: str) -> tuple[float, ...]:
    return tuple(run.broadcast.latency(0.5, way) for run in runs)


def _grid(runs: Sequence[Run]) -> Grid:
    shares = (("median ms", 0.5), ("p90\nms", 0.9), ("p99\nms", 0.99))
    return Grid(
        title="Medians over the rounds",
        columns=("way", *(name for name, _ in shares)),
        rows=tuple(
            (
                way,
                *(
                    number(median(run.broadcast.latency(share, way) for run in runs))
                    for _, share in shares
                ),
            )
            for way in WAYS
        ),
    )
