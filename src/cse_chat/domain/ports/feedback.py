"""What people think of the answers they got."""

from typing import Protocol

from cse_chat.domain.model.feedback import Feedback
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId


class FeedbackBox(Protocol):
    """Keeps feedback with the answer, for as long as that. Contract: ``tests/contracts/feedback.py``."""

    async def put(
        self, correlation_id: CorrelationId, user_id: UserId, feedback: Feedback
    ) -> ThreadId:
        """Keep *feedback*, instead of what was given before; return the answer's thread.

        Raises:
            NotFoundError: Nothing is known of the request, or it is another user's.
            NotAnsweredError: It has no answer: none yet, or it ended otherwise.
            TransportError: It may or may not be kept; repeating is right.
        """
        ...
