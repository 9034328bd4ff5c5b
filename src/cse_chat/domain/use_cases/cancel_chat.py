"""Cancel a request, wherever it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.errors import CancelUnavailableError, NotFoundError, TransportError
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.use_cases.record_history import RecordHistory

CANCELLED = Problem(slug="cancelled", detail="The question was cancelled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelChat:
    """Settle a request `cancelled`, unless it has ended: a settlement like any other.

    So it holds before a worker has seen the request, and against the worker that runs it: what
    that one settles later comes second, and it stops its agent when it learns of the end.
    """

    ledger: Ledger
    record_history: RecordHistory
    now: Callable[[], datetime]

    async def __call__(self, correlation_id: CorrelationId, user_id: UserId) -> Outcome:
        """Return the outcome that holds: `cancelled`, or the one that was first.

        Raises:
            NotFoundError: Nothing is known of it, or it is another user's.
            CancelUnavailableError: It cannot be decided now; repeating is right.
        """
        try:
            entry = (await self.ledger.find((correlation_id,))).get(correlation_id)
            # Another's and unknown look the same: an id must not be worth guessing.
            if entry is None or entry.user_id != user_id:
                raise NotFoundError(f"request {correlation_id}")
            return await self.settled(entry, CANCELLED)
        except TransportError as error:
            raise CancelUnavailableError(f"request {correlation_id}") from error

    async def settled(self, entry: Entry, problem: Problem) -> Outcome:
        """Return the outcome that holds of *entry*: `cancelled` with *problem*, or an earlier one.

        Raises:
            TransportError: It may or may not be settled; repeating is right.
        """
        if entry.settlement:
            return entry.settlement.outcome
        cancelled = Outcome.unanswered(
            entry, Status.CANCELLED, problem, at=self.now(), durability=entry.durability
        )
        return (await self.record_history(cancelled)).outcome
