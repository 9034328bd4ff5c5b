"""`ResponseLog` as a bounded list in this process."""

from collections import deque

from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.records import Record


class InMemoryResponseLog:
    """Keeps the newest *cap* outcomes with the place of their request; the oldest are dropped."""

    def __init__(self, *, cap: int = 10_000) -> None:
        self._outcomes: deque[tuple[Outcome, int]] = deque(maxlen=cap)

    async def append(self, outcome: Outcome, *, request: Record) -> None:
        """See `ResponseLog.append`."""
        self._outcomes.append((outcome, request.offset))

    def read(self) -> tuple[tuple[Outcome, int], ...]:
        """Return outcomes with the offset of their request, oldest first."""
        return tuple(self._outcomes)
