"""Records that gather, and go together in one batch for each partition."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from aiokafka import AIOKafkaProducer
from aiokafka.structs import TopicPartition

from cse_chat.adapters.kafka.batch_sender import Batch, BatchSender
from cse_chat.adapters.kafka.closing import end_producer
from cse_chat.adapters.kafka.outgoing import NotHandedOverError, OutgoingRecord
from cse_chat.adapters.kafka.partitions import Partitions
from cse_chat.domain.errors import TransportError

_ENDING = 1.0  # seconds for what should take none


@dataclass(frozen=True, slots=True)
class Pauses:
    """How many seconds records wait for others to go with.

    Attributes:
        linger: For each urgent one of those that went together before.
        longest: At most, however many went.
        gathering: While none is urgent.
    """

    linger: float = 0.000_25
    longest: float = 0.008
    gathering: float = 0.02

    def behind(self, went: int) -> float:
        """Return how long the next ones wait when so many *went* together."""
        return min(self.longest, self.linger * went)


@dataclass(slots=True, eq=False)
class _Lane:
    """What one broker shall keep: while batches are under way to it, the next ones gather.

    Attributes:
        hurried: During a pause: done when it is to end.
        is_gathering: Whether something urgent ends that pause.
    """

    queue: deque[tuple[TopicPartition, OutgoingRecord]] = field(default_factory=deque)
    flight: asyncio.Task[None] | None = None
    hurried: asyncio.Future[None] | None = None
    is_gathering: bool = False

    @property
    def is_idle(self) -> bool:
        return self.flight is None and not self.queue

    @property
    def is_urgent(self) -> bool:
        return any(record.is_urgent for _, record in self.queue)

    def hurry(self) -> None:
        """End the pause, if there is one."""
        if self.hurried is not None and not self.hurried.done():
            self.hurried.set_result(None)


class BatchingProducer:
    """Has records kept through one client, and tells when it confirms and when it is of no more use.

    One by one each record would cost some 90 us, and many times that when thousands wait. So they
    gather until the broker has confirmed those before, and go together; an urgent one that comes
    alone goes at once. Where several urgent ones went together more are on their way: for those the
    next ones wait, the longer the more went. Those that are not urgent wait for others anyway.

    Attributes:
        producer: The client; `end` ends it.
        partitions: What it knows of them: a record of a topic may be given to it once they are told.
        broken: Done as soon as it can confirm nothing more.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        *,
        pauses: Pauses,
        on_confirmed: "Callable[[BatchingProducer], None]",
        on_broken: "Callable[[BatchingProducer], None]",
    ) -> None:
        self.producer = producer
        self._pauses = pauses
        self._sender = BatchSender(
            producer,
            on_confirmed=lambda: on_confirmed(self),
            on_broken=lambda: on_broken(self),
        )
        self.partitions = Partitions(producer.client)
        self._loop = asyncio.get_running_loop()
        self._queued = 0  # in all lanes; counted, because every send asks for it
        self._lanes: dict[int | None, _Lane] = {}  # by the node that leads
        self._lane_of: dict[TopicPartition, _Lane] = {}
        self.broken = self._sender.broken

    @property
    def is_broken(self) -> bool:
        """Whether it can confirm nothing more."""
        return self.broken.done()

    @property
    def waiting(self) -> int:
        """How many records are not handed over yet."""
        return self._queued

    def stalled_for(self) -> float:
        """Return for how many seconds something is under way and nothing was confirmed."""
        return self._sender.stalled_for()

    def put(self, record: OutgoingRecord) -> None:
        """Have *record* sent behind those with lower numbers.

        It fails with `UnconfirmedError` when it was handed over and is not confirmed until the first
        `give_up_overdue` after its deadline; with `TransportError` when it was not handed over until
        then, or the broker has refused it; with `NotHandedOverError` when this client is of no more
        use and never had it.
        """
        partition = self.partitions.of(record.topic, record.key)
        if partition is None or self.broken.done():
            record.fail(NotHandedOverError())
            return
        place = TopicPartition(record.topic, partition)
        lane = self._lane(place)
        lane.queue.append((place, record))
        self._queued += 1
        if lane.is_gathering and record.is_urgent:
            lane.hurry()
        if lane.flight is None:
            # In the next turn of the loop: what else is sent in this one goes with it.
            lane.flight = self._loop.create_task(self._fly(lane))

    def hurry(self) -> None:
        """Take all that waits for urgent."""
        for record in self._waiting():
            record.is_urgent = True
        for lane in self._lanes.values():
            lane.hurry()

    def give_up_overdue(self) -> None:
        """Tell who has waited for too long; what is under way may be confirmed later."""
        now = self._loop.time()
        for record in self._waiting():
            if record.deadline <= now:
                record.fail(TransportError("Kafka is too slow: the record was not sent"))
        self._sender.give_up(now)

    def give_up(self) -> None:
        """Tell all who still wait, also for partitions, and send nothing more."""
        if not self.broken.done():
            self.broken.set_result(None)
        for record in self._waiting():
            record.fail(NotHandedOverError())
        self.partitions.give_up()
        self._sender.give_up()

    async def flushed(self) -> None:
        """Return once nothing waits and nothing is under way."""
        while flights := self._flights():
            await asyncio.wait(flights)

    async def end(self) -> None:
        """Disconnect; give up first."""
        flights = self._flights()
        for flight in flights:
            flight.cancel()  # one that is connecting would send behind our back when it is
        if flights:
            await asyncio.wait(flights, timeout=_ENDING)
        await end_producer(self.producer)

    def _waiting(self) -> Iterator[OutgoingRecord]:
        queues = (lane.queue for lane in self._lanes.values())
        return (record for _, record in chain.from_iterable(queues))

    def _flights(self) -> set[asyncio.Task[None]]:
        return {lane.flight for lane in self._lanes.values() if lane.flight}

    def _lane(self, place: TopicPartition) -> _Lane:
        lane = self._lane_of.get(place)
        # A partition that another node leads now must not overtake what is in its lane.
        if lane is None or lane.is_idle:
            leader = self.producer.client.cluster.leader_for_partition(place)
            lane = self._lane_of[place] = self._lanes.setdefault(leader, _Lane())
        return lane

    async def _fly(self, lane: _Lane) -> None:
        is_full = False
        try:
            while lane.queue and not self.broken.done():
                if not lane.is_urgent and not is_full:
                    lane.is_gathering = True
                    await self._pause(lane, self._pauses.gathering)
                    lane.is_gathering = False
                    if self.broken.done():
                        break
                batches = self._batches(lane)
                is_full = bool(lane.queue)
                await self._sender.send(batches)
                went = sum(record.is_urgent for batch in batches for record in batch.records)
                if not is_full and went > max(1, len(lane.queue)):
                    await self._pause(lane, self._pauses.behind(went))
        finally:
            lane.flight = None

    async def _pause(self, lane: _Lane, seconds: float) -> None:
        """Let more come into *lane*, until somebody hurries."""
        lane.hurried = self._loop.create_future()
        awaited = {self.broken, lane.hurried}
        await asyncio.wait(awaited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        lane.hurried = None

    def _batches(self, lane: _Lane) -> list[Batch]:
        """Take what goes next from the queue: a batch for each partition."""
        batches: dict[TopicPartition, Batch] = {}
        # Those that were handed back by another client come late, and in any order.
        queue, lane.queue = sorted(lane.queue, key=_number), deque()
        self._queued -= len(queue)
        now = self._loop.time()
        for place, record in queue:
            if record.confirmed.done():  # given up
                continue
            batch = batches.get(place)
            if batch is None:
                if not self.partitions.are_known(place.topic):  # no more
                    record.fail(NotHandedOverError())
                    continue
                batch = batches[place] = Batch(place, now)
            try:
                if not batch.takes(record):
                    lane.queue.append((place, record))
            except Exception as error:  # noqa: BLE001 - who sent it is told, and the others go on
                record.fail(error)
        self._queued += len(lane.queue)
        return [batch for batch in batches.values() if batch.records]


def _number(queued: tuple[TopicPartition, OutgoingRecord]) -> int:
    return queued[1].number
