"""Replies on the channels of single requests, as agents of the original design give them."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.adapters.wire.outcomes import decode_outcome
from cse_chat.domain.errors import ChatError, NotAcceptedError, OverloadedError, TransportError
from cse_chat.domain.model.claims import Settlement
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Asked, Outcome
from cse_chat.domain.model.questions import ChatRequest

_log = structlog.get_logger(__name__)

_AGAIN_AFTER = 0.25  # seconds
_OWN_CHANNEL = names.response(CorrelationId(""))


class Settle(Protocol):
    """Settles what somebody answered without the ledger; `RecordHistory` does."""

    def __call__(self, outcome: Outcome, *, request: ChatRequest | None) -> Awaitable[Settlement]:
        """Return what holds."""
        ...


class _Heard:
    """A request whose channel is heard: for how many who wait, or until its deadline."""

    __slots__ = ("ending", "request", "waits")

    def __init__(self, request: Asked) -> None:
        self.request = request
        self.waits = 0
        self.ending: asyncio.TimerHandle | None = None


class DirectReplies:
    """Hears a request's own channel from before it is asked until it is settled.

    That is longer than anybody waits for it, up to its deadline: what is published there is in no
    mailbox, so a reply that nobody hears is lost. It is settled before it is told, so that it can
    be read later; whoever publishes there is untrusted.

    Args:
        subscription: Hears the channels.
        settle: Settles what is said there.
        tell: Told the outcome that holds.
        dropped: Counts, by reason, what was heard and not told.
        now: By which deadlines go.
        most: Of how many that nobody waits for any longer the channel is heard; beyond it the
            oldest are given up.
    """

    def __init__(
        self,
        *,
        subscription: Subscription,
        settle: Settle,
        tell: Callable[[Outcome], object],
        dropped: Counter[str],
        now: Callable[[], datetime],
        most: int = 10_000,
    ) -> None:
        self._subscription = subscription
        self._settle = settle
        self._tell = tell
        self._dropped = dropped
        self._now = now
        self._most = most
        self._heard: dict[CorrelationId, _Heard] = {}
        self._left: OrderedDict[CorrelationId, None] = OrderedDict()
        self._settling: set[asyncio.Task[None]] = set()

    def __contains__(self, correlation_id: CorrelationId) -> bool:
        """Return whether the channel of that request is heard."""
        return correlation_id in self._heard

    async def aclose(self) -> None:
        """Hear nothing more."""
        for heard in self._heard.values():
            self._stay(heard)
        self._heard.clear()
        for task in self._settling:
            task.cancel()
        if self._settling:
            await asyncio.wait(self._settling)

    @contextmanager
    def waited_for(self, request: Asked) -> Generator[None]:
        """Begin to hear its channel; go on after the body, unless there is nothing to come.

        While there is no subscription it is heard as soon as there is one.
        """
        heard = self._heard.setdefault(request.correlation_id, _Heard(request))
        heard.waits += 1
        self._stay(heard)
        self._subscription.hear(names.response(request.correlation_id))
        try:
            yield
        except (NotAcceptedError, OverloadedError):
            self.forget(request.correlation_id)  # nobody was asked
            raise
        finally:
            self._leave(heard)

    async def confirmed(self, request: Asked) -> None:
        """Return once nothing said on its channel from now on is missed.

        Raises:
            NotListeningError: It was not confirmed.
        """
        await self._subscription.heard(names.response(request.correlation_id))

    def take(self, channel: str, message: bytes) -> None:
        """Settle and tell a reply, which names no user, if id and thread are the request's.

        Raises:
            MalformedRecordError: It is no outcome.
        """
        heard = self._heard.get(CorrelationId(channel.removeprefix(_OWN_CHANNEL)))
        if heard is None:
            self._dropped["unawaited"] += 1
            return
        request = heard.request
        outcome = decode_outcome(message, user_id=request.user_id)
        of_outcome = (outcome.correlation_id, outcome.thread_id)
        if of_outcome != (request.correlation_id, request.thread_id):
            self._dropped["foreign"] += 1
            return
        task = asyncio.create_task(self._settled(outcome, heard))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    def forget(self, correlation_id: CorrelationId) -> None:
        """Hear its channel no more: it is settled, or over."""
        heard = self._heard.pop(correlation_id, None)
        if heard is not None:
            self._stay(heard)
            self._subscription.leave(names.response(correlation_id))

    async def _settled(self, outcome: Outcome, heard: _Heard) -> None:
        """Settle first, so that it can be read later, and tell what holds."""
        correlation_id, request = outcome.correlation_id, heard.request
        # What the ledger told of it is no request, but then the user's turn stands there already.
        asked = request if isinstance(request, ChatRequest) else None
        while self._heard.get(correlation_id) is heard:
            try:
                settlement = await self._settle(outcome, request=asked)
            except TransportError:
                await asyncio.sleep(_AGAIN_AFTER)
            except ChatError:  # the id, or the thread, is another's
                self._dropped["foreign"] += 1
                return
            else:
                self.forget(correlation_id)
                self._tell(settlement.outcome)
                return

    # --- for how long it is heard -----------------------------------------------------------------

    def _leave(self, heard: _Heard) -> None:
        """Go on until the deadline when nobody waits any longer."""
        heard.waits -= 1
        correlation_id = heard.request.correlation_id
        if heard.waits or self._heard.get(correlation_id) is not heard:
            return
        left = heard.request.deadline - self._now()
        if left <= timedelta(0):
            self.forget(correlation_id)
            return
        loop = asyncio.get_running_loop()
        heard.ending = loop.call_later(left.total_seconds(), self.forget, correlation_id)
        self._left[correlation_id] = None
        if len(self._left) > self._most:
            oldest = next(iter(self._left))
            self._dropped["crowded"] += 1
            _log.warning("reply_channel_left", correlation_id=oldest)
            self.forget(oldest)

    def _stay(self, heard: _Heard) -> None:
        """Let neither the deadline nor the number of those that were left end it."""
        self._left.pop(heard.request.correlation_id, None)
        if heard.ending:
            heard.ending.cancel()
            heard.ending = None
