"""`ResponseLog` as a bounded list in this process."""

from cse_chat.adapters.memory.newest import Newest
from cse_chat.adapters.memory.weights import weight_of_outcome
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.records import Record


class InMemoryResponseLog:
    """Keeps the newest outcomes with the place of their request, up to *cap* bytes."""

    def __init__(self, *, cap: int = 8_000_000) -> None:
        self._outcomes: Newest[tuple[Outcome, int]] = Newest(
            cap=cap, weigh=lambda kept: weight_of_outcome(kept[0])
        )

    async def append(self, outcome: Outcome, *, request: Record) -> None:
        """See `ResponseLog.append`."""
        self._outcomes.append((outcome, request.offset))

    def read(self) -> tuple[tuple[Outcome, int], ...]:
        """Return outcomes with the offset of their request, oldest first."""
        return tuple(self._outcomes)
