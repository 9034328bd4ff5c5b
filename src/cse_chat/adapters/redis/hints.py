"""`Hints` on a channel for each partition, which its worker hears."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Final, Self

from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.adapters.wire.hints import WAKE, decode_hint, encode_hint
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest

_NOT_AGAIN_FOR: Final = 1.0  # seconds, where nobody has heard the last one
_LOOK_EVERY: Final = 0.2


class RedisHints:
    """Publishes what a gateway hints at; where nobody listens it is left for a while.

    Args:
        connection: Opened before this.
        reply_to: Id of the gateway.
        partition_of: Says where a thread's requests are kept; ``None`` while that is not known.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        reply_to: str,
        partition_of: Callable[[ThreadId], int | None],
    ) -> None:
        self._connection = connection
        self._reply_to = reply_to
        self._partition_of = partition_of
        self._unheard_until: dict[int, float] = {}

    def give(self, request: ChatRequest) -> Hint | None:
        """See `Hints.give`."""
        partition = self._hearing(request)
        if partition is None:
            return None
        self._publish(partition, encode_hint(request, reply_to=self._reply_to))
        return Hint(request=request, partition=partition, durability=Durability.KAFKA)

    def wake(self, request: ChatRequest) -> None:
        """See `Hints.wake`."""
        partition = self._hearing(request)
        if partition is not None:
            self._publish(partition, WAKE)

    def _hearing(self, request: ChatRequest) -> int | None:
        """Return the partition of *request*, if anybody may hear what is hinted at in it."""
        partition = self._partition_of(request.thread_id)
        if partition is None or self._connection.is_failing:
            return None
        now = asyncio.get_running_loop().time()
        return None if now < self._unheard_until.get(partition, now) else partition

    def _publish(self, partition: int, message: bytes) -> None:
        publishing = self._connection.command("PUBLISH", names.hints(partition), message)
        publishing.add_done_callback(partial(self._note, partition))

    def _note(self, partition: int, publishing: asyncio.Future[int]) -> None:
        is_heard = publishing.exception() is None and publishing.result() > 0
        if not is_heard:
            now = asyncio.get_running_loop().time()
            self._unheard_until[partition] = now + _NOT_AGAIN_FOR


class RedisHeardHints(HeardHints):
    """Hears what is hinted at in the partitions that are this worker's; open while entered.

    Whatever else is published there is dropped and counted.

    Args:
        connection: Opened before this.
        process_id: Whose heartbeat is heard, so that a dead connection is noticed.
        assigned: The partitions; looked at again and again.
        silence: How long it may not be heard until the subscription is made anew.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        process_id: str,
        assigned: Callable[[], Collection[int]],
        silence: timedelta = timedelta(seconds=3),
    ) -> None:
        super().__init__()
        self.dropped = 0
        """How much was heard that is no hint."""
        self._assigned = assigned
        self._heard: dict[str, int] = {}
        self._following: asyncio.Task[None] | None = None
        self._subscription = Subscription(
            connection,
            of="hints",
            channels=(),
            pulse=names.heartbeat(process_id),
            heard=self._hear,
            again=lambda: None,
            silence=silence,
            patience=timedelta(seconds=1),
        )
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin to hear; go on without where that is not confirmed soon."""
        await self._open.enter_async_context(self._subscription)
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hear no more."""
        if self._following:
            self._following.cancel()
            await asyncio.wait({self._following})
        await self._open.aclose()

    async def _follow(self) -> None:
        """Hear the channels of those partitions that are assigned, whichever they are by now."""
        while True:
            wanted = {names.hints(partition): partition for partition in self._assigned()}
            for channel in self._heard.keys() - wanted.keys():
                self._subscription.leave(channel)
            for channel in wanted.keys() - self._heard.keys():
                self._subscription.hear(channel)
            self._heard = wanted
            await asyncio.sleep(_LOOK_EVERY)

    def _hear(self, channel: str, message: bytes) -> None:
        partition = self._heard.get(channel)
        if partition is None:
            return  # it has just been left
        if message == WAKE:
            self.on_wake()
            return
        try:
            request, reply_to = decode_hint(message)
        except MalformedRecordError:
            self.dropped += 1
            return
        self.tell(Hint(request=request, partition=partition, durability=Durability.KAFKA), reply_to)
