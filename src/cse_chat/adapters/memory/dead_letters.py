"""`DeadLetters` as a bounded list in this process."""

from collections import Counter
from itertools import islice

from cse_chat.adapters.memory.newest import Newest
from cse_chat.adapters.memory.weights import weight_of_record
from cse_chat.domain.model.records import DeadLetter


class InMemoryDeadLetters:
    """Keeps the newest letters, up to *cap* bytes; the oldest are dropped."""

    def __init__(self, *, cap: int = 8_000_000) -> None:
        self.counts: Counter[str] = Counter()
        """By reason, what was put here."""
        self._letters: Newest[DeadLetter] = Newest(
            cap=cap, weigh=lambda letter: weight_of_record(letter.record)
        )

    async def put(self, letter: DeadLetter) -> None:
        """See `DeadLetters.put`."""
        self._letters.append(letter)
        self.counts[letter.reason] += 1

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """See `DeadLetters.newest`."""
        return tuple(islice(reversed(self._letters), limit))
