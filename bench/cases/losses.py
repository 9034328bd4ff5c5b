"""What who follows does not get: across a restart of Redis, and while some take nothing."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import uuid4

from bench.broadcasts import Broadcast, Broadcasting, broadcasting, gateway_of, port_of
from bench.cluster import OURS, Cluster, clustered
from bench.contestants.channels import channels
from bench.figures import Direction, Figure, Goal
from bench.options import Options
from bench.processes import peak_resident_bytes
from bench.publishers import CHANNELS, LEDGER
from bench.publishing import Topic
from bench.reports import Grid, Report, number
from bench.servers import Server
from bench.subscribers import PLAIN_SOCKET, SOCKET
from bench.subscribing import Seats
from bench.yardstick import milliseconds

THEIRS: Final = "Channels"
THEIRS_BOUNDED: Final = "Channels, bounded"
RESTART: Final = "Redis restarted"
SLOW: Final = "slow readers"

_BACKLOG: Final = 64  # as many events wait in the memory of a gateway of ours for one who follows
_AWAY: Final = 1.0  # seconds that Redis takes to be there again
_PARTS: Final = 3  # before, while it lasts, and after
_SMALL: Final = 8_192  # bytes that the kernel takes for a slow reader
_MIB: Final = 1024 * 1024
_BRISK: Final = "brisk"
_NONE: Final = Goal(Direction.AT_MOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What happens to whom.

    Attributes:
        threads: Topics.
        rate: Pieces a second in each.
        chars: Of each.
        brisk: Who take everything at once, in each topic.
        slow: Who take nothing for a while, in each topic.
    """

    threads: int
    rate: float
    chars: int
    brisk: int
    slow: int


