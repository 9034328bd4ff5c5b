"""`ReplyBus` over one subscription of the process, however many wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Protocol, Self

from typing_extensions import override

from cse_chat.adapters.listeners import Listeners
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.clock import ServerClock
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.heartbeats import Heartbeat
from cse_chat.adapters.redis.ledger import ReplyTo
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.adapters.wire.outcomes import (
    decode_announcement,
    decode_outcome,
    encode_announcement,
)
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import ChatError, MalformedRecordError, TransportError
from cse_chat.domain.model.claims import Settlement
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.replies import NextReply

_OWN_CHANNEL = names.response(CorrelationId(""))
_AGAIN_AFTER = 0.25  # seconds


class Settle(Protocol):
    """Settles what somebody answered without the ledger; `RecordHistory` does."""

    def __call__(self, outcome: Outcome, *, request: ChatRequest) -> Awaitable[Settlement]:
        """Return what holds."""
        ...


class RedisReplyBus(Listeners):
    """Hears what is announced to its gateway on one confirmed subscription; open while entered.

    What a wait costs is an entry in a map: no connection, subscription or command. It hears its
    own heartbeat, too, so a server or a connection that is dead is noticed also when it looks
    alive; whatever may have been missed meanwhile, `on_gap` is called to look for it.

    Whatever is published there is untrusted: what is no outcome, or not of a request that is
    waited for, is dropped and counted. A worker only announces, and leaves it closed.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        gateway_id: str,
        clock: ServerClock,
        monotonic: Callable[[], float],
        reply_to: ReplyTo,
        settle: Settle | None = None,
        every: timedelta = timedelta(seconds=1),
        silence: timedelta = timedelta(seconds=3),
        patience: timedelta = timedelta(seconds=1),
    ) -> None:
        """Store the arguments.

        Args:
            connection: Opened before this.
            gateway_id: Random for each process: its reply address.
            clock: Learns the server's time from each heartbeat.
            monotonic: Seconds from any origin.
            reply_to: Which gateway waits for a request; ``None`` if nobody knows.
            settle: Settles replies that bypass the ledger. With it, each request that is asked
                here is also listened for on its own channel (section 11 of the contract).
            every: How often the heart beats.
            silence: How long it may not be heard until the subscription is made anew.
            patience: How long listening waits for a subscription that has just been lost.
        """
        super().__init__(monotonic=monotonic)
        self._connection = connection
        self._reply_to = reply_to
        self._settle = settle
        self._address = names.replies(gateway_id)
        self._heartbeat = Heartbeat(connection, name=gateway_id, clock=clock, every=every)
        self._subscription = Subscription(
            connection,
            channels=(self._address, names.EVERY_GATEWAY),
            pulse=names.heartbeat(gateway_id),
            heard=self._hear,
            again=self._look_again,
            silence=silence,
            patience=patience,
        )
        self._open = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()
        self.dropped: Counter[str] = Counter()
        """What was heard and not told, by reason: ``malformed``, ``unawaited``, ``foreign``."""

    @property
    def healthy(self) -> bool:
        """Whether what is announced now is heard."""
        return self._subscription.is_healthy

    @property
    def gaps(self) -> int:
        """How often the subscription was made anew."""
        return max(0, self._subscription.lives - 1)

    async def __aenter__(self) -> Self:
        """Begin to listen; give it a moment to be confirmed, and go on without if it is not."""
        await self._open.enter_async_context(self._subscription)
        await self._open.enter_async_context(self._heartbeat)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more; who waits still waits for its time to be over."""
        await self._open.aclose()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @override
    @asynccontextmanager
    async def listen(
        self, correlation_id: CorrelationId, *, request: ChatRequest | None = None
    ) -> AsyncGenerator[NextReply]:
        """See `ReplyBus.listen`."""
        if not self.is_let_go:  # else nobody waits for anything
            await self._subscription.confirmed()
        # First the map: what is heard between two steps is then known to be waited for.
        async with super().listen(correlation_id, request=request) as next_reply:
            if self._settle is None or request is None or self.is_let_go:
                yield next_reply
                return
            async with self._subscription.beside(names.response(correlation_id)):
                yield next_reply

    async def announce(self, outcome: Outcome) -> None:
        """See `ReplyBus.announce`; also as the original design has it, on a channel by its id.

        Raises:
            TransportError: It may or may not have been told.
        """
        gateway_id = self._reply_to(outcome.correlation_id)
        address = names.replies(gateway_id) if gateway_id else names.EVERY_GATEWAY
        own = names.response(outcome.correlation_id)
        await asyncio.gather(
            self._connection.command("PUBLISH", own, encode_outcome(outcome)),
            self._connection.command("PUBLISH", address, encode_announcement(outcome)),
        )

    def _hear(self, channel: str, message: bytes) -> None:
        try:
            if channel in {self._address, names.EVERY_GATEWAY}:
                self._take_announcement(decode_announcement(message))
            else:
                self._take_reply(CorrelationId(channel.removeprefix(_OWN_CHANNEL)), message)
        except MalformedRecordError:
            self.dropped["malformed"] += 1

    def _take_announcement(self, outcome: Outcome) -> None:
        if outcome.correlation_id not in self.by_id:
            self.dropped["unawaited"] += 1  # it came too late, or is for another gateway
        elif not self.tell(outcome):
            self.dropped["foreign"] += 1

    def _take_reply(self, correlation_id: CorrelationId, message: bytes) -> None:
        """Take a reply that names no user, if id and thread are those of a waiting request."""
        request = self.request(correlation_id)
        if request is None or self._settle is None:
            self.dropped["unawaited"] += 1
            return
        outcome = decode_outcome(message, user_id=request.user_id)
        if (outcome.correlation_id, outcome.thread_id) != (correlation_id, request.thread_id):
            self.dropped["foreign"] += 1
            return
        self._begin(self._settled(self._settle, outcome, request))

    async def _settled(self, settle: Settle, outcome: Outcome, request: ChatRequest) -> None:
        """Settle first, so that it can be read later, and tell what holds."""
        while outcome.correlation_id in self.by_id:
            try:
                settlement = await settle(outcome, request=request)
            except TransportError:
                await asyncio.sleep(_AGAIN_AFTER)
            except ChatError:  # the id, or the thread, is another's
                self.dropped["foreign"] += 1
                return
            else:
                self.tell(settlement.outcome)
                return

    def _look_again(self) -> None:
        self._begin(self._fill_gap())

    async def _fill_gap(self) -> None:
        with suppress(TransportError):  # the next pass looks again
            await self.on_gap()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
