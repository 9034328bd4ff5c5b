"""A fixed piece of work, timed around each contestant: how fast is the machine just now?"""

import time
from typing import Final

_TURNS: Final = 100_000
_TRIES: Final = 3


def milliseconds() -> float:
    """Return how long the fixed loop takes now, the best of three tries (some 5 ms each)."""
    return min(_once() for _ in range(_TRIES))


def _once() -> float:
    started = time.perf_counter()
    total = 0
    for turn in range(_TURNS):
        total += turn & 7
    return (time.perf_counter() - started) * 1000
