"""When something was said, and as which number: written into its text, read where it arrives.

`time.perf_counter_ns` is one clock for all processes of a machine (Linux: ``CLOCK_MONOTONIC``).
"""

import re
import time
from typing import Final

_STAMP: Final = re.compile(rb"@(\d{19}) (\d{8})")
LENGTH: Final = 29


def stamped(number: int, *, chars: int) -> str:
    """Return a text that says when it was made; the stamp ends it, so that all has come with it.

    Args:
        number: Which one it is, up to eight digits.
        chars: Its length; it has at least `LENGTH`.
    """
    return f"{'.' * (chars - LENGTH)}@{time.perf_counter_ns():019d} {number:08d}"


def stamps(data: bytes) -> list[tuple[int, int]]:
    """Return nanoseconds and number of each text in *data*."""
    return [(int(at), int(number)) for at, number in _STAMP.findall(data)]
