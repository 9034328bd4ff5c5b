"""How much is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.fan_outs import FanOut


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a case is told; each reads what concerns it.

    Attributes:
        rounds: How often every contestant has its turn.
        seconds: How long the answers of a run count.
        warm_up: Seconds of load before.
        clients: Numbers of concurrent clients; empty for the case's own.
        contestants: Who takes part where there is a choice; empty for all.
        plot: Takes the case's picture, if it has one.
        requests: After how many requests memory is looked at, ascending.
        starts: How often processes are started.
        senders: Tasks that send at once.
        waiting: How many clients wait, ascending.
        agent_seconds: How long a slow agent takes.
        threads: Conversations that a slow agent has.
        stall_seconds: How long Kafka hangs.
        shapes: Gateways and workers beside one of each.
        records: After how many questions the cost of one is looked at, ascending.
        overload_seconds: How long too much is asked.
        fan_outs: Who follows how much, where many follow.
        progress: Told a line whenever a run is over.
    """

    rounds: int = 3
    seconds: float = 3
    warm_up: float = 1
    clients: tuple[int, ...] = ()
    contestants: tuple[str, ...] = ()
    plot: Path | None = None
    requests: tuple[int, ...] = (20_000, 100_000)
    starts: int = 9
    senders: int = 10_000
    waiting: tuple[int, ...] = (100, 10_000)
    agent_seconds: float = 2
    threads: int = 500
    stall_seconds: float = 3
    shapes: tuple[tuple[int, int], ...] = ((1, 2), (2, 1), (2, 2), (1, 4), (4, 1), (4, 4))
    records: tuple[int, ...] = (100_000, 1_000_000)
    overload_seconds: float = 10
    fan_outs: tuple[FanOut, ...] = (FanOut(1, 1_000, 5), FanOut(200, 5, 20))
    progress: Callable[[str], None] = _silent
