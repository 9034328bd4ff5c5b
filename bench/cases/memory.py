"""Whether the memory of the service stays where it is, however many questions it answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.contestants.embedded import ours
from bench.figures import Direction, Figure, Goal
from bench.options import Options
from bench.processes import peak_resident_bytes, resident_bytes
from bench.reports import Report
from bench.yardstick import milliseconds

_CLIENTS = 64
_MIB = 1024 * 1024
_PATIENCE = 3_600.0
_WANTED_GROWTH = Goal(Direction.AT_MOST, 5)

SHAPES = {"a new conversation each": 0, "100 conversations": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a process held after so many requests."""

    shape: str
    round: int
    requests: int
    resident: int
    peak: int
    errors: dict[str, int]
    yardstick_ms: float

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "shape": self.shape,
            "round": self.round,
            "requests": self.requests,
            "resident_bytes": self.resident,
            "peak_resident_bytes": self.peak,
            "errors": self.errors,
            "yardstick_ms": self.yardstick_ms,
        }


def measure(options: Options) -> Report:
    """Ask one process for each shape of load, and look at it now and then."""
    looks = [
        look
        for turn in range(options.rounds)
        for shape in SHAPES
        for look in _looks(shape, turn, options)
    ]
    return report_of(looks, options)


def _looks(shape: str, turn: int, options: Options) -> list[Look]:
    looks = []
    done = 0
    with ours() as server:
        for requests in (0, *options.requests):
            errors: dict[str, int] = {}
            if requests:
                result = server.under(
                    clients=_CLIENTS,
                    seconds=_PATIENCE,
                    requests=requests - done,
                    threads=SHAPES[shape],
                )
                errors = result.errors
                done = requests
            look = Look(
                shape=shape,
                round=turn,
                requests=requests,
                resident=resident_bytes(server.pid),
                peak=peak_resident_bytes(server.pid),
                errors=errors,
                yardstick_ms=milliseconds(),
            )
            looks.append(look)
            options.progress(
                f"round {turn + 1}, {shape}, {requests:,} requests: {look.resident / _MIB:.1f} MiB"
            )
    return looks


def report_of(looks: Sequence[Look], options: Options) -> Report:
    """Return what *looks* say."""
    return Report(
        case="memory",
        claim="what was answered must not stay in memory",
        settings={
            "rounds": options.rounds,
            "requests": options.requests,
            "clients": _CLIENTS,
            "threads": SHAPES,
        },
        runs=tuple(look.document() for look in looks),
        figures=tuple(
            figure for shape in SHAPES for figure in _figures(looks, shape, options.requests)
        ),
        errors=sum(sum(look.errors.values()) for look in looks),
    )


def _figures(looks: Sequence[Look], shape: str, requests: Sequence[int]) -> list[Figure]:
    held = {
        count: [
            look.resident / _MIB for look in looks if (look.shape, look.requests) == (shape, count)
        ]
        for count in (0, *requests)
    }
    figures = [
        Figure(name=f"{shape}: after {count:,} requests", unit="MiB", samples=tuple(samples))
        for count, samples in held.items()
    ]
    first, last = held[requests[0]], held[requests[-1]]
    growth = tuple((later / earlier - 1) * 100 for earlier, later in zip(first, last, strict=True))
    name = f"{shape}: growth from {requests[0]:,} to {requests[-1]:,}"
    return [*figures, Figure(name=name, unit="%", samples=growth, goal=_WANTED_GROWTH)]
