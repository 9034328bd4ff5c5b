"""`RequestLog` on a topic, ``chat.requests`` in production."""

from cse_chat.adapters.kafka.errors import UnconfirmedError
from cse_chat.adapters.kafka.names import REPLY_TO, REQUESTS
from cse_chat.adapters.kafka.outgoing import Headers
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.errors import AcceptanceUnknownError
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest


class KafkaRequestLog:
    """Keyed by thread, so a thread's requests are in one partition, in order."""

    def __init__(
        self, producer: SupervisedProducer, *, reply_to: str | None = None, topic: str = REQUESTS
    ) -> None:
        """Store the arguments.

        Args:
            producer: Opened and closed by whoever made it.
            reply_to: Where the outcomes are announced to; told in each record.
            topic: It exists.
        """
        self._producer = producer
        self._topic = topic
        self._added: Headers = ((REPLY_TO, reply_to.encode()),) if reply_to else ()

    async def append(self, request: ChatRequest) -> Durability:
        """See `RequestLog.append`; it takes no longer than the producer's patience."""
        encoded = encode_request(request)
        try:
            await self._producer.send(
                self._topic,
                key=encoded.key,
                value=encoded.value,
                headers=(*encoded.headers, *self._added),
            )
        except UnconfirmedError as error:
            raise AcceptanceUnknownError(request.correlation_id) from error
        return Durability.KAFKA
