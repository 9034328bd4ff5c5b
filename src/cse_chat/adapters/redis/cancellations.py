"""Hears on ``chat.control`` which running requests are cancelled."""

from datetime import timedelta
from typing import Self

import msgspec

from cse_chat.adapters.cancellations import Cancellations
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.domain.model.ids import CorrelationId, is_correlation_id


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled", tag_field="type"):
    """A request is cancelled; whoever runs it asks the ledger, and believes nobody."""

    correlation_id: str


_decoder = msgspec.json.Decoder(Cancelled)


class RedisCancellations(Cancellations):
    """Passes on what the settling script publishes; open while entered.

    Whatever else is published there is dropped and counted. What gets lost, with the connection
    say, is seen when the claims are renewed.

    Args:
        connection: Opened before this.
        process_id: Whose heartbeat is heard, so that a dead connection is noticed.
        silence: How long it may not be heard until the subscription is made anew.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        process_id: str,
        silence: timedelta = timedelta(seconds=3),
    ) -> None:
        super().__init__()
        self.dropped = 0
        """How much was heard that is no cancellation."""
        self._subscription = Subscription(
            connection,
            channels=(names.CONTROL,),
            pulse=names.heartbeat(process_id),
            heard=self._hear,
            again=lambda: None,
            silence=silence,
            patience=timedelta(seconds=1),
            of="control",
        )

    @property
    def healthy(self) -> bool:
        """Whether what is cancelled now is heard."""
        return self._subscription.is_healthy

    async def __aenter__(self) -> Self:
        """Begin to hear; give it a moment to be confirmed, and go on without if it is not."""
        await self._subscription.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hear no more."""
        await self._subscription.__aexit__()

    def _hear(self, _: str, message: bytes) -> None:
        try:
            correlation_id = _decoder.decode(message).correlation_id
        except (ValueError, RecursionError):  # whatever a stranger's bytes raise
            correlation_id = ""
        if is_correlation_id(correlation_id):
            self.tell(CorrelationId(correlation_id))
        else:
            self.dropped += 1
