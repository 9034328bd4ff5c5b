"""A producer of the library, and what of its records is not confirmed yet."""

import asyncio
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaProducer

from cse_chat.adapters.kafka.errors import FAILURES, transport_error

Headers = Sequence[tuple[str, bytes]]


class TrackedProducer:
    """Hands records over to one client, and tells when it confirms and when it is of no more use.

    Attributes:
        producer: The client; whoever made it ends it.
        broken: Done as soon as it can confirm nothing more.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        *,
        on_confirmed: "Callable[[TrackedProducer], None]",
        on_broken: "Callable[[TrackedProducer], None]",
    ) -> None:
        self.producer = producer
        self._on_confirmed = on_confirmed
        self._on_broken = on_broken
        self._loop = asyncio.get_running_loop()
        self._unconfirmed: dict[asyncio.Future[object], float] = {}  # since when; oldest first
        self._last_confirmed = 0.0
        self.broken: asyncio.Future[None] = self._loop.create_future()

    @property
    def is_broken(self) -> bool:
        """Whether it can confirm nothing more."""
        sender = self.producer._sender.sender_task  # noqa: SLF001 - its death is told nowhere else
        return self.broken.done() or sender.done()

    def stalled_for(self) -> float:
        """Return for how many seconds something waits and nothing was confirmed."""
        oldest = next(iter(self._unconfirmed.values()), None)
        return self._loop.time() - max(oldest, self._last_confirmed) if oldest else 0.0

    async def hand_over(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: Headers
    ) -> asyncio.Future[object]:
        """Give a record to the library; the result says when it is confirmed.

        Raises:
            TransportError: It did not take it.
        """
        try:
            future: asyncio.Future[object] = await self.producer.send(
                topic, value, key=key, headers=list(headers)
            )
        except FAILURES as error:
            raise transport_error(error) from error
        self._unconfirmed[future] = self._loop.time()
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: asyncio.Future[object]) -> None:
        del self._unconfirmed[future]
        if future.cancelled() or future.exception() is not None:
            # A refused batch leaves a hole in the sequence: all that follow would be refused, too.
            if not self.broken.done():
                self.broken.set_result(None)
                self._on_broken(self)
            return
        self._last_confirmed = self._loop.time()
        self._on_confirmed(self)
