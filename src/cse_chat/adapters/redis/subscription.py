"""One connection that hears channels for as long as its process lives."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from typing import Self

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection

from cse_chat.adapters.redis.channels import PassingChannels
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.errors import FAILURES, kind_of
from cse_chat.adapters.redis.messages import Messages
from cse_chat.domain.errors import NotListeningError

_log = structlog.get_logger(__name__)

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5  # seconds between two tries to connect
_PARTS = 6  # in which a silence is counted
_GONE_AFTER = 5.0  # seconds: a server that is started anew is back before


class Subscription:
    """Hears its channels on one connection, and makes that anew when it dies or falls silent.

    It counts as there from the moment the server has confirmed every channel. What is published
    while it is not is lost: *again* is called when it is back. Whoever is told does not wait,
    because a server drops subscribers that read too slowly.

    A client's own way of reconnecting is not used: it hides the gap.

    Args:
        connection: Whose server it is; the subscription has a connection of its own.
        of: What it hears, for the log: ``<of>_heard``, ``<of>_not_heard``.
        channels: What to hear.
        pulse: A channel that must not be silent, because this process publishes there.
        heard: Told channel and bytes of each message; may neither wait nor raise.
        again: Told when there was a gap.
        silence: How long confirming may take, and how long *pulse* may be silent.
        patience: How long who wants to listen waits for it to come back.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        of: str,
        channels: Collection[str],
        pulse: str,
        heard: Callable[[str, bytes], None],
        again: Callable[[], None],
        silence: timedelta,
        patience: timedelta,
    ) -> None:
        self._server = connection
        self._of = of
        self._channels = (*channels, pulse)
        self._pulse = pulse
        self._heard = heard
        self._again = again
        self._silence = silence.total_seconds()
        self._patience = patience.total_seconds()
        self._client: Redis | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._there = asyncio.Event()
        self._lost_at = 0.0
        self._was_silent = False
        self._is_loss_told = False
        self._silent_parts = 0
        self._pulseless_parts = 0
        self._counting: asyncio.TimerHandle | None = None
        self._unconfirmed: set[str] = set()
        self._limit: asyncio.Timeout | None = None
        self._going: asyncio.TimerHandle | None = None
        self._beside = PassingChannels(patience=patience)
        self.lives = 0
        """How often it was confirmed."""
        self.on_pulse: Callable[[], object] = _nobody_counts
        """Called for each pulse that is heard; may neither wait nor raise."""
        self.on_gone: Callable[[], object] = _nobody_waits
        """Called when it has been away for so long that it is not worth waiting; as above."""
        self.on_confirmed: Callable[[str], object] = _nobody_asks
        """Told each channel heard beside that the server has confirmed; as above."""

    @property
    def is_there(self) -> bool:
        """Whether the server has confirmed all channels, and the connection lives."""
        return self._there.is_set()

    @property
    def gaps(self) -> int:
        """How often it was made anew."""
        return max(0, self.lives - 1)

    @property
    def heard_channels(self) -> int:
        """How many channels are heard, as far as is known."""
        return len(self._channels) + len(self._beside) if self.is_there else 0

    @property
    def is_healthy(self) -> bool:
        """Whether it is there and hears its pulse: a server that cannot write gives none."""
        return self.is_there and not self._was_silent and self._pulseless_parts < _PARTS

    async def __aenter__(self) -> Self:
        """Subscribe; go on without, if the server does not confirm it soon."""
        self._client = self._server.listening_client()
        self._lost_at = asyncio.get_running_loop().time()
        self._supervisor = asyncio.create_task(self._supervise(self._client))
        with suppress(NotListeningError):
            await self.confirmed()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop hearing, and disconnect."""
        client, self._client = self._client, None
        if self._supervisor:
            self._supervisor.cancel()
            await asyncio.wait({self._supervisor})
        await self._beside.aclose()
        self._stay()  # only now: that it ends here is a loss, too
        if client is not None:
            await client.aclose()

    async def confirmed(self) -> None:
        """Return once it is there: at once, unless it is just being made anew.

        Raises:
            NotListeningError: It has been away for longer than is worth waiting.
        """
        if self.is_there:
            return
        try:
            async with asyncio.timeout_at(self._lost_at + self._patience):
                while not self._there.is_set():
                    await self._there.wait()
        except TimeoutError as error:
            raise NotListeningError("Redis: no subscription") from error

    def hear(self, channel: str) -> None:
        """Hear another channel as well, until it is left; at once, or as soon as it is there."""
        self._beside.hear(channel)

    async def heard(self, channel: str) -> None:
        """Return once *channel* is confirmed, or left.

        Raises:
            NotListeningError: It was not confirmed.
        """
        await self._beside.heard(channel)

    def leave(self, channel: str) -> None:
        """Hear *channel* no more."""
        self._beside.leave(channel)

    # --- the life of a connection -----------------------------------------------------------------

    async def _supervise(self, client: Redis) -> None:
        pause = _SHORTEST_PAUSE
        while self._client is client:  # should redis-py swallow that this task is cancelled
            lives = self.lives
            try:
                await self._live(client)
            except FAILURES as error:
                self._tell_loss(error)
            except Exception as error:  # noqa: BLE001 - an error of ours must not end it for good
                problem = {"message": "a subscription broke off", "exception": error}
                asyncio.get_running_loop().call_exception_handler(problem)
            finally:
                self._lose()
            pause = _SHORTEST_PAUSE if self.lives > lives else min(2 * pause, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _live(self, client: Redis) -> None:
        """Hear until the connection dies; one connection, one subscription, no repetition."""
        connection: AbstractConnection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py leaves it so
        try:
            async with asyncio.timeout(self._silence) as limit:
                await connection.connect()  # type: ignore[no-untyped-call]  # the same
                messages = Messages(connection, self._take)
                self._unconfirmed = {*self._channels, *self._beside.begin(connection)}
                self._limit = limit
                await connection.send_command("SUBSCRIBE", *self._unconfirmed, check_health=False)
                await messages.ended
        except TimeoutError:
            self._was_silent = True
            raise
        finally:
            self._beside.end()
            if self._counting is not None:
                self._counting.cancel()
            await connection.disconnect(nowait=True)

    def _take(self, kind: bytes, channel: str, said: bytes) -> None:
        self._silent_parts = 0
        if kind == b"message":
            if channel == self._pulse:
                self._was_silent = False
                self._pulseless_parts = 0
                self.on_pulse()
            else:
                self._heard(channel, said)
        elif kind == b"subscribe":
            if self._beside.confirm(channel):
                self.on_confirmed(channel)
            self._unconfirmed.discard(channel)
            if not self._unconfirmed and not self.is_there and self._limit:
                self._be_there()
                self._count_silence(self._limit)

    def _count_silence(self, limit: asyncio.Timeout) -> None:
        """Let *limit* be over once nothing was heard in all parts of a silence.

        They are counted, not timed: a turn of the loop may last longer than the silence that is
        allowed, and what came meanwhile is not read yet.
        """
        loop = asyncio.get_running_loop()
        self._silent_parts += 1
        self._pulseless_parts += 1
        if self._silent_parts < _PARTS:
            limit.reschedule(None)
            self._counting = loop.call_later(self._silence / _PARTS, self._count_silence, limit)
        else:
            self._lose()  # at once: nobody begins to listen until the reader has its turn
            limit.reschedule(loop.time())

    def _be_there(self) -> None:
        self._there.set()
        self._stay()
        self.lives += 1
        self._is_loss_told = False
        self._pulseless_parts = 0
        _log.info(f"{self._of}_heard", subscriptions_before=self.gaps)
        if self.lives > 1:
            self._again()

    def _tell_loss(self, error: BaseException) -> None:
        """Say once that it is lost, or never was, however often it is tried again."""
        if not self._is_loss_told:
            _log.warning(f"{self._of}_not_heard", error=kind_of(error))
            self._is_loss_told = True

    def _lose(self) -> None:
        if self.is_there:
            loop = asyncio.get_running_loop()
            self._lost_at = loop.time()
            self._going = loop.call_later(_GONE_AFTER, self.on_gone)
        self._there.clear()
        self._beside.lose()

    def _stay(self) -> None:
        """Say to nobody that it is gone."""
        if self._going:
            self._going.cancel()
            self._going = None


def _nobody_counts() -> None:
    """Nobody measures the pulse."""


def _nobody_asks(_: str) -> None:
    """Nobody was told to wait for a channel."""


def _nobody_waits() -> None:
    """Nobody waits for what is heard."""
