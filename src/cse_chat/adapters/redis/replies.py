"""`ReplyBus` over one subscription of the process, however many wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from datetime import timedelta
from typing import Self

from typing_extensions import override

from cse_chat.adapters.listeners import Listeners
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.clock import ServerClock
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.direct_replies import DirectReplies, Settle
from cse_chat.adapters.redis.heartbeats import Heartbeat
from cse_chat.adapters.redis.ledger import ReplyTo
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.adapters.wire.outcomes import decode_announcement, encode_announcement
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import MalformedRecordError, TransportError
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Asked, Outcome
from cse_chat.domain.ports.replies import NextReply


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
            settle: Settles replies that bypass the ledger. With it, the own channel of each
                request that is listened for is heard, too, until it is settled or its deadline
                is over, whoever still waits (section 11 of the contract).
            every: How often the heart beats.
            silence: How long it may not be heard until the subscription is made anew.
            patience: How long listening waits for a subscription that has just been lost.
        """
        super().__init__(monotonic=monotonic)
        self._connection = connection
        self._reply_to = reply_to
        self._address = names.replies(gateway_id)
        self._heartbeat = Heartbeat(connection, name=gateway_id, clock=clock, every=every)
        self._subscription = Subscription(
            connection,
            of="replies",
            channels=(self._address, names.EVERY_GATEWAY),
            pulse=names.heartbeat(gateway_id),
            heard=self._hear,
            again=self._look_again,
            silence=silence,
            patience=patience,
        )
        self._subscription.on_pulse = self._heartbeat.heard
        self._subscription.on_gone = self.give_up
        self.round_trips = self._heartbeat.round_trips
        """From a heartbeat until it was heard."""
        self.announced = 0
        """How many outcomes were announced here, beside those that the ledger does."""
        self._open = AsyncExitStack()
        self._filling: set[asyncio.Task[None]] = set()
        self.dropped: Counter[str] = Counter()
        """What was heard and not told, by reason: ``malformed``, ``unawaited``, ``foreign``.

        Also the requests that so many were left behind that their channel was (``crowded``).
        """
        self.direct: DirectReplies | None = None
        """The channels of single requests, if anybody replies there."""
        if settle is not None:
            self.direct = DirectReplies(
                subscription=self._subscription,
                settle=settle,
                tell=self.tell,
                dropped=self.dropped,
                now=clock,
            )

    @property
    def healthy(self) -> bool:
        """Whether what is announced now is heard."""
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
        """Begin to listen; give it a moment to be confirmed, and go on without if it is not."""
        await self._open.enter_async_context(self._subscription)
        await self._open.enter_async_context(self._heartbeat)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more; who waits still waits for its time to be over."""
        if self.direct:
            await self.direct.aclose()
        await self._open.aclose()
        for task in self._filling:
            task.cancel()
        if self._filling:
            await asyncio.wait(self._filling)

    @override
    def listen(
        self, correlation_id: CorrelationId, *, request: Asked | None = None
    ) -> AbstractAsyncContextManager[NextReply]:
        """See `ReplyBus.listen`."""
        listening = super().listen(correlation_id, request=request)
        if self.direct and request:
            return self._listening(self.direct, request, listening)
        return listening

    @override
    async def confirmed(self) -> None:
        """See `Listeners.confirmed`: there is a subscription."""
        await self._subscription.confirmed()

    @asynccontextmanager
    async def _listening(
        self,
        direct: DirectReplies,
        request: Asked,
        listening: AbstractAsyncContextManager[NextReply],
    ) -> AsyncGenerator[NextReply]:
        """Listen to the request's own channel, too."""
        with direct.waited_for(request):
            async with listening as next_reply:
                if not self.is_let_go:
                    await direct.confirmed(request)
                yield next_reply

    @override
    def tell(self, outcome: Outcome) -> bool:
        """See `Listeners.tell`; a request whose outcome is told needs its channel no more."""
        is_awaited = super().tell(outcome)
        if self.direct and is_awaited:
            self.direct.forget(outcome.correlation_id)
        return is_awaited

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
        self.announced += 1

    def _hear(self, channel: str, message: bytes) -> None:
        try:
            if channel in {self._address, names.EVERY_GATEWAY}:
                self._take_announcement(decode_announcement(message))
            elif self.direct:
                self.direct.take(channel, message)
        except MalformedRecordError:
            self.dropped["malformed"] += 1

    def _take_announcement(self, outcome: Outcome) -> None:
        if outcome.correlation_id not in self.by_id:
            self.dropped["unawaited"] += 1  # it came too late, or is for another gateway
        elif not self.tell(outcome):
            self.dropped["foreign"] += 1

    def _look_again(self) -> None:
        task = asyncio.create_task(self._fill_gap())
        self._filling.add(task)
        task.add_done_callback(self._filling.discard)

    async def _fill_gap(self) -> None:
        with suppress(TransportError):  # the next pass looks again
            await self.on_gap()
