"""`FeedbackBox` in the row of each request."""

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.redis.times import epoch_ms
from cse_chat.domain.errors import NotAnsweredError, NotFoundError
from cse_chat.domain.model.feedback import Feedback
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId

_RATE = script("rate")


class RedisFeedbackBox:
    """Lives as long as the answer: it does not prolong it.

    Args:
        connection: Opened before it is used.
    """

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def put(
        self, correlation_id: CorrelationId, user_id: UserId, feedback: Feedback
    ) -> ThreadId:
        """See `FeedbackBox.put`."""
        reply = await self._connection.run(
            _RATE,
            [names.request(correlation_id)],
            user_id,
            feedback.rating,
            feedback.comment,
            epoch_ms(feedback.given_at),
        )
        match reply[0]:
            case b"kept":
                return ThreadId(reply[1].decode())
            case b"unanswered":
                raise NotAnsweredError(correlation_id)
        raise NotFoundError(f"request {correlation_id}")
