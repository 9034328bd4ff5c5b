"""What was read and nobody has taken yet, in order and bounded."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Buffer(Generic[T]):
    """A queue that says when it is full; it takes what comes all the same, nothing gets lost."""

    def __init__(self, *, records: int, weight: int, weigh: Callable[[T], int]) -> None:
        """Store the arguments.

        Args:
            records: So many make it full.
            weight: As does so much weight.
            weigh: Says what one weighs.
        """
        self._records = records
        self._most = weight
        self._weigh = weigh
        self._kept: deque[tuple[T, int]] = deque()
        self._weight = 0
        self._changed = asyncio.Event()
        self._is_open = True

    @property
    def is_full(self) -> bool:
        """Whether nothing more should come."""
        return len(self._kept) >= self._records or self._weight >= self._most

    @property
    def is_low(self) -> bool:
        """Whether it has emptied so far that more should come."""
        return len(self._kept) <= self._records // 2 and self._weight <= self._most // 2

    def extend(self, values: Iterable[T]) -> None:
        """Add *values* behind what is there."""
        for value in values:
            weight = self._weigh(value)
            self._kept.append((value, weight))
            self._weight += weight
        self._changed.set()

    def clear(self) -> None:
        """Forget what nobody has taken."""
        self._kept.clear()
        self._weight = 0

    def close(self) -> None:
        """Give out nothing more."""
        self._is_open = False
        self._changed.set()

    async def take(self) -> T | None:
        """Return the oldest as soon as there is one; ``None`` once it is closed."""
        while self._is_open and not self._kept:
            self._changed.clear()
            await self._changed.wait()
        if not self._is_open:
            return None
        value, weight = self._kept.popleft()
        self._weight -= weight
        return value
