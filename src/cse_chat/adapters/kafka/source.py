"""`RequestSource` on a topic, ``chat.requests`` in production."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Self

import structlog
from aiokafka import ConsumerRecord, TopicPartition

from cse_chat.adapters.kafka.buffer import Buffer
from cse_chat.adapters.kafka.consumer import SupervisedConsumer
from cse_chat.adapters.kafka.lags import Lag
from cse_chat.adapters.kafka.names import GROUP, REQUESTS
from cse_chat.adapters.kafka.progress import PartitionProgress
from cse_chat.adapters.kafka.records import record_of, weight_of
from cse_chat.adapters.wire.requests import decode_request
from cse_chat.domain.errors import MalformedRecordError, TransportError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.records import DeadLetter, Record
from cse_chat.domain.ports.requests import DeadLetters, Revoked

_log = structlog.get_logger(__name__)

_BUFFERED_RECORDS: Final = 1_000
_BUFFERED_BYTES: Final = 8_388_608
_LETTERS: Final = 100
_REVOKING: Final = 1.0  # seconds
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 5.0


class KafkaRequestSource:
    """Reads as one of a group for as long as it is entered, whether anybody takes or not.

    A new reader gets again what was not acknowledged. Going away as a reader leaves the group
    alone: what is in hand can still be acknowledged, and stays ours; leaving this leaves the group.
    A letter that is not kept holds back the commits of its partition, and nothing else.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        dead_letters: DeadLetters,
        now: Callable[[], datetime],
        default_deadline: timedelta,
        pause: Callable[[], Awaitable[None]],
        session: timedelta = timedelta(seconds=30),
        topic: str = REQUESTS,
        group: str = GROUP,
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            dead_letters: Where records go that are no requests.
            now: When they went there.
            default_deadline: For records without one.
            pause: See `SupervisedConsumer`.
            session: After so long without a sign of life others take over; at least 6 s, unless
                the brokers allow less.
            topic: It exists, or is waited for.
            group: Who shares its partitions.
        """
        self._dead_letters = dead_letters
        self._now = now
        self._default_deadline = default_deadline
        self._group = group
        self._buffer: Buffer[ConsumerRecord] = Buffer(
            records=_BUFFERED_RECORDS, weight=_BUFFERED_BYTES, weigh=weight_of
        )
        self._consumer = SupervisedConsumer(
            bootstrap_servers,
            topic=topic,
            group=group,
            revoked=self._let_go,
            session=session,
            buffer=self._buffer,
            pause=pause,
        )
        self._revoked: Revoked = _nobody_reads
        self._was_read = False
        self._progress: dict[int, PartitionProgress] = {}
        self._putting: set[asyncio.Task[None]] = set()
        self._beside: set[asyncio.Task[None]] = set()

    @property
    def healthy(self) -> bool:
        """Whether it is a member of the group, as far as is known."""
        return self._consumer.healthy

    @property
    def problem(self) -> str | None:
        """Why it is not healthy, for an operator; ``None`` while it is."""
        return self._consumer.problem

    @property
    def rebalances(self) -> int:
        """How often the group has given out its partitions."""
        return self._consumer.rebalances

    @property
    def lags(self) -> Mapping[TopicPartition, Lag]:
        """How far behind it is, for each of its partitions."""
        return self._consumer.lags

    async def __aenter__(self) -> Self:
        """Begin to connect; see `SupervisedConsumer`."""
        await self._consumer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the group; whoever reads is at the end."""
        await self._consumer.__aexit__()
        beside = self._putting | self._beside
        for task in beside:
            task.cancel()
        if beside:
            await asyncio.wait(beside)

    async def deliveries(self, revoked: Revoked) -> AsyncGenerator[Delivery]:
        """See `RequestSource.deliveries`."""
        self._revoked = revoked
        if self._was_read:
            self._rewind()
        self._was_read = True
        while (taken := await self._buffer.take()) is not None:
            delivery = await self._delivery(record_of(taken))
            if delivery is not None:
                yield delivery

    def assigned(self) -> Collection[int]:
        """See `RequestSource.assigned`."""
        return self._consumer.assigned

    async def acknowledge(self, finished: Finished) -> None:
        """See `RequestSource.acknowledge`."""
        for partition, position in finished.positions.items():
            # One that was revoked has none: another's by now, or read anew.
            if partition in self._progress:
                self._progress[partition].finish(position)
        await self._commit()

    def _rewind(self) -> None:
        for progress in self._progress.values():
            progress.rewind()
        self._consumer.rewind(self._positions())

    async def _delivery(self, record: Record) -> Delivery | None:
        progress = self._progress.setdefault(record.partition, PartitionProgress())
        try:
            request = decode_request(record, default_deadline=self._default_deadline)
        except MalformedRecordError as error:
            if not progress.set_aside(record.offset):
                await self._set_aside(record, error)
            return None
        progress.deliver(record.offset)
        return Delivery(
            request=request,
            record=record,
            durability=Durability.KAFKA,
            is_new=self._consumer.is_new(record.partition, record.offset),
        )

    async def _set_aside(self, record: Record, error: MalformedRecordError) -> None:
        """Put a letter; where that fails, go on trying beside the reader."""
        letter = DeadLetter.of_unread(record, error, failed_at=self._now())
        try:
            await self._put(letter)
        except TransportError as failure:
            _log.warning("dead_letter_delayed", reason=failure.slug, offset=record.offset)
            if len(self._putting) >= _LETTERS:  # so many are held back: now the line waits
                await asyncio.wait(self._putting, return_when=asyncio.FIRST_COMPLETED)
            task = asyncio.create_task(self._put_in_the_end(letter))
            self._putting.add(task)
            task.add_done_callback(self._putting.discard)

    async def _put(self, letter: DeadLetter) -> None:
        await self._dead_letters.put(letter)
        record = letter.record
        _log.warning("record_set_aside", partition=record.partition, offset=record.offset)
        # By now it may be another's partition, or its progress begun anew: it is kept all the same.
        if record.partition in self._progress:
            self._progress[record.partition].keep(record.offset)
        with suppress(TransportError):  # the next acknowledgement says it again
            await self._commit()

    async def _put_in_the_end(self, letter: DeadLetter) -> None:
        pause = _FIRST_PAUSE
        while True:
            await asyncio.sleep(pause)
            with suppress(TransportError):
                await self._put(letter)
                return
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _commit(self) -> None:
        await self._consumer.commit(self._positions())

    def _positions(self) -> dict[int, int]:
        return {
            partition: progress.position
            for partition, progress in self._progress.items()
            if progress.position is not None
        }

    async def _let_go(self, partitions: Collection[int]) -> None:
        told = asyncio.create_task(_told(self._revoked, partitions))
        self._beside.add(told)
        told.add_done_callback(self._beside.discard)
        # The whole group waits for us; a reader that takes longer goes on beside it.
        await asyncio.wait({told}, timeout=_REVOKING)
        if not told.done():
            _log.warning("letting_go_overdue", partitions=len(partitions))
        for partition in partitions:
            self._progress.pop(partition, None)


async def _told(revoked: Revoked, partitions: Collection[int]) -> None:
    await revoked(partitions)


async def _nobody_reads(_: Collection[int]) -> None:
    """Nothing to give free."""
