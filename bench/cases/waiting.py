"""What those cost who wait: connections, memory, and the patience of everybody else."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final, cast

import msgspec
from redis import Redis

from bench.cluster import GATEWAY, Cluster, clustered
from bench.contestants.sleeping import SLEEPING, sleeping
from bench.errors import BrokenRunError
from bench.figures import Direction, Figure, Goal, histogram, percentile
from bench.machines import ROOT
from bench.options import Options
from bench.processes import resident_bytes
from bench.reports import Grid, Report, number
from bench.servers import Server
from bench.waiters import Look, WaitingPlan
from bench.yardstick import milliseconds

_OURS: Final = "cse-chat"
_KIB: Final = 1024
_MIB: Final = 1024 * 1024
_PER_SECOND: Final = 500
_SETTLING: Final = 2.0  # seconds: what is slow to begin has begun, what is done once is done
_WAIT_SECONDS: Final = 280
_FILES_BESIDE: Final = 200
# The pool of a gateway, which fills as it is needed, and its one subscription.
_FEW_CONNECTIONS: Final = Goal(Direction.AT_MOST, 9)
_WANTED_BYTES: Final = Goal(Direction.AT_MOST, 8)
_WANTED_LAG: Final = Goal(Direction.AT_MOST, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One server in one round while so many waited.

    Attributes:
        level: How many should wait.
        connections: Of the server to Redis; 0 for the bare one.
    """

    round: int
    server: str
    level: int
    look: Look
    resident: int
    connections: int
    yardstick_ms: float

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "round": self.round,
            "server": self.server,
            "level": self.level,
            "waiting": self.look.waiting,
            "errors": self.look.errors,
            "resident_bytes": self.resident,
            "redis_connections": self.connections,
            "busy": self.look.busy,
            "probe_ms": {
                name: percentile(self.look.probes_ms, share)
                for name, share in (("median", 0.5), ("p99", 0.99), ("max", 1.0))
            },
            "probes_ms": histogram(self.look.probes_ms),
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Let clients wait at a gateway that nobody answers, and at a handler that sleeps, in turns."""
    _allow_files(max(options.waiting) + _FILES_BESIDE)
    runs: list[Run] = []
    with clustered() as cluster:
        for turn in range(options.rounds):
            # No worker: the questions stay in Kafka, and who asked waits.
            with cluster.ours(workers=0, HTTP__WAIT_SECONDS=str(_WAIT_SECONDS)) as gateway:
                (pid,) = gateway.processes[GATEWAY]
                seen = _looks(gateway, pid, turn, options, lambda: _connections(cluster))
                runs += _told(seen, options)
            with sleeping() as handler:
                runs += _told(_looks(handler, handler.pid, turn, options, lambda: 0), options)
    return report_of(runs, options)


def _allow_files(wanted: int) -> None:
    """Let this process and those it starts have so many connections.

    Raises:
        BrokenRunError: The system does not allow it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise BrokenRunError(
            f"a process may open {hard:,} files here, and {wanted:,} are needed: raise"
            " `ulimit -Hn`, or let fewer wait, with --waiting"
        )
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _connections(cluster: Cluster) -> int:
    """Return how many Redis has, but for the one that asks; nobody else than a gateway runs."""
    with Redis.from_url(cluster.redis.url) as redis:
        return len(cast("list[object]", redis.client_list())) - 1


def _told(runs: Iterator[Run], options: Options) -> Iterator[Run]:
    for run in runs:
        options.progress(
            f"round {run.round + 1}, {run.server}, {run.level:,} waiting:"
            f" {run.resident / _MIB:.1f} MiB"
        )
        yield run


def _looks(
    server: Server, pid: int, turn: int, options: Options, connections: Callable[[], int]
) -> Iterator[Run]:
    with _waiters(server, pid, options) as (look, go_on):
        for level in options.waiting:
            yield Run(
                round=turn,
                server=server.name,
                level=level,
                look=look(),
                resident=resident_bytes(pid),
                connections=connections(),
                yardstick_ms=milliseconds(),
            )
            go_on()


