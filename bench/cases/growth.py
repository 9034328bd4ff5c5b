"""Does an answer cost more when there have been a million before it?"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, cast
from urllib.request import Request, urlopen

from redis import Redis

from bench.cases.durable import ROLES, warm_up
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal, ratios
from bench.filling import Ids, Trace, fill, trace_of
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.runs import MIB, Run, reasons
from bench.servers import Server
from bench.yardstick import milliseconds

FRESH: Final = "fresh"
GROWN: Final = "grown"
_CLIENTS: Final = 64
_LONG: Final = 100  # conversations, which have a tenth of all questions
_LONG_AT_ONCE: Final = (
    20  # questions in each of them from the beginning: more than an agent is told
)
_SHORT: Final = 10  # questions in each of the other conversations
_SHARE_OF_LONG: Final = 10
_SHAPES: Final = {"new conversations": 0, "long conversations": _LONG}
_FLAT: Final = Goal(Direction.AT_MOST, 1.1)
_HTTP_SECONDS: Final = 30
_COST: Final = "CPU"
_QUANTITIES: Final[Mapping[str, Callable[[Run], float]]] = {
    _COST: lambda run: run.cpu_us,
    "median": lambda run: run.latency(0.5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One load on one of both, when so many questions had been.

    Attributes:
        records: Questions that were in the grown one.
        shape: Whether in new conversations or in long ones.
    """

    records: int
    shape: str
    run: Run

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {"records": self.records, "shape": self.shape, **self.run.document()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What the grown brokers held."""

    records: int
    redis_bytes: int
    redis_keys: int
    kafka_bytes: int

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "records": self.records,
            "redis_bytes": self.redis_bytes,
            "redis_keys": self.redis_keys,
            "kafka_bytes": self.kafka_bytes,
        }


class Growth:
    """A cluster that is filled more and more.

    Attributes:
        records: Questions that are in it, but for those of the measurements.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.records = 0
        with cluster.ours() as server:
            self._short = _traced(cluster, server, None)
            self._long = _traced(cluster, server, _long_id(0))
        self._numbers = itertools.count(1)
        self._short_ids = self._ids_of_short()

    def to(self, records: int) -> None:
        """Fill it up to so many questions."""
        missing = records - self.records
        long = missing // _SHARE_OF_LONG
        fill(self.cluster, self._long, self._ids_of_long(long // _LONG), long // _LONG * _LONG)
        fill(self.cluster, self._short, self._short_ids, missing - long)
        self.records = records

    def lengthen(self) -> None:
        """Give each long conversation its first questions."""
        fill(self.cluster, self._long, self._ids_of_long(_LONG_AT_ONCE), _LONG * _LONG_AT_ONCE)

    def size(self) -> Size:
        """Return what it takes."""
        with Redis.from_url(self.cluster.redis.url) as redis:
            memory = cast("dict[str, int]", redis.info("memory"))["used_memory"]
            keys = cast("int", redis.dbsize())
        return Size(
            records=self.records,
            redis_bytes=memory,
            redis_keys=keys,
            kafka_bytes=_bytes_in(self.cluster.kafka.folder),
        )

    def _ids_of_short(self) -> Iterator[Ids]:
        _, template = self._short.ids
        for thread in itertools.count():
            thread_id = b"thread_%0*d" % (len(template) - len(b"thread_"), thread)
            for _ in range(_SHORT):
                yield self._correlation_id(), thread_id

    def _ids_of_long(self, questions: int) -> Iterator[Ids]:
        for thread in range(_LONG):
            for _ in range(questions):
                yield self._correlation_id(), _long_id(thread).encode()

    def _correlation_id(self) -> bytes:
        return b"%08x-0000-4000-8000-000000000000" % next(self._numbers)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.log"))


def _long_id(number: int) -> str:
    return f"bench-{number:04}"  # as the generator calls them


def _traced(cluster: Cluster, server: Server, thread_id: str | None) -> Trace:
    body = {"message": "question 0000001 of client 0000"}
    asking = Request(  # noqa: S310 -- http, to ourselves
        f"{server.url}/api/chat",
        data=json.dumps(body | ({"thread_id": thread_id} if thread_id else {})).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(asking, timeout=_HTTP_SECONDS) as response:  # noqa: S310 -- likewise
        answer = json.load(response)
    return trace_of(cluster, answer["correlation_id"], answer["thread_id"])


def measure(options: Options) -> Report:
    """Load a cluster that grows and one that does not, in turns, again and again."""
    looks: list[Look] = []
    sizes: list[Size] = []
    with clustered() as fresh, clustered() as grown:
        growths = [Growth(fresh), Growth(grown)]
        for growth in growths:
            growth.lengthen()
            if options.warm_up:
                warm_up(growth.cluster, options)
        for records in (0, *options.records):
            growths[1].to(records)
            sizes.append(growths[1].size())
            options.progress(
                f"{records:,} questions: {sizes[-1].redis_bytes / MIB:,.0f} MiB in Redis,"
                f" {sizes[-1].kafka_bytes / MIB:,.0f} MiB in Kafka"
            )
            looks += _looks(fresh, grown, records, options)
    return report_of(looks, sizes, options)


def _looks(fresh: Cluster, grown: Cluster, records: int, options: Options) -> Iterator[Look]:
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(cluster.ours())
            for name, cluster in ((FRESH, fresh), (GROWN, grown))
        }
        for turn in range(options.rounds):
            for shape in _SHAPES:
                for name, server in servers.items():
                    look = Look(
                        records=records,
                        shape=shape,
                        run=_run(name, server, shape, turn, options),
                    )
                    options.progress(
                        f"round {turn + 1}, {records:,} questions, {shape}, {name}:"
                        f" {number(look.run.cpu_us)} us"
                    )
                    yield look


def _run(name: str, server: Server, shape: str, turn: int, options: Options) -> Run:
    before = milliseconds()
    (clients,) = options.clients[-1:] or (_CLIENTS,)
    result = server.under(
        clients=clients,
        threads=_SHAPES[shape],
        seconds=options.seconds,
        warm_up=options.warm_up,
    )
    return Run(
        round=turn,
        contestant=name,
        clients=clients,
        result=result,
        resident=server.resident,
        yardstick_ms=(before, milliseconds()),
    )


def report_of(looks: Sequence[Look], sizes: Sequence[Size], options: Options) -> Report:
    """Return what *looks* say."""
    levels = tuple(size.records for size in sizes)
    return Report(
        case="growth",
        claim="the cost of an answer while history, threads and topics grow",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "records": levels,
            "clients": options.clients[-1:] or (_CLIENTS,),
            "filled": (
                "one question in ten in 100 long conversations, the others in conversations of 10;"
                " for each the keys of an answered question in Redis, their times to live"
                " included, and a record in chat.requests and in chat.responses, acknowledged by"
                " the group; copies of a real one under other ids, so its times, and the offset"
                " that a response tells of its request, are those of the copied one"
            ),
        },
        runs=(*(look.document() for look in looks), *(size.document() for size in sizes)),
        figures=tuple(
            figure
            for records in levels
            for shape in _SHAPES
            for figure in _figures(looks, records, shape)
        ),
        grids=(_costs(looks, levels), _sizes(sizes)),
        errors=sum(look.run.errors for look in looks),
        remarks=(
            (
                "The other one is as old, and stays as it was at the start: both are asked in turns. What"
                " already differed between them at the start is divided out."
            ),
            *reasons([look.run for look in looks]),
        ),
    )


def _of(looks: Sequence[Look], records: int, shape: str, name: str) -> list[Run]:
    return [
        look.run
        for look in looks
        if (look.records, look.shape, look.run.contestant) == (records, shape, name)
    ]


def _figures(looks: Sequence[Look], records: int, shape: str) -> Iterator[Figure]:
    for what, value in _QUANTITIES.items():
        name = f"{records:,}, {shape}: {what}"
        against = _ratios(looks, records, shape, value)
        if not records:
            yield Figure(name=f"{name}, as both began", unit="", samples=against)
            continue
        # Two that are the same are not quite as quick: what differed from the start is none of it.
        start = median(_ratios(looks, 0, shape, value))
        yield Figure(
            name=f"{name}, grown / fresh",
            unit="",
            samples=tuple(ratio / start for ratio in against),
            goal=_FLAT if value is _QUANTITIES[_COST] else None,
        )


def _ratios(
    looks: Sequence[Look], records: int, shape: str, value: Callable[[Run], float]
) -> tuple[float, ...]:
    fresh, grown = (map(value, _of(looks, records, shape, name)) for name in (FRESH, GROWN))
    return ratios(tuple(grown), tuple(fresh))


def _costs(looks: Sequence[Look], levels: Sequence[int]) -> Grid:
    rows = (
        (records, shape, name, _of(looks, records, shape, name))
        for records in levels
        for shape in _SHAPES
        for name in (FRESH, GROWN)
    )
    return Grid(
        title="Medians over the rounds (CPU in microseconds for an answer)",
        columns=("questions", "asked in", "", "answers\na second", "median\nms", "CPU", *ROLES),
        rows=tuple(
            (
                f"{records:,}",
                shape,
                name,
                number(median(run.per_second for run in runs)),
                number(median(run.latency(0.5) for run in runs)),
                number(median(run.cpu_us for run in runs)),
                *(number(median(run.cpu_us_of(role) for run in runs)) for role in ROLES),
            )
            for records, shape, name, runs in rows
        ),
    )


def _sizes(sizes: Sequence[Size]) -> Grid:
    return Grid(
        title="What the grown one held",
        columns=("questions", "Redis\nMiB", "keys", "Kafka\nMiB", "Redis bytes\na question"),
        rows=tuple(
            (
                f"{size.records:,}",
                number(size.redis_bytes / MIB),
                f"{size.redis_keys:,}",
                number(size.kafka_bytes / MIB),
                number((size.redis_bytes - sizes[0].redis_bytes) / size.records)
                if size.records
                else "",
            )
            for size in sizes
        ),
    )
