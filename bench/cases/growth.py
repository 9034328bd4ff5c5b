"""Does an answer cost more when there have been a million before it?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.cases.durable import ROLES, warm_up
from bench.cluster import Cluster, clustered
from bench.figures import Direction, Figure, Goal, ratios
from bench.growing import LONG, Growth, Size
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.runs import MIB, Run, reasons
from bench.servers import Server
from bench.yardstick import milliseconds

FRESH: Final = "fresh"
GROWN: Final = "grown"
_CLIENTS: Final = 64
_SHAPES: Final = {"new conversations": 0, "long conversations": LONG}
_FLAT: Final = Goal(Direction.AT_MOST, 1.1)
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
            for cluster in (fresh, grown):
                cluster.rewrite_redis_file()
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