@contextmanager
def _waiters(
    server: Server, pid: int, options: Options
) -> Iterator[tuple[Callable[[], Look], Callable[[], None]]]:
    """Start those who wait; yield what looks, and what lets them become more."""
    plan = WaitingPlan(
        host=server.host,
        port=server.ports[0],
        pid=pid,
        levels=options.waiting,
        per_second=_PER_SECOND,
        settling=min(_SETTLING, options.seconds),
        seconds=options.seconds,
    )
    with subprocess.Popen(
        [sys.executable, "-m", "bench.waiters"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin and stdout  # noqa: S101, PT018 -- both are pipes

        def say(line: bytes) -> None:
            stdin.write(line + b"\n")
            stdin.flush()

        def look() -> Look:
            line = stdout.readline()
            if not line:
                raise BrokenRunError(f"those who wait at {server.name} broke")
            return msgspec.json.decode(line, type=Look)

        try:
            say(msgspec.json.encode(plan))
            yield look, lambda: say(b"")
        finally:
            process.kill()


def report_of(runs: Sequence[Run], options: Options) -> Report:
    """Return what *runs* say."""
    levels = options.waiting
    return Report(
        case="waiting",
        claim="clients that wait in one gateway, against a handler that sleeps",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "waiting": levels,
            "questions_per_second": _PER_SECOND,
            "workers": 0,
        },
        runs=tuple(run.document() for run in runs),
        figures=(*_figures(runs, levels),),
        grids=(_grid(runs, levels),),
        errors=sum(_missing(run) for run in runs),
        remarks=(
            "Redis connections are counted by its CLIENT LIST; only the gateway has any.",
            (
                "The lag of the event loop is seen from outside: GET /health/live every 10 ms, each"
                " counted from when it was due, the way there and back included."
            ),
        ),
    )


def _missing(run: Run) -> int:
    return run.level - run.look.waiting


def _figures(runs: Sequence[Run], levels: Sequence[int]) -> Iterator[Figure]:
    most, few = levels[-1], levels[0]
    ours, bare = _by_level(runs, _OURS), _by_level(runs, SLEEPING)
    for level, goal in ((few, None), (most, _FEW_CONNECTIONS)):
        yield Figure(
            name=f"Redis connections while {level:,} wait",
            unit="",
            samples=tuple(float(run.connections) for run in ours[level]),
            goal=goal,
        )
    theirs = _held(bare, few, most)
    own = _held(ours, few, most)
    yield Figure(
        name="memory of one who waits, above the bare handler's",
        unit="KiB",
        samples=tuple(one - other for one, other in zip(own, theirs, strict=True)),
        goal=_WANTED_BYTES,
    )
    yield Figure(name="memory of one who waits, in the gateway", unit="KiB", samples=own)
    yield Figure(name="memory of one who waits, in the bare handler", unit="KiB", samples=theirs)
    for name, by_level, goal in ((_OURS, ours, _WANTED_LAG), (SLEEPING, bare, None)):
        yield Figure(
            name=f"{name}: p99 of GET /health/live while {most:,} wait",
            unit="ms",
            samples=tuple(percentile(run.look.probes_ms, 0.99) for run in by_level[most]),
            goal=goal,
        )


def _held(by_level: dict[int, list[Run]], few: int, most: int) -> tuple[float, ...]:
    """Return the KiB that each of those took who came after the first *few*."""
    return tuple(
        (last.resident - first.resident) / _KIB / max(most - few, 1)
        for first, last in zip(by_level[few], by_level[most], strict=True)
    )


def _by_level(runs: Sequence[Run], server: str) -> dict[int, list[Run]]:
    found: dict[int, list[Run]] = {}
    for run in runs:
        if run.server == server:
            found.setdefault(run.level, []).append(run)
    return found


def _grid(runs: Sequence[Run], levels: Sequence[int]) -> Grid:
    by_server = {server: _by_level(runs, server) for server in (_OURS, SLEEPING)}
    return Grid(
        title="Medians over the rounds",
        columns=(
            "waiting",
            "server",
            "MiB",
            "Redis\nconnections",
            "busy",
            "probe\nmedian ms",
            "p99\nms",
        ),
        rows=tuple(
            _row(level, server, by_server[server][level])
            for level in levels
            for server in by_server
        ),
    )


def _row(level: int, server: str, runs: Sequence[Run]) -> tuple[str, ...]:
    return (
        f"{level:,}",
        server,
        number(median(run.resident / _MIB for run in runs)),
        number(median(run.connections for run in runs)) if server == _OURS else "",
        f"{median(run.look.busy for run in runs):.0%}",
        number(median(percentile(run.look.probes_ms, 0.5) for run in runs)),
        number(median(percentile(run.look.probes_ms, 0.99) for run in runs)),
    )