SCENES: Final[Mapping[str, Scene]] = {
    RESTART: Scene(threads=10, rate=20, chars=64, brisk=5, slow=0),
    # What comes meanwhile is several times of what the kernels keep for a connection.
    SLOW: Scene(threads=1, rate=200, chars=2_048, brisk=4, slow=4),
}
CONTESTANTS: Final[
    Mapping[str, tuple[Callable[[Cluster], AbstractContextManager[Server]], str, str]]
] = {
    OURS: (lambda cluster: cluster.ours(workers=0), LEDGER, SOCKET),
    THEIRS: (lambda cluster: channels(cluster, THEIRS), CHANNELS, PLAIN_SOCKET),
    THEIRS_BOUNDED: (
        lambda cluster: channels(cluster, THEIRS_BOUNDED, backlog=_BACKLOG),
        CHANNELS,
        PLAIN_SOCKET,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contestant in one scene in one round.

    Attributes:
        peak: The most memory that the gateway ever had, in bytes.
    """

    round: int
    contestant: str
    scene: str
    broadcast: Broadcast
    peak: int
    yardstick_ms: tuple[float, float]

    @property
    def due(self) -> int:
        """How many deliveries there should be."""
        scene = SCENES[self.scene]
        return self.broadcast.said * (scene.brisk + scene.slow)

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            "contestant": self.contestant,
            "scene": self.scene,
            "due": self.due,
            "peak_resident_bytes": self.peak,
            **self.broadcast.document(),
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Let each go through both, in turns."""
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            for scene in SCENES:
                for name in CONTESTANTS:
                    runs.append(_run(cluster, turn, name, scene, options))
                    options.progress(_in_words(runs[-1]))
    return report_of(runs, options)


def _in_words(run: Run) -> str:
    told = run.broadcast
    return (
        f"round {run.round + 1}, {run.scene}, {run.contestant}: {told.missing:,} of {run.due:,}"
        f" missing, told so {told.gaps:,} times"
    )


def _run(cluster: Cluster, turn: int, name: str, called: str, options: Options) -> Run:
    before = milliseconds()
    scene = SCENES[called]
    start, publisher, subscriber = CONTESTANTS[name]
    mark = uuid4().hex[:8]
    topics = [f"thread-{place}-{mark}" for place in range(scene.threads)]
    with start(cluster) as server:
        seats = [*_seats(scene, topics, port_of(server), subscriber)]
        with broadcasting(
            server, cluster.redis.url, [Topic(publisher, topic) for topic in topics], seats
        ) as broadcast:
            told = broadcast(
                rate=scene.rate,
                count=max(round(scene.rate * options.stall_seconds * _PARTS), _PARTS),
                chars=scene.chars,
                meanwhile=lambda: _TROUBLES[called](cluster, broadcast, options.stall_seconds),
            )
        peak = peak_resident_bytes(gateway_of(server))
    return Run(
        round=turn,
        contestant=name,
        scene=called,
        broadcast=told,
        peak=peak,
        yardstick_ms=(before, milliseconds()),
    )


def _seats(scene: Scene, topics: Sequence[str], port: int, kind: str) -> Iterator[Seats]:
    for topic in topics:
        yield Seats(kind=kind, port=port, topic=topic, count=scene.brisk, group=_BRISK)
        yield Seats(
            kind=kind, port=port, topic=topic, count=scene.slow, group=SLOW, receives=_SMALL
        )


def _restart(cluster: Cluster, _: Broadcasting, seconds: float) -> None:
    # Time is what is waited for here, and below: it is the case's own. The server dies between two
    # pieces: one that is written down and not yet told to anybody would be told no more.
    time.sleep(seconds + 0.5 / SCENES[RESTART].rate)
    cluster.redis.kill()
    time.sleep(_AWAY)
    cluster.redis.start()


def _take_nothing(_: Cluster, broadcast: Broadcasting, seconds: float) -> None:
    broadcast.pause(SLOW)
    time.sleep(seconds * 2)
    broadcast.go_on(SLOW)


_TROUBLES: Final[Mapping[str, Callable[[Cluster, Broadcasting, float], None]]] = {
    RESTART: _restart,
    SLOW: _take_nothing,
}


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    return Report(
        case="losses",
        claim="what who follows does not get, when Redis restarts and when some read nothing",
        settings={
            "rounds": options.rounds,
            "stall_seconds": options.stall_seconds,
            "backlog": _BACKLOG,
            "scenes": SCENES,
        },
        runs=tuple(run.document() for run in runs),
        figures=(*_figures(runs),),
        grids=(_grid(runs),),
        remarks=(
            (
                "Missing: recorded or published without an error, and not had, or had twice or out of"
                " order. What failed was said again until it did not."
            ),
            (
                f"Channels keeps any number of messages for a slow reader unless it is bounded, here"
                f" to {_BACKLOG}; ours keeps so many, and reads the others from Redis."
            ),
        ),
    )


def _of(runs: Sequence[Run], contestant: str, scene: str) -> list[Run]:
    return [run for run in runs if (run.contestant, run.scene) == (contestant, scene)]


def _figures(runs: Sequence[Run]) -> Iterator[Figure]:
    for scene in SCENES:
        for contestant in CONTESTANTS:
            yield Figure(
                name=f"{scene}: missing, {contestant}",
                unit="",
                samples=tuple(float(run.broadcast.missing) for run in _of(runs, contestant, scene)),
                goal=_NONE if contestant == OURS else None,
            )


def _grid(runs: Sequence[Run]) -> Grid:
    return Grid(
        title="Sums over the rounds; peak and the p99 of those who read on: medians",
        columns=(
            "",
            "contestant",
            "due",
            "missing",
            "told\nof gaps",
            "peak\nMiB",
            "others'\np99 ms",
        ),
        rows=tuple(
            _row(scene, contestant, _of(runs, contestant, scene))
            for scene in SCENES
            for contestant in CONTESTANTS
        ),
    )


def _row(scene: str, contestant: str, runs: Sequence[Run]) -> tuple[str, ...]:
    return (
        scene,
        contestant,
        f"{sum(run.due for run in runs):,}",
        f"{sum(run.broadcast.missing for run in runs):,}",
        f"{sum(run.broadcast.gaps for run in runs):,}",
        number(median(run.peak / _MIB for run in runs)),
        number(median(run.broadcast.latency(0.99, _BRISK) for run in runs)),
    )
