"""A member of a consumer group that reads on by itself, and comes back by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from cse_chat.adapters.kafka.availability import Availability
from cse_chat.adapters.kafka.beginnings import Beginnings
from cse_chat.adapters.kafka.buffer import Buffer
from cse_chat.adapters.kafka.closing import end_consumer, within
from cse_chat.adapters.kafka.connection import client_options, milliseconds
from cse_chat.adapters.kafka.direct_fetching import Fetched, Pause, fetch_directly
from cse_chat.adapters.kafka.errors import check_topics, translated, transport_error
from cse_chat.adapters.kafka.fetch_sessions import fetch_in_sessions
from cse_chat.adapters.kafka.lags import Lag, Lags
from cse_chat.adapters.kafka.liveness import Liveness, is_member
from cse_chat.adapters.kafka.rebalances import Rebalances
from cse_chat.domain.errors import TransportError

_log = structlog.get_logger(__name__)

_HEARTBEAT = timedelta(seconds=1)
_REBALANCING = timedelta(seconds=10)
# JoinGroup waits for the slowest member, and a group that is new waits for others: below that sum
# (the second is 3 s by default), joining is given up and begun again for ever.
_REQUEST_TIMEOUT = timedelta(seconds=20)
_CONNECTING = 10.0  # seconds
_OPENING = 3.0
_POLLING = timedelta(milliseconds=100)
_FETCH_WAIT = timedelta(milliseconds=500)  # for a first record: an idle worker asks twice a second
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0
_COMMITTING = 5.0
_COMMITTING_REVOKED = 0.5
_LARGEST = 1_100_000  # bytes of a record with its headers
_FETCHED = 16_777_216

Told = Callable[[Collection[int]], Awaitable[None]]


class SupervisedConsumer:
    """Reads a topic as one of a group; at least once, each partition in order.

    Polling goes on whether anybody takes or not, so that the group knows it is alive; what is
    read and not taken is bounded. Commits are explicit. A client that fails, or stands still
    behind records that are there, is replaced.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        topic: str,
        group: str,
        revoked: Told,
        session: timedelta,
        buffer: Buffer[ConsumerRecord],
        pause: Pause,
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            topic: It exists, or is waited for.
            group: Who shares its partitions.
            revoked: Told which partitions may be another's from now on; the whole group waits
                for it. What it commits counts.
            session: After so long without a heartbeat others take over.
            buffer: Holds what nobody has taken yet.
            pause: Called between what was fetched and the next fetch.
        """
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._group = group
        self._revoked = revoked
        self._session = session
        self._buffer = buffer
        self._pause = pause
        self._consumer: AIOKafkaConsumer | None = None
        self._supervising: asyncio.Task[None] | None = None
        self._availability = Availability("consumer")
        self._beginnings = Beginnings()
        self._seeks: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._committing = asyncio.Lock()
        self._is_revoking = False
        self._last_polled = 0.0
        self._lags: Lags | None = None
        self.rebalances = 0
        """How often the group has given out its partitions."""

    @property
    def healthy(self) -> bool:
        """Whether it is a member of the group, as far as is known."""
        return self._consumer is not None and is_member(self._consumer)

    @property
    def assigned(self) -> Collection[int]:
        """The partitions that the group has given to it."""
        places = self._consumer.assignment() if self._consumer else ()
        return [place.partition for place in places if place.topic == self._topic]

    @property
    def lags(self) -> Mapping[TopicPartition, Lag]:
        """How far behind it is, for each of its partitions."""
        return (
            self._lags.told({**self._beginnings.offsets, **self._committed}) if self._lags else {}
        )

    @property
    def problem(self) -> str | None:
        """Why it is not healthy, for an operator; ``None`` while it is."""
        if self.healthy:
            return None
        return (
            str(self._availability.problem)
            if self._consumer is None
            else "Kafka lets nobody join the group"
        )

    async def __aenter__(self) -> Self:
        """Begin to connect; a Kafka that answers at once is connected on return."""
        self._supervising = asyncio.create_task(self._supervise())
        await within(_OPENING, self._availability.tried.wait())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the group; nobody is told that partitions are revoked."""
        self._buffer.close()
        supervising, self._supervising = self._supervising, None
        if supervising is not None:
            supervising.cancel()
            await asyncio.wait({supervising})
        consumer, self._consumer = self._consumer, None
        self._availability.problem = TransportError("the consumer is closed")
        if consumer is not None:
            await end_consumer(consumer)

    def rewind(self, positions: Mapping[int, int]) -> None:
        """Read again from *positions*; a partition that is not in it, from where it began."""
        self._buffer.clear()
        began = self._beginnings.offsets
        self._seeks = {p: positions.get(p, first) for p, first in began.items()}
        ends = {partition: self._end_of(partition) for partition in began}
        self._beginnings.read_again({p: end for p, end in ends.items() if end is not None})

    def is_new(self, partition: int, offset: int) -> bool:
        """Say whether nobody was given the record before, for as long as the partition is ours."""
        return self._beginnings.is_new(partition, offset)

    async def commit(self, positions: Mapping[int, int]) -> None:
        """Have the group begin at *positions* the next time; never before where it would already.

        Partitions that are not ours are left out.

        Raises:
            TransportError: It may or may not be so.
        """
        limit = _COMMITTING_REVOKED if self._is_revoking else _COMMITTING
        with translated():
            async with asyncio.timeout(limit), self._committing:
                await self._commit(positions)

    async def _commit(self, positions: Mapping[int, int]) -> None:
        consumer = self._consumer
        if consumer is None:
            raise TransportError("Kafka is not connected")
        assigned = consumer.assignment()
        offsets = {
            TopicPartition(self._topic, partition): position
            for partition, position in positions.items()
            if position > self._committed.get(partition, -1)
            and TopicPartition(self._topic, partition) in assigned
        }
        if not offsets:
            return
        # Who was expelled commits as a stranger, and a group that is empty by now would believe
        # it, although others have been further in between.
        if not is_member(consumer):
            raise TransportError("no longer a member of the group")
        await consumer.commit(offsets)
        self._committed.update({tp.partition: position for tp, position in offsets.items()})

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                self._consumer = await self._connected()
                self._availability.note_connected()
                pause = _FIRST_PAUSE
                await self._poll_and_watch(self._consumer)
            except Exception as error:  # noqa: BLE001 - else nobody would ever read again
                self._availability.note_unavailable(transport_error(error))
            consumer, self._consumer = self._consumer, None
            if consumer is not None:
                await self._let_go(list(self._beginnings.offsets))
                await end_consumer(consumer)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _connected(self) -> AIOKafkaConsumer:
        # Built here: the constructor asks for the running loop. No topic: `start` would wait for
        # one that is missing, with ten errors a second, until the request timeout.
        consumer = AIOKafkaConsumer(
            **client_options(self._bootstrap_servers, request_timeout=_REQUEST_TIMEOUT),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=milliseconds(_FETCH_WAIT),
            fetch_max_bytes=_FETCHED,
            max_partition_fetch_bytes=_LARGEST,
            session_timeout_ms=milliseconds(self._session),
            rebalance_timeout_ms=milliseconds(_REBALANCING),
            heartbeat_interval_ms=milliseconds(min(_HEARTBEAT, self._session / 3)),
            # Sticky keeps its state on the class: two members in one process would fight.
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
        )
        try:
            async with asyncio.timeout(_CONNECTING):
                await consumer.start()
                check_topics({self._topic}, await consumer.topics())
                fetch_in_sessions(consumer)
                taken = partial(self._take_directly, consumer)
                fetch_directly(consumer, taken, pause=self._pause)
        except BaseException:
            await end_consumer(consumer)
            raise
        consumer.subscribe([self._topic], listener=Rebalances(self._let_go, self._note_assigned))
        return consumer

    async def _poll_and_watch(self, consumer: AIOKafkaConsumer) -> None:
        """Return when *consumer* stands still; raise what ends its polling."""
        self._last_polled = asyncio.get_running_loop().time()
        polling = asyncio.create_task(self._poll(consumer))
        liveness = Liveness(consumer)
        self._lags = lags = Lags(consumer)
        try:
            while not polling.done():
                await asyncio.wait({polling}, timeout=1)
                await lags.look()
                if not await liveness.is_given(last_polled=self._last_polled):
                    raise TransportError("Kafka's records are there, and do not come")
            polling.result()
        finally:
            self._lags = None
            polling.cancel()
            await asyncio.wait({polling})

    async def _poll(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            self._seek(consumer)
            self._pause_or_resume(consumer)
            # Awaited as it is: in a task of its own, partitions could be revoked between its end
            # and our going on, and what was read of them would come after that.
            self._take(await consumer.getmany(timeout_ms=milliseconds(_POLLING)))
            self._last_polled = asyncio.get_running_loop().time()

    def _take(self, fetched: Fetched) -> None:
        for place, records in fetched.items():
            partition = place.partition
            if partition not in self._beginnings.offsets:
                end = self._end_of(partition)
                self._beginnings.note(partition, records[0].offset, end=end)
            if place.partition not in self._seeks:  # else they are read once more
                self._buffer.extend(records)

    def _end_of(self, partition: int) -> int | None:
        place = TopicPartition(self._topic, partition)
        if self._consumer is None or place not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.highwater(place)
        return end

    def _take_directly(self, consumer: AIOKafkaConsumer, fetched: Fetched) -> None:
        if consumer is not self._consumer:
            return  # it is being replaced: whoever works on its partitions lets go of them
        self._take(fetched)
        if self._buffer.is_full:  # before more is asked for
            self._pause_or_resume(consumer)

    def _seek(self, consumer: AIOKafkaConsumer) -> None:
        seeks, self._seeks = self._seeks, {}
        for partition, offset in seeks.items():
            consumer.seek(TopicPartition(self._topic, partition), offset)

    def _pause_or_resume(self, consumer: AIOKafkaConsumer) -> None:
        paused = consumer.paused()
        if self._buffer.is_full:
            consumer.pause(*(consumer.assignment() - paused))
        elif paused and self._buffer.is_low:
            consumer.resume(*paused)

    def _note_assigned(self) -> None:
        self.rebalances += 1

    async def _let_go(self, partitions: Collection[int]) -> None:
        """Forget what was read of *partitions*, and tell whoever works on it."""
        # Rebalances are eager: it is always all of them.
        self._buffer.clear()
        self._beginnings.forget()
        self._seeks.clear()
        self._is_revoking = True
        try:
            if partitions:
                await self._revoked(partitions)
        finally:
            self._is_revoking = False
            self._committed.clear()
