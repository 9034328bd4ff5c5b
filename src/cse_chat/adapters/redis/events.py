"""`EventLog` as a stream for each thread; the ledger's scripts write it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Self

from cse_chat.adapters.followers import Followers
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.adapters.wire.events import decode_event
from cse_chat.domain.errors import MalformedRecordError, NotListeningError
from cse_chat.domain.model.events import (
    NOTHING_YET,
    Cursor,
    Stretch,
    beginning,
    nothing_of_a_deleted_thread,
)
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.ports.events import MOST_BYTES_AT_ONCE, NextNews

_EVENTS = script("events", "owners", "nothing")
_CHANNEL = names.stream(ThreadId(""))


class RedisEventLog:
    """Reads what was recorded, and hears what is, on one connection for all threads; open while entered.

    The connection that brings outcomes is another: they do not wait behind what agents say.

    Args:
        connection: Opened before this.
        gateway_id: Whose heartbeat is heard, so that a dead connection is noticed.
        silence: How long it may not be heard until the subscription is made anew.
        patience: How long who begins to follow waits for the confirmation.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        gateway_id: str,
        silence: timedelta = timedelta(seconds=3),
        patience: timedelta = timedelta(seconds=1),
    ) -> None:
        self._connection = connection
        self._late: set[ThreadId] = set()
        self._readings: dict[tuple[ThreadId, Cursor | None, int], asyncio.Task[Stretch]] = {}
        self.followers = Followers(
            on_first=self._hear, on_last=self._leave, confirmed=self._confirmed
        )
        """Who follows which thread."""
        self.on_deleted: Callable[[ThreadId], object] = lambda _: None
        """Told of each thread that was deleted anywhere, as far as it is heard."""
        self.dropped = 0
        """How much was heard that is no event."""
        self._subscription = Subscription(
            connection,
            of="events",
            channels=(names.DELETIONS,),
            pulse=names.heartbeat(gateway_id),
            heard=self._take,
            again=self.followers.miss,
            silence=silence,
            patience=patience,
        )
        self._subscription.on_confirmed = self._is_confirmed

    @property
    def healthy(self) -> bool:
        """Whether what is recorded now is heard."""
        return self._subscription.is_healthy

    @property
    def channels(self) -> int:
        """How many channels are heard now."""
        return self._subscription.heard_channels

    @property
    def gaps(self) -> int:
        """How often the subscription was made anew."""
        return self._subscription.gaps

    async def __aenter__(self) -> Self:
        """Begin to hear; give it a moment to be confirmed, and go on without if it is not."""
        await self._subscription.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hear no more; who follows is told nothing more."""
        await self._subscription.__aexit__()

    async def since(self, thread_id: ThreadId, after: Cursor | None, *, limit: int) -> Stretch:
        """See `EventLog.since`.

        Raises:
            TransportError: They cannot be read now.
            MalformedRecordError: What is stored is no event.
        """
        # Shielded: others may wait for the same.
        return await asyncio.shield(self._reading(thread_id, after, limit))

    def _reading(
        self, thread_id: ThreadId, after: Cursor | None, limit: int
    ) -> asyncio.Task[Stretch]:
        """Have it read, once for all who ask for the same in one turn of the loop.

        Those who follow a thread that says nothing look again at the same moment, and so do all
        when the subscription is made anew. Who asks in a later turn may have begun to hear since.
        """
        asked = (thread_id, after, limit)
        reading = self._readings.get(asked)
        if reading is None:
            loop = asyncio.get_running_loop()
            reading = self._readings[asked] = loop.create_task(self._read(*asked))
            loop.call_soon(self._readings.pop, asked)
        return reading

    async def _read(self, thread_id: ThreadId, after: Cursor | None, limit: int) -> Stretch:
        cursor = after or NOTHING_YET
        found, last, oldest, busy, values, deleted, nothing = await self._connection.run(
            _EVENTS,
            [
                names.events(thread_id),
                names.meta(thread_id),
                names.open_requests(thread_id),
                names.owner(thread_id),
            ],
            cursor.epoch if after else "",
            cursor.offset,
            limit,
            MOST_BYTES_AT_ONCE,
        )
        if deleted:
            return nothing_of_a_deleted_thread(after)
        newest = Cursor(found.decode(), last)
        begin, gap = beginning(
            thread_id,
            after,
            oldest=Cursor(newest.epoch, oldest) if oldest else None,
            last=newest,
            nothing=Cursor(nothing.decode(), 0),
        )
        events = tuple(map(decode_event, values))
        cursor = events[-1].cursor if events else begin
        return Stretch(
            events=events,
            gap=gap,
            cursor=cursor,
            more=cursor.offset < last,
            busy=bool(busy),
            newest=newest,
        )

    def follow(self, thread_id: ThreadId) -> AbstractAsyncContextManager[NextNews]:
        """See `EventLog.follow`; while nothing can be heard, whoever follows reads once it can."""
        return self.followers.following(thread_id)

    def _hear(self, thread_id: ThreadId) -> None:
        self._subscription.hear(names.stream(thread_id))

    def _leave(self, thread_id: ThreadId) -> None:
        self._late.discard(thread_id)
        self._subscription.leave(names.stream(thread_id))

    async def _confirmed(self, thread_id: ThreadId) -> None:
        try:
            await self._subscription.heard(names.stream(thread_id))
        except NotListeningError:
            self._late.add(thread_id)

    def _is_confirmed(self, channel: str) -> None:
        thread_id = ThreadId(channel.removeprefix(_CHANNEL))
        if thread_id in self._late:
            self._late.discard(thread_id)
            self.followers.miss(thread_id)

    def _take(self, channel: str, message: bytes) -> None:
        if channel == names.DELETIONS:
            thread_id = ThreadId(message.decode(errors="replace"))
            self.followers.look(thread_id)
            self.on_deleted(thread_id)
            return
        try:
            event = decode_event(message)
        except MalformedRecordError:
            self.dropped += 1
        else:
            self.followers.tell(ThreadId(channel.removeprefix(_CHANNEL)), event)
