"""`ResponseLog` and `ResponseReader` as a bounded list in this process."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime

from cse_chat.adapters.memory.newest import Newest
from cse_chat.adapters.memory.weights import weight_of_outcome
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.records import Record


class InMemoryResponseLog:
    """Keeps the newest outcomes with the place of their request, up to *cap* bytes."""

    def __init__(self, *, cap: int = 8_000_000) -> None:
        self._outcomes: Newest[tuple[Outcome, int]] = Newest(
            cap=cap, weigh=lambda kept: weight_of_outcome(kept[0])
        )

    async def append(
        self,
        outcome: Outcome,
        *,
        request: Record,
        is_urgent: bool = True,  # noqa: ARG002 - the port's; here everything is kept at once
    ) -> None:
        """See `ResponseLog.append`."""
        self._outcomes.append((outcome, request.offset))

    def hurry(self) -> None:
        """See `ResponseLog.hurry`. Nothing waits."""

    def read(self) -> tuple[tuple[Outcome, int], ...]:
        """Return outcomes with the offset of their request, oldest first."""
        return tuple(self._outcomes)

    async def since(self, times: Mapping[int, datetime]) -> AsyncGenerator[Sequence[Answered]]:
        """See `ResponseReader.since`. It has one partition, and knows of no request any more."""
        if times:
            first = min(times.values())
            # Appended right after it was settled, and by the same clock.
            yield [
                Answered(outcome=outcome, request=None)
                for outcome, _ in self._outcomes
                if outcome.settled_at >= first
            ]
