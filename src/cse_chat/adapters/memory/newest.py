"""A list that keeps the newest."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Newest(Generic[Value]):
    """Keeps the newest values that weigh at most *cap* together; the oldest go first.

    The newest one stays, whatever it weighs: it was appended a moment ago.
    """

    def __init__(self, *, cap: int, weigh: Callable[[Value], int]) -> None:
        self._cap = cap
        self._weigh = weigh
        self._weight = 0
        self._values: deque[tuple[Value, int]] = deque()

    def append(self, value: Value) -> None:
        """Keep *value*, as the newest."""
        weight = self._weigh(value)
        self._values.append((value, weight))
        self._weight += weight
        while self._weight > self._cap and len(self._values) > 1:
            self._weight -= self._values.popleft()[1]

    def __iter__(self) -> Iterator[Value]:
        """Return them oldest first."""
        return (value for value, _ in self._values)

    def __reversed__(self) -> Iterator[Value]:
        """Return them newest first."""
        return (value for value, _ in reversed(self._values))
