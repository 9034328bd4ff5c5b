"""Give a request up, and tell its sender."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.model.claims import Settlement
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.use_cases.record_history import RecordHistory

SHUTTING_DOWN = Problem(
    slug="shutting-down", detail="The service was stopped before it could answer; ask again."
)
PROCESSING_FAILED = Problem(
    slug="processing-failed", detail="The service could not process the question; ask again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonRequest:
    """Settle a request `failed` that will not be worked on any more."""

    record_history: RecordHistory
    now: Callable[[], datetime]

    async def __call__(self, delivery: Delivery, problem: Problem) -> Settlement:
        """Return the outcome that holds: this one, unless it had ended before.

        Raises:
            TransportError: It may or may not be settled; repeating is right.
        """
        request = delivery.request
        outcome = Outcome.unanswered(
            request, Status.FAILED, problem, at=self.now(), durability=delivery.durability
        )
        return await self.record_history(outcome, request=request)
