"""A mapping that forgets: by age, and by number."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ExpiringDict(Generic[Key, Value]):
    """Keeps values that weigh at most *cap* together, each until *ttl* after it was last put.

    Without a scale each weighs one, and *cap* is their number; what is weighed is weighed when it
    is put. The longest untouched goes first. Forgetting is part of the calls: there is no task, and no
    call costs more than what it forgets.
    """

    def __init__(
        self,
        *,
        cap: int,
        ttl: timedelta,
        monotonic: Callable[[], float],
        weigh: Callable[[Value], int] | None = None,
    ) -> None:
        self._cap = cap
        self._weigh = weigh
        self._weight = 0
        self._ttl = ttl.total_seconds()
        self._monotonic = monotonic
        self._kept: OrderedDict[Key, tuple[float, Value, int]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept, over-aged ones included until the next call."""
        return len(self._kept)

    def put(self, key: Key, value: Value) -> None:
        """Keep *value*, as the youngest."""
        now = self._monotonic()
        before = self._kept.pop(key, None)
        weight = self._weigh(value) if self._weigh else 1
        self._weight += weight - (before[2] if before else 0)
        self._kept[key] = (now + self._ttl, value, weight)
        # Once a put, so that the oldest goes as fast as new ones come.
        if self._weight > self._cap or next(iter(self._kept.values()))[0] <= now:
            self._forget(now)

    def get(self, key: Key) -> Value | None:
        """Return what is kept under *key*, if it is not over-aged."""
        found = self._kept.get(key)
        if found is None or found[0] <= self._monotonic():
            return None
        return found[1]

    def newest(self) -> Iterator[tuple[Key, Value]]:
        """Yield what is not over-aged, last put first; nothing may be put meanwhile."""
        now = self._monotonic()
        for key, (expires, value, _) in reversed(self._kept.items()):
            if expires <= now:
                return
            yield key, value

    def take(self, key: Key) -> Value | None:
        """Forget what is kept under *key*, and return it if it is not over-aged."""
        value = self.get(key)
        self.pop(key)
        return value

    def pop(self, key: Key) -> Value | None:
        """Forget what is kept under *key*, and return it."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._weight -= found[2]
        return found[1]

    def _forget(self, now: float) -> None:
        # The youngest stays, whatever it weighs: it was put a moment ago.
        while len(self._kept) > 1:
            expires, _, weight = next(iter(self._kept.values()))
            if self._weight <= self._cap and expires > now:
                return
            self._kept.popitem(last=False)
            self._weight -= weight
