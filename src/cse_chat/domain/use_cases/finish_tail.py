"""Do what is left to do once a request is settled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.model.claims import Settlement, Tail
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.outcomes import Problem, Status
from cse_chat.domain.model.records import DeadLetter
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.requests import DeadLetters
from cse_chat.domain.ports.responses import ResponseLog
from cse_chat.domain.use_cases.record_history import RecordHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTail:
    """See history, dead letter and response log complete; each is marked when it is done.

    A crash between doing and marking repeats the doing: all three stand that.
    """

    ledger: Ledger
    dead_letters: DeadLetters
    responses: ResponseLog
    record_history: RecordHistory
    now: Callable[[], datetime]

    async def __call__(
        self,
        delivery: Delivery,
        settlement: Settlement,
        *,
        is_urgent: Callable[[], bool] = lambda: True,
    ) -> None:
        """Return when nothing is left; only then may *delivery* be acknowledged.

        Args:
            delivery: Brought the request.
            settlement: Its outcome, and what is done.
            is_urgent: Asked when the response is logged: see `ResponseLog.append`.

        Raises:
            TransportError: A store failed; repeating is right.
        """
        outcome, done = settlement.outcome, settlement.done
        correlation_id = outcome.correlation_id
        if Tail.HISTORY not in done:
            await self.record_history(outcome, request=delivery.request)
        if outcome.problem and outcome.status is Status.FAILED and Tail.DEAD_LETTER not in done:
            await self.set_aside(delivery, outcome.problem, attempts=outcome.attempt)
            await self.ledger.mark(correlation_id, Tail.DEAD_LETTER)
        if Tail.RESPONSE not in done:
            await self.responses.append(outcome, request=delivery.record, is_urgent=is_urgent())
            await self.ledger.mark(correlation_id, Tail.RESPONSE)

    async def set_aside(self, delivery: Delivery, reason: Problem, *, attempts: int = 0) -> None:
        """Dead-letter the record of *delivery* as it came.

        Raises:
            TransportError: It is not kept.
        """
        await self.dead_letters.put(
            DeadLetter(
                record=delivery.record,
                reason=reason.slug,
                message=reason.detail,
                attempts=attempts,
                failed_at=self.now(),
            )
        )
