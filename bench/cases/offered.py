"""An open loop: how long an answer takes when questions come at a rate, whatever comes of them."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.cases.durable import warm_up
from bench.cluster import OURS, Cluster, clustered
from bench.contestants.durable import MAY_FAIL, ORIGINAL, contestants
from bench.figures import Figure, ratios
from bench.options import Options
from bench.reports import Grid, Report, number
from bench.runs import Run, reasons, run
from bench.servers import Server

SHARES: Final = (0.25, 0.5, 0.8)
TAKING_PART: Final = (ORIGINAL, OURS)
_CLIENTS: Final = 64
_CONNECTIONS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One contestant in one round, at a share of what it made there in a closed loop."""

    share: float
    run: Run

    @property
    def kept_up(self) -> float:
        """The share of what was due that was answered rightly."""
        return self.run.per_second / self.run.rate

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {"share": self.share, **self.run.document()}


def measure(options: Options) -> Report:
    """Find each one's ceiling, then offer shares of it to the same processes."""
    with clustered() as cluster:
        warm_up(cluster, options)
        ceilings: list[Run] = []
        offers = [
            offer
            for turn in range(options.rounds)
            for offer in _round(cluster, turn, options, ceilings)
        ]
    return report_of(ceilings, offers, options)


def _round(cluster: Cluster, turn: int, options: Options, ceilings: list[Run]) -> Iterable[Offer]:
    cluster.rewrite_redis_file()
    for name in options.contestants or TAKING_PART:
        yield from _offers(cluster, name, turn, options, ceilings)


def _offers(
    cluster: Cluster, name: str, turn: int, options: Options, ceilings: list[Run]
) -> Iterable[Offer]:
    may_fail = name in MAY_FAIL
    (clients,) = options.clients[-1:] or (_CLIENTS,)
    with _started(cluster, name) as server:
        ceiling = run(server, turn, options, clients=clients, may_fail=may_fail)
        ceilings.append(ceiling)
        for share in SHARES:
            rate = share * ceiling.per_second
            offered = run(server, turn, options, clients=_CONNECTIONS, rate=rate, may_fail=may_fail)
            yield Offer(share=share, run=offered)


def _started(cluster: Cluster, name: str) -> AbstractContextManager[Server]:
    return contestants(cluster, b"")[name]()


def report_of(ceilings: Sequence[Run], offers: Sequence[Offer], options: Options) -> Report:
    """Return what *offers* say."""
    runs = [*ceilings, *(offer.run for offer in offers)]
    return Report(
        case="open",
        claim="questions at a constant rate, timed from when they were due",
        settings={
            "rounds": options.rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "shares": SHARES,
            "connections": _CONNECTIONS,
        },
        runs=(
            *({"share": None, **run.document()} for run in ceilings),
            *(offer.document() for offer in offers),
        ),
        figures=tuple(figure for share in SHARES for figure in _figures(offers, share)),
        grids=(_grid(offers),),
        errors=sum(run.errors for run in runs if run.contestant not in MAY_FAIL),
        remarks=tuple(reasons(runs)),
    )


def _of(offers: Sequence[Offer], contestant: str, share: float) -> list[Offer]:
    return [offer for offer in offers if (offer.run.contestant, offer.share) == (contestant, share)]


def _figures(offers: Sequence[Offer], share: float) -> Iterable[Figure]:
    ours, theirs = _of(offers, OURS, share), _of(offers, ORIGINAL, share)
    for name, part in (("median", 0.5), ("p99", 0.99)):
        their_own = [offer.run.latency(part) for offer in theirs]
        if ours and all(their_own) and their_own:
            yield Figure(
                name=f"{share:.0%} of the ceiling: {name}, ours / original",
                unit="",
                samples=ratios([offer.run.latency(part) for offer in ours], their_own),
            )
    if ours:
        yield Figure(
            name=f"{share:.0%} of the ceiling: answered of what was due, ours",
            unit="",
            samples=tuple(offer.kept_up for offer in ours),
        )


def _grid(offers: Sequence[Offer]) -> Grid:
    rows = (_of(offers, name, share) for share in SHARES for name in TAKING_PART)
    return Grid(
        title="Medians over the rounds",
        columns=(
            "of its\nceiling",
            "contestant",
            "offered\na second",
            "answered\na second",
            "median\nms",
            "p99\nms",
            "longest\nms",
            "CPU us\nanswer",
            "errors",
        ),
        rows=tuple(_row(row) for row in rows if row),
    )


def _row(offers: Sequence[Offer]) -> tuple[str, ...]:
    runs = [offer.run for offer in offers]
    return (
        f"{offers[0].share:.0%}",
        runs[0].contestant,
        number(median(run.rate for run in runs)),
        number(median(run.per_second for run in runs)),
        number(median(run.latency(0.5) for run in runs)),
        number(median(run.latency(0.99) for run in runs)),
        number(median(run.latency(1.0) for run in runs)),
        number(median(run.cpu_us for run in runs)),
        f"{sum(run.errors for run in runs):,}",
    )
