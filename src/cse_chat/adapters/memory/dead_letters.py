"""`DeadLetters` as a bounded list in this process."""

from collections import deque
from itertools import islice

from cse_chat.domain.model.records import DeadLetter


class InMemoryDeadLetters:
    """Keeps the newest *cap* letters; the oldest are dropped."""

    def __init__(self, *, cap: int = 1_000) -> None:
        self._letters: deque[DeadLetter] = deque(maxlen=cap)

    async def put(self, letter: DeadLetter) -> None:
        """See `DeadLetters.put`."""
        self._letters.append(letter)

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """See `DeadLetters.newest`."""
        return tuple(islice(reversed(self._letters), limit))
