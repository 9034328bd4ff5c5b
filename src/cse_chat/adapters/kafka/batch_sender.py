"""Has whole batches kept by the brokers: the library's connections, and requests of our own."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import DuplicateSequenceNumber, KafkaError, NoError, for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

from cse_chat.adapters.kafka.errors import (
    NOT_KEPT,
    UnconfirmedError,
    transport_error,
)
from cse_chat.adapters.kafka.outgoing import OutgoingRecord
from cse_chat.adapters.kafka.quick_requests import QuickRequest
from cse_chat.domain.errors import TransportError

_ALL_IN_SYNC = -1
_REPLICATED_BY = 5_000  # milliseconds that the broker waits for those
_AGAIN = 0.2  # seconds
_FORMAT = 2
_BATCH = 262_144  # bytes, before they are compressed
_SMALL = 2_048  # bytes: three questions
_SEQUENCES = 2**31  # Kafka begins again at 0; the library's own count goes below it


def _new_builder(codec: int = DefaultRecordBatch.CODEC_NONE) -> DefaultRecordBatchBuilder:
    return DefaultRecordBatchBuilder(
        magic=_FORMAT,
        compression_type=codec,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=0,
        batch_size=_BATCH,
    )


@dataclass(slots=True, eq=False)
class Batch:
    """Records of one partition that go together, compressed where they are more than a few.

    To compress a small one, to look into it in the broker, and to unpack it again takes all of them
    longer than its bytes are worth.

    Attributes:
        place: The partition.
        since: When it went, by the loop's clock.
        builder: Has been given the records.
        data: What is sent, every time, once they are numbered.
        is_full: Whether it takes no more: a later one must not overtake one that it did not take.
        is_compressed: Whether its data will be, if that can be done.
    """

    place: TopicPartition
    since: float
    builder: DefaultRecordBatchBuilder = field(default_factory=_new_builder)
    records: list[OutgoingRecord] = field(default_factory=list)
    data: bytes = b""
    is_full: bool = False
    is_compressed: bool = False

    def takes(self, record: OutgoingRecord) -> bool:
        """Add *record* if there is room; say whether it did.

        Raises:
            Exception: Whatever the library says of a record that cannot be written.
        """
        if self.is_full:
            return False
        if not _is_added(self.builder, len(self.records), record):
            self.is_full = True
            return False
        self.records.append(record)
        if not self.is_compressed and self.builder.size() > _SMALL:
            self._begin_anew()
        return True

    def _begin_anew(self) -> None:
        """Have it compressed: a builder has to know from the start."""
        self.is_compressed = True
        builder = _new_builder(DefaultRecordBatch.CODEC_LZ4)
        # Some milliseconds later a record may take a byte more, and not fit: then all stays as it is.
        if all(_is_added(builder, number, record) for number, record in enumerate(self.records)):
            self.builder = builder


def _is_added(builder: DefaultRecordBatchBuilder, number: int, record: OutgoingRecord) -> bool:
    headers = list(record.headers)
    return builder.append(number, None, record.key, record.value, headers) is not None


class BatchSender:
    """Sends batches, again where that can help, until brokers have kept or refused them.

    The library's own sender takes five turns of the loop until a batch is sent, and six until who
    waits is told; this one takes one and three. It is given nothing.

    Attributes:
        broken: Done as soon as nothing more can be kept: a batch that was refused leaves a hole in the
            sequence of its partition, and all that follow would be refused, too.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        *,
        on_confirmed: Callable[[], None],
        on_broken: Callable[[], None],
    ) -> None:
        """Store the arguments.

        Args:
            producer: Started, and idempotent: its number, with those that batches get here, lets brokers
                know what comes twice.
            on_confirmed: Called whenever a batch is kept.
            on_broken: Called when one is refused.
        """
        self._client = producer.client
        self._identity = producer._txn_manager  # noqa: SLF001 - told nowhere else
        self._on_confirmed = on_confirmed
        self._on_broken = on_broken
        self._loop = asyncio.get_running_loop()
        self._sequences: defaultdict[TopicPartition, int] = defaultdict(int)
        self._under_way: dict[Batch, None] = {}  # oldest first
        self._last_confirmed = 0.0
        self.broken: asyncio.Future[None] = self._loop.create_future()

    def stalled_for(self) -> float:
        """Return for how many seconds something is under way and nothing was confirmed."""
        oldest = next(iter(self._under_way), None)
        return self._loop.time() - max(oldest.since, self._last_confirmed) if oldest else 0.0

    async def send(self, batches: Sequence[Batch]) -> None:
        """Return once every record of *batches* has been told what became of it.

        Of a partition there may be one at a time.
        """
        left: Sequence[Batch] = [batch for batch in batches if self._is_numbered(batch)]
        self._under_way |= dict.fromkeys(left)
        while left:
            left = await self._tried(left)
            if not left:
                return
            # Leaders move, and a broker that comes back may have another address.
            self._client.force_metadata_update()
            await asyncio.wait({self.broken}, timeout=_AGAIN)
            if self.broken.done():
                break
        for batch in left:
            self._end(batch, UnconfirmedError("the client broke before it was confirmed"))

    def give_up(self, until: float = math.inf) -> None:
        """Tell those whose deadline is over *until* then: they may be confirmed later."""
        for batch in self._under_way:
            for record in batch.records:
                if record.deadline <= until:
                    record.fail(UnconfirmedError("not confirmed in time"))

    def _is_numbered(self, batch: Batch) -> bool:
        first = self._sequences[batch.place]
        identity = self._identity
        try:
            batch.builder.set_producer_state(identity.producer_id, identity.producer_epoch, first)
            batch.data = batch.builder.build()
        except Exception as error:  # noqa: BLE001 - whatever it is: else they would wait for ever
            for record in batch.records:
                record.fail(_caused(transport_error(error), error))
            return False
        self._sequences[batch.place] = (first + len(batch.records)) % _SEQUENCES
        return True

    async def _tried(self, batches: Sequence[Batch]) -> Sequence[Batch]:
        """Send *batches* once; return those that another try may help."""
        cluster = self._client.cluster
        by_leader: defaultdict[int | None, list[Batch]] = defaultdict(list)
        for batch in batches:
            leader = cluster.leader_for_partition(batch.place)
            is_known = leader is not None and cluster.broker_metadata(leader) is not None
            by_leader[leader if is_known else None].append(batch)
        left = by_leader.pop(None, [])
        tries = [
            self._asked(leader, those) for leader, those in by_leader.items() if leader is not None
        ]
        if len(tries) == 1:  # as it is with one broker: no task for it
            return [*left, *await tries[0]]
        return [*left, *(batch for those in await asyncio.gather(*tries) for batch in those)]

    async def _asked(self, leader: int, batches: Sequence[Batch]) -> Sequence[Batch]:
        """Ask *leader* to keep *batches*; return those that another try may help."""
        try:
            response = await self._client.send(leader, _request(batches))
        except Exception as error:  # noqa: BLE001 - whatever it is: else they would wait for ever
            return [batch for batch in batches if not self._is_over(batch, error)]
        said = {
            TopicPartition(topic, partition): for_code(code)()
            for topic, partitions in response.topics
            for partition, code, *_ in partitions
        }
        return [batch for batch in batches if not self._is_over(batch, said.get(batch.place))]

    def _is_over(self, batch: Batch, said: Exception | None) -> bool:
        """Say whether *batch* has ended with what a broker has *said*, or the network."""
        if isinstance(said, NoError | DuplicateSequenceNumber):  # kept, or kept the time before
            self._last_confirmed = self._loop.time()
            self._on_confirmed()
            self._end(batch)
            return True
        if said is None or (isinstance(said, KafkaError) and said.retriable):
            return False
        self._end(batch, said)
        return True

    def _end(self, batch: Batch, error: Exception | None = None) -> None:
        del self._under_way[batch]
        if error is None:
            for record in batch.records:
                record.confirm()
            return
        if not self.broken.done():
            self.broken.set_result(None)
            self._on_broken()
        for record in batch.records:
            record.fail(_failure(error))


def _request(batches: Sequence[Batch]) -> QuickRequest:
    topics: defaultdict[str, list[tuple[int, bytes]]] = defaultdict(list)
    for batch in batches:
        topics[batch.place.topic].append((batch.place.partition, batch.data))
    return QuickRequest(
        ProduceRequest(
            transactional_id=None,
            required_acks=_ALL_IN_SYNC,
            timeout=_REPLICATED_BY,
            topics=list(topics.items()),
        )
    )


def _failure(error: Exception) -> TransportError:
    if isinstance(error, NOT_KEPT):
        return _caused(transport_error(error), error)
    return _caused(UnconfirmedError(f"not confirmed: {type(error).__name__}"), error)


def _caused(failure: TransportError, error: Exception) -> TransportError:
    failure.__cause__ = error
    return failure
