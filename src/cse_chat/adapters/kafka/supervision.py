"""The client of a producer: connected, watched, and replaced when it is of no more use."""

import asyncio
from collections.abc import Collection, Coroutine
from datetime import timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer

from cse_chat.adapters.kafka.availability import Availability
from cse_chat.adapters.kafka.batching_producer import BatchingProducer, Pauses
from cse_chat.adapters.kafka.closing import end_producer, within
from cse_chat.adapters.kafka.compression import compress_quickly
from cse_chat.adapters.kafka.connection import client_options
from cse_chat.adapters.kafka.errors import check_topics, transport_error
from cse_chat.adapters.kafka.waiters import Waiters
from cse_chat.domain.errors import TransportError

_log = structlog.get_logger(__name__)

_REQUEST_TIMEOUT = timedelta(seconds=5)
_CONNECTING = 10.0  # seconds
_OPENING = 3.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0
_LOOK_EVERY = 0.2
_STALLED_AFTER = 2.0
_GIVEN_UP_AFTER = 15.0
_FLUSHING = 2.0


class Supervision:
    """Has one client at a time, and knows whether it is of use now.

    A client that confirms nothing for a while is not used until it does; one whose sequence broke, or
    that got nothing confirmed for long, is abandoned, never flushed, and replaced.

    Attributes:
        current: The client, of use or not; ``None`` while there is none.
        replaced: How many were abandoned so far.
    """

    def __init__(
        self, bootstrap_servers: str, *, topics: Collection[str], patience: float, pauses: Pauses
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            topics: What must exist, before a client is of use.
            patience: How many seconds after one was lost another is waited for, not refused.
            pauses: How long records wait for others.
        """
        self._bootstrap_servers = bootstrap_servers
        self._topics = frozenset(topics)
        self._patience = patience
        self._pauses = pauses
        self._is_usable = False
        self._waiters = Waiters()
        self._loop: asyncio.AbstractEventLoop
        self._down_since = 0.0
        self._availability = Availability("producer")
        self._supervising: asyncio.Task[None] | None = None
        self._closings: set[asyncio.Task[None]] = set()
        self.current: BatchingProducer | None = None
        self.replaced = 0

    @property
    def usable(self) -> BatchingProducer | None:
        """The client, if it confirms records as far as is known."""
        return self.current if self._is_usable else None

    @property
    def at_once(self) -> BatchingProducer | None:
        """The client, if it is usable and nobody who has waited for it is to have it first."""
        return None if self._waiters.are_there else self.usable

    @property
    def problem(self) -> str | None:
        """Why there is none that is usable, for an operator; ``None`` while there is one."""
        return None if self.usable else str(self._availability.problem)

    async def begin(self) -> None:
        """Begin to connect; a Kafka that answers at once is connected on return."""
        self._loop = asyncio.get_running_loop()
        self._down_since = self._loop.time()
        self._supervising = asyncio.create_task(self._supervise())
        await within(_OPENING, self._availability.tried.wait())

    async def end(self) -> None:
        """Let what was handed over be confirmed for a moment, and disconnect."""
        supervising, self._supervising = self._supervising, None
        if supervising is not None:
            supervising.cancel()
            await asyncio.wait({supervising})
        is_well = self.usable is not None
        current, self.current = self.current, None
        self._availability.problem = TransportError("the producer is closed")
        self._is_usable = True
        self._waiters.tell()  # who waits for a client finds none, and says so
        if current is not None:
            if is_well:
                current.hurry()
                await within(_FLUSHING, current.flushed())
            current.give_up()
            await current.end()
        if self._closings:
            await asyncio.wait(self._closings)

    async def awaited(self, deadline: float) -> BatchingProducer:
        """Return the client once it is usable.

        Raises:
            TransportError: It was not until *deadline*, or has not been for too long.
        """
        if self._is_usable and self._waiters.are_there:
            await self._waiters.follow()
        while not self._is_usable and self._loop.time() - self._down_since < self._patience:
            try:
                await self._waiters.wait(deadline)
            except TimeoutError as error:
                raise TransportError(str(self._availability.problem)) from error
        client = self.usable
        if client is None:
            raise TransportError(str(self._availability.problem))
        return client

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                client = await self._connected()
            except Exception as error:  # noqa: BLE001 - else nobody would ever connect again
                self._availability.note_unavailable(transport_error(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _FIRST_PAUSE
            try:
                await self._watch(client)
            finally:
                if self._supervising is None:
                    self.current = client  # `end` ends it
                else:
                    self._abandon(client)

    async def _connected(self) -> BatchingProducer:
        compress_quickly()
        # Built here: the constructor asks for the running loop.
        producer = AIOKafkaProducer(
            **client_options(self._bootstrap_servers, request_timeout=_REQUEST_TIMEOUT),
            enable_idempotence=True,
            acks="all",
            compression_type="lz4",  # looked at here; what is sent is compressed by `Batch`
        )
        try:
            async with asyncio.timeout(_CONNECTING):
                await producer.start()
                if self._topics:
                    check_topics(
                        self._topics, (await producer.client.fetch_all_metadata()).topics()
                    )
        except BaseException:
            self._end_later(end_producer(producer))
            raise
        return BatchingProducer(
            producer,
            pauses=self._pauses,
            on_confirmed=self._note_confirmed,
            on_broken=self._note_broken,
        )

    async def _watch(self, client: BatchingProducer) -> None:
        """Return when *client* is of no more use."""
        self.current = client
        self._set_usable()
        _log.info("kafka_connected", role="producer")
        while not client.is_broken:
            await asyncio.wait({client.broken}, timeout=_LOOK_EVERY)
            client.give_up_overdue()
            stalled_for = client.stalled_for()
            if stalled_for > _GIVEN_UP_AFTER:
                return
            if stalled_for > _STALLED_AFTER and self._is_usable:
                self._set_unusable(TransportError("Kafka confirms nothing"))

    def _note_confirmed(self, client: BatchingProducer) -> None:
        if client is self.current and not self._is_usable:
            self._set_usable()

    def _note_broken(self, client: BatchingProducer) -> None:
        if client is self.current:
            # At once: whatever it is given from now on would be refused, or worse, unknown.
            self.current = None
            self._set_unusable(TransportError("the producer is being replaced"))

    def _abandon(self, client: BatchingProducer) -> None:
        self.replaced += 1
        _log.warning("producer_replaced", times=self.replaced)
        self.current = None
        self._set_unusable(TransportError("Kafka is connected again"))
        client.give_up()
        self._end_later(client.end())

    def _set_usable(self) -> None:
        self._availability.note_connected()
        self._is_usable = True
        self._waiters.tell()

    def _set_unusable(self, problem: TransportError) -> None:
        self._availability.problem = problem
        if self._is_usable:
            self._is_usable = False
            self._down_since = self._loop.time()

    def _end_later(self, ending: Coroutine[Any, Any, None]) -> None:
        closing = asyncio.create_task(ending)
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)
