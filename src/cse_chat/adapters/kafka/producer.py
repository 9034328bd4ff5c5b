"""The one producer of a process: watched, bounded, and replaced when it is of no more use."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Coroutine
from datetime import timedelta
from itertools import count
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from cse_chat.adapters.durations import UP_TO_A_TIMEOUT, Durations
from cse_chat.adapters.kafka.availability import Availability
from cse_chat.adapters.kafka.batching_producer import BatchingProducer, Pauses
from cse_chat.adapters.kafka.closing import end_producer, within
from cse_chat.adapters.kafka.compression import compress_quickly
from cse_chat.adapters.kafka.connection import client_options
from cse_chat.adapters.kafka.errors import (
    check_topics,
    reason_of,
    transport_error,
)
from cse_chat.adapters.kafka.outgoing import Headers, NotHandedOverError, OutgoingRecord
from cse_chat.domain.errors import OverloadedError, TransportError

_log = structlog.get_logger(__name__)

_LARGEST = 2_500_000  # bytes: a dead letter is a request of 1 MiB and its headers
_REQUEST_TIMEOUT = timedelta(seconds=5)
_CONNECTING = 10.0  # seconds
_OPENING = 3.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0
_LOOK_EVERY = 0.2
_STALLED_AFTER = 2.0
_GIVEN_UP_AFTER = 15.0
_FLUSHING = 2.0


class SupervisedProducer:
    """Sends records, each confirmed by all replicas in sync, in order of `send` within a key.

    It opens whether Kafka is there or not, and goes on trying. No call takes much longer
    than *confirmed_by*. While Kafka stalls, what comes is kept waiting, not handed over, so that a
    short stall costs time and no more; a long one is told at once. A client whose sequence broke, or
    that got nothing confirmed for long, is abandoned, never flushed, and replaced.
    Safe to call concurrently.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        topics: Collection[str] = (),
        confirmed_by: timedelta = timedelta(seconds=5),
        most_waiting: int = 10_000,
        pauses: Pauses = Pauses(),  # noqa: B008 - frozen
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            topics: What must exist before anything is sent.
            confirmed_by: How long a whole `send` may take, waiting for its turn included.
            most_waiting: Records that are not handed over yet; beyond them it is overloaded.
            pauses: How long records wait for others.
        """
        self._bootstrap_servers = bootstrap_servers
        self._topics = frozenset(topics)
        self._patience = confirmed_by.total_seconds()
        self._most_waiting = most_waiting
        self._pauses = pauses
        self._waiting = 0  # for a client
        self._numbers = count()
        self._hurries = 0
        self._current: BatchingProducer | None = None
        self._usable = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop
        self._down_since = 0.0
        self._availability = Availability("producer")
        self._supervising: asyncio.Task[None] | None = None
        self._closings: set[asyncio.Task[None]] = set()
        self.replaced = 0
        """How many clients were abandoned so far."""
        self.send_seconds = Durations(UP_TO_A_TIMEOUT)
        """How long each `send` took that succeeded."""
        self.errors: Counter[str] = Counter()
        """The others: ``overloaded``, ``unsent``, ``refused``, ``unconfirmed``."""

    @property
    def healthy(self) -> bool:
        """Whether records are confirmed as far as is known."""
        return self._usable.is_set() and self._current is not None

    @property
    def problem(self) -> str | None:
        """Why it is not healthy, for an operator; ``None`` while it is."""
        return None if self.healthy else str(self._availability.problem)

    async def __aenter__(self) -> Self:
        """Begin to connect; a Kafka that answers at once is connected on return."""
        self._loop = asyncio.get_running_loop()
        self._down_since = self._loop.time()
        self._supervising = asyncio.create_task(self._supervise())
        await within(_OPENING, self._availability.tried.wait())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what was handed over be confirmed for a moment, and disconnect."""
        supervising, self._supervising = self._supervising, None
        if supervising is not None:
            supervising.cancel()
            await asyncio.wait({supervising})
        is_well = self.healthy
        current, self._current = self._current, None
        self._availability.problem = TransportError("the producer is closed")
        self._usable.set()  # who waits for a client is woken, finds none, and is told
        if current is not None:
            if is_well:
                current.hurry()
                await within(_FLUSHING, current.flushed())
            current.give_up()
            await current.end()
        if self._closings:
            await asyncio.wait(self._closings)

    async def send(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        is_urgent: bool = True,
    ) -> None:
        """Return once the record is kept by all replicas in sync.

        One that is not urgent waits for others to go with: see `BatchingProducer`.

        Raises:
            OverloadedError: Too many wait already; it was not handed over.
            UnconfirmedError: It was handed over, and not confirmed in time.
            TransportError: It was not handed over, or refused by the broker.
        """
        began = time.perf_counter()
        number, deadline = next(self._numbers), self._loop.time() + self._patience
        hurries = self._hurries
        try:
            self._check_room(value)
            while True:
                client = self._current
                if client is None or not self._usable.is_set() or not client.knows(topic):
                    client = await self._client_for(topic, deadline)
                confirmed = self._loop.create_future()
                urgent = is_urgent or self._hurries != hurries
                client.put(
                    OutgoingRecord(number, topic, key, value, headers, deadline, confirmed, urgent)
                )
                try:
                    await confirmed
                except NotHandedOverError:
                    await asyncio.sleep(0)  # it may have been said at once: others have their turn
                    continue  # the next client is given it, in its old place
                break
        except (OverloadedError, TransportError) as error:
            self.errors[reason_of(error)] += 1
            raise
        self.send_seconds.observe(time.perf_counter() - began)

    def _check_room(self, value: bytes | None) -> None:
        if value is not None and len(value) > _LARGEST:
            raise TransportError("Kafka: MessageSizeTooLargeError") from MessageSizeTooLargeError()
        waiting = self._waiting + (self._current.waiting if self._current else 0)
        if waiting >= self._most_waiting:
            raise OverloadedError(f"{waiting} records wait to be sent")

    async def _client_for(self, topic: str, deadline: float) -> BatchingProducer:
        self._waiting += 1
        try:
            client = await self._usable_client(deadline)
            if not client.knows(topic):
                await client.learn(topic, deadline)
        finally:
            self._waiting -= 1
        return client

    def partition_of(self, topic: str, key: bytes) -> int | None:
        """Return where a record with *key* goes now; ``None`` while nobody can say, or it is not well."""
        client = self._current if self._usable.is_set() else None
        return client.partition_of(topic, key) if client is not None else None

    def hurry(self) -> None:
        """Have sent whatever waits as if it were urgent."""
        self._hurries += 1  # also what is given to no client yet, or to the next one
        if self._current is not None:
            self._current.hurry()

    async def send_repeatable(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        is_urgent: bool = True,
    ) -> None:
        """As `send`, for a record that may come twice.

        Raises:
            TransportError: It may not be kept; repeating is right.
        """
        try:
            await self.send(topic, key=key, value=value, headers=headers, is_urgent=is_urgent)
        except OverloadedError as error:
            raise TransportError(str(error)) from error

    async def _usable_client(self, deadline: float) -> BatchingProducer:
        now = self._loop.time()
        if not self._usable.is_set() and now - self._down_since < self._patience:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._usable.wait()
            except TimeoutError as error:
                raise TransportError(str(self._availability.problem)) from error
        if self._current is None or not self._usable.is_set():
            raise TransportError(str(self._availability.problem))
        return self._current

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
                    self._current = client  # `__aexit__` ends it
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
        self._current = client
        self._set_usable()
        _log.info("kafka_connected", role="producer")
        while not client.is_broken:
            await asyncio.wait({client.broken}, timeout=_LOOK_EVERY)
            client.give_up_overdue()
            stalled_for = client.stalled_for()
            if stalled_for > _GIVEN_UP_AFTER:
                return
            if stalled_for > _STALLED_AFTER and self._usable.is_set():
                self._set_unusable(TransportError("Kafka confirms nothing"))

    def _note_confirmed(self, client: BatchingProducer) -> None:
        if client is self._current and not self._usable.is_set():
            self._set_usable()

    def _note_broken(self, client: BatchingProducer) -> None:
        if client is self._current:
            # At once: whatever it is given from now on would be refused, or worse, unknown.
            self._current = None
            self._set_unusable(TransportError("the producer is being replaced"))

    def _abandon(self, client: BatchingProducer) -> None:
        self.replaced += 1
        _log.warning("producer_replaced", times=self.replaced)
        self._current = None
        self._set_unusable(TransportError("Kafka is connected again"))
        client.give_up()
        self._end_later(client.end())

    def _set_usable(self) -> None:
        self._availability.note_connected()
        self._usable.set()

    def _set_unusable(self, problem: TransportError) -> None:
        self._availability.problem = problem
        if self._usable.is_set():
            self._usable.clear()
            self._down_since = self._loop.time()

    def _end_later(self, ending: Coroutine[Any, Any, None]) -> None:
        closing = asyncio.create_task(ending)
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)
