"""End a request that nobody wants answered any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.use_cases.record_history import RecordHistory

CANCELLED = Problem(slug="cancelled", detail="The question was cancelled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelChat:
    """Settle a request `cancelled` for its owner, unless it has ended before."""

    ledger: Ledger
    record_history: RecordHistory
    now: Callable[[], datetime]

    async def __call__(self, correlation_id: CorrelationId, user_id: UserId) -> Outcome:
        """Return the outcome that holds: the cancellation, or the one that was first.

        Raises:
            NotFoundError: Nothing is known of it, or it is another user's.
            TransportError: It may or may not be cancelled; repeating is right.
        """
        entry = (await self.ledger.find((correlation_id,))).get(correlation_id)
        if entry is None or entry.user_id != user_id:
            raise NotFoundError(f"request {correlation_id}")
        if entry.settlement:
            return entry.settlement.outcome
        outcome = Outcome.unanswered(
            entry, Status.CANCELLED, CANCELLED, at=self.now(), durability=entry.durability
        )
        settlement = await self.record_history(outcome)
        return settlement.outcome
