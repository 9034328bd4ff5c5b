"""Many who wait at one process: what it holds, and how soon it answers everybody else."""

import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, cast

from redis import Redis

from bench.cluster import OURS, Cluster
from bench.dialogues import talking
from bench.errors import BrokenRunError
from bench.figures import histogram, percentile
from bench.options import Options
from bench.processes import resident_bytes
from bench.reports import Grid, number
from bench.servers import Server
from bench.waiters import ASKING, Look, WaitingPlan
from bench.yardstick import milliseconds

PER_SECOND: Final = 500
_KIB: Final = 1024
_MIB: Final = 1024 * 1024
_SETTLING: Final = 2.0  # seconds: what is slow to begin has begun, what is done once is done
_FILES_BESIDE: Final = 200


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


def allow_files(most: int) -> None:
    """Let this process and those it starts have a connection for each of *most* who wait.

    Raises:
        BrokenRunError: The system does not allow it.
    """
    wanted = most + _FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise BrokenRunError(
            f"a process may open {hard:,} files here, and {wanted:,} are needed: raise"
            " `ulimit -Hn`, or let fewer wait, with --waiting"
        )
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections_of(cluster: Cluster) -> int:
    """Return how many Redis has, but for the one that asks; nobody else than a gateway runs."""
    with Redis.from_url(cluster.redis.url) as redis:
        return len(cast("list[object]", redis.client_list())) - 1


def looks(
    server: Server,
    pid: int,
    turn: int,
    options: Options,
    *,
    by: str = ASKING,
    connections: Callable[[], int] = lambda: 0,
) -> Iterator[Run]:
    """Let ever more wait, and yield what is seen of the server each time.

    Args:
        server: Where they wait.
        pid: Of its process.
        turn: The round.
        options: How many.
        by: How they wait; see `waiters.BY_KIND`.
        connections: Counts those of the server to Redis.
    """
    plan = WaitingPlan(
        host=server.host,
        port=server.ports[0],
        pid=pid,
        by=by,
        levels=options.waiting,
        per_second=PER_SECOND,
        settling=min(_SETTLING, options.seconds),
        seconds=options.seconds,
    )
    with talking("bench.waiters", plan) as crowd:
        for level in options.waiting:
            run = Run(
                round=turn,
                server=server.name,
                level=level,
                look=crowd.hear(Look),
                resident=resident_bytes(pid),
                connections=connections(),
                yardstick_ms=milliseconds(),
            )
            options.progress(
                f"round {turn + 1}, {server.name}, {level:,} waiting: {run.resident / _MIB:.1f} MiB"
            )
            yield run
            crowd.say(None)


def missing(runs: Sequence[Run]) -> int:
    """Return how many should wait and did not."""
    return sum(run.level - run.look.waiting for run in runs)


def reasons(runs: Sequence[Run]) -> list[str]:
    """Return why."""
    return [
        f"{run.server}, {run.level:,}: {count} x {why}"
        for run in runs
        for why, count in run.look.errors.items()
    ]


def probes(runs: Sequence[Run]) -> tuple[float, ...]:
    """Return the p99 of ``GET /health/live`` in each, in milliseconds."""
    return tuple(percentile(run.look.probes_ms, 0.99) for run in runs)


def held(by_level: Mapping[int, Sequence[Run]], few: int, most: int) -> tuple[float, ...]:
    """Return the KiB that each of those took who came after the first *few*."""
    return tuple(
        (last.resident - first.resident) / _KIB / max(most - few, 1)
        for first, last in zip(by_level[few], by_level[most], strict=True)
    )


def by_level(runs: Sequence[Run], server: str) -> dict[int, list[Run]]:
    """Return the runs of one server, by how many should wait."""
    found: dict[int, list[Run]] = {}
    for run in runs:
        if run.server == server:
            found.setdefault(run.level, []).append(run)
    return found


def grid(runs: Sequence[Run], levels: Sequence[int], servers: Sequence[str]) -> Grid:
    """Return what was seen of each of *servers*."""
    by_server = {server: by_level(runs, server) for server in servers}
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
        number(median(run.connections for run in runs)) if server == OURS else "",
        f"{median(run.look.busy for run in runs):.0%}",
        number(median(percentile(run.look.probes_ms, 0.5) for run in runs)),
        number(median(percentile(run.look.probes_ms, 0.99) for run in runs)),
    )
