"""A mapping that forgets: by age, and by number."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ExpiringDict(Generic[Key, Value]):
    """Keeps at most *cap* values, each until *ttl* after it was last put.

    The longest untouched goes first. Forgetting is part of the calls: there is no task, and no
    call costs more than what it forgets.
    """

    def __init__(self, *, cap: int, ttl: timedelta, now: Callable[[], datetime]) -> None:
        self._cap = cap
        self._ttl = ttl
        self._now = now
        self._kept: OrderedDict[Key, tuple[datetime, Value]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept, over-aged ones included until the next call."""
        return len(self._kept)

    def put(self, key: Key, value: Value) -> None:
        """Keep *value*, as the youngest."""
        now = self._now()
        self._kept[key] = (now + self._ttl, value)
        self._kept.move_to_end(key)
        self._forget(now)

    def get(self, key: Key) -> Value | None:
        """Return what is kept under *key*, if it is not over-aged."""
        found = self._kept.get(key)
        if found is None or found[0] <= self._now():
            return None
        return found[1]

    def _forget(self, now: datetime) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if len(self._kept) <= self._cap and oldest[0] > now:
                return
            self._kept.popitem(last=False)
