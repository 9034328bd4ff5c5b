"""Say what one thinks of an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.model.audit import AuditKind, AuditRecord
from cse_chat.domain.model.feedback import Feedback, Rating
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.feedback import FeedbackBox


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback:
    """Keep what who asked thinks of the answer, with it and on record; the last time holds."""

    feedback: FeedbackBox
    audit: AuditLog
    new_id: Callable[[], str]
    now: Callable[[], datetime]

    async def __call__(
        self, correlation_id: CorrelationId, user_id: UserId, rating: Rating, comment: str
    ) -> Feedback:
        """Return what is kept.

        Raises:
            InvalidRequestError: The comment is too long, or cannot be stored.
            NotFoundError: Nothing is known of the request, or it is another user's.
            NotAnsweredError: It has no answer: none yet, or it ended otherwise.
            TransportError: It may or may not be kept; repeating is right.
        """
        given = Feedback(rating=rating, comment=comment, given_at=self.now())
        thread_id = await self.feedback.put(correlation_id, user_id, given)
        record = AuditRecord(
            id=self.new_id(),
            kind=AuditKind.FEEDBACK,
            thread_id=thread_id,
            user_id=user_id,
            correlation_id=correlation_id,
            at=given.given_at,
            details={"rating": rating, "comment": comment},
        )
        await self.audit.append(record)
        return given
