"""How often Python looks for cyclic garbage while the process serves."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

# What a request makes is kept for a while (history, answers) and goes without any cycle, so the
# collector finds next to nothing; with Python's defaults (700, 10, 10) the search took a fifth of
# the process's time. Memory stays bounded all the same: at most so many objects wait to be seen.
_THRESHOLDS: Final = (20_000, 20, 20)


@contextmanager
def seldom_collecting() -> Generator[None]:
    """Search seldom while inside, and never through what is there already."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
