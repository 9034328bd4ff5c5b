"""A producer of the library, and what of its records is not confirmed yet."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from cse_chat.adapters.kafka.errors import (
    FAILURES,
    NOT_KEPT,
    UnconfirmedError,
    transport_error,
)
from cse_chat.domain.errors import TransportError

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class _Sent:
    since: float
    deadline: float
    confirmed: asyncio.Future[None]


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
        self._unconfirmed: dict[asyncio.Future[object], _Sent] = {}  # oldest first
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
        return self._loop.time() - max(oldest.since, self._last_confirmed) if oldest else 0.0

    def give_up_overdue(self) -> None:
        """Tell who has waited for too long that nobody knows; it may be confirmed later."""
        self._give_up(self._loop.time())

    def give_up(self) -> None:
        """Tell all who still wait that nobody knows: it confirms nothing more."""
        self._give_up(math.inf)

    def _give_up(self, now: float) -> None:
        for sent in self._unconfirmed.values():
            if sent.deadline <= now and not sent.confirmed.done():
                _fail(sent.confirmed, UnconfirmedError("not confirmed in time"))

    async def hand_over(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        deadline: float,
    ) -> asyncio.Future[None]:
        """Give a record to the library; the result is done once it is confirmed.

        Or it raises `UnconfirmedError`, latest with the first `give_up_overdue` after *deadline*, or
        `TransportError` when the broker has refused it.

        Raises:
            TransportError: The library did not take it: until *deadline*, or in the 5 s that it has
                to make room.
        """
        try:
            await self._know_partitions(topic, deadline)
            future: asyncio.Future[object] = await self.producer.send(
                topic, value, key=key, headers=list(headers)
            )
        except FAILURES as error:
            raise transport_error(error) from error
        sent = _Sent(self._loop.time(), deadline, self._loop.create_future())
        self._unconfirmed[future] = sent
        future.add_done_callback(self._ended)
        return sent.confirmed

    async def _know_partitions(self, topic: str, deadline: float) -> None:
        """Wait for them here: `send` would do so without a limit, and for ever once it is closed."""
        client = self.producer.client
        if client.cluster.partitions_for_topic(topic) is None:
            async with asyncio.timeout_at(deadline):
                await client._wait_on_metadata(topic)  # noqa: SLF001 - as `send` does

    def _ended(self, future: asyncio.Future[object]) -> None:
        confirmed = self._unconfirmed.pop(future).confirmed
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is None:
            self._last_confirmed = self._loop.time()
            self._on_confirmed(self)
        elif not self.broken.done():
            # A refused batch leaves a hole in the sequence: all that follow would be refused, too.
            self.broken.set_result(None)
            self._on_broken(self)
        if confirmed.done():  # given up, or nobody waits any more
            return
        if error is None:
            confirmed.set_result(None)
        else:
            _fail(confirmed, _failure(error))


def _failure(error: BaseException) -> TransportError:
    failure = (
        transport_error(error)
        if isinstance(error, NOT_KEPT)
        else UnconfirmedError(f"not confirmed: {type(error).__name__}")
    )
    failure.__cause__ = error
    return failure


def _fail(confirmed: asyncio.Future[None], failure: TransportError) -> None:
    confirmed.set_exception(failure)
    confirmed.exception()  # if it has just been cancelled nobody looks, and that is well
