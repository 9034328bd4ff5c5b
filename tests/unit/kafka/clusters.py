"""Brokers that keep what the test lets them keep, for what real ones do not show on demand."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.protocol.produce import ProduceRequest_v7, ProduceResponse_v7
from aiokafka.record import MemoryRecords
from aiokafka.structs import TopicPartition

from cse_chat.adapters.kafka.quick_requests import QuickRequest
from tests.waiting import until

TOPIC = "requests"
IDENTITY = 7


@dataclass(frozen=True, slots=True)
class Flight:
    """One request: whom it asked for what, and what is to be answered.

    Attributes:
        numbers: Of the records, by partition; the value of each is its number.
        sequences: The first of each partition.
    """

    node: int
    numbers: Mapping[int, Sequence[int]]
    sequences: Mapping[int, int]
    answer: asyncio.Future[Mapping[int, int]]

    def end(self, code: int = 0) -> None:
        """Answer *code* for every partition; 0: it is kept."""
        self.answer.set_result(dict.fromkeys(self.numbers, code))


class Library:
    """As much of aiokafka's producer as is used: a cluster whose leaders can be moved."""

    def __init__(self, leaders: Mapping[int, int] | None = None) -> None:
        self.client = self.cluster = self._txn_manager = self  # looked at for what stands below
        self.leaders: dict[int, int | None] = dict(leaders or {0: 1})
        self._partitions: dict[str, dict[int, object]] = {}
        self.describe()
        self.away: set[int] = set()  # nodes of which nobody knows the address
        self.error: Exception | None = None
        self.flights: list[Flight] = []
        self.looked = 0  # for leaders, anew
        self.ended: list[str] = []
        self.producer_id, self.producer_epoch = IDENTITY, 0

    def available_partitions_for_topic(self, topic: str) -> set[int]:
        return set(self._partitions[topic])

    def leader_for_partition(self, place: Any) -> int | None:  # noqa: ANN401 - a name of the library's
        return self.leaders[place.partition]

    def broker_metadata(self, node: int) -> object | None:
        return None if node in self.away else object()

    def force_metadata_update(self) -> None:
        self.looked += 1

    async def send(self, node: int, request: QuickRequest) -> ProduceResponse_v7:
        if self.error:
            raise self.error
        written = request.prepare({ProduceRequest_v7.API_KEY: (0, 7)}).encode()
        [(topic, sent)] = ProduceRequest_v7.decode(written).topics
        answer: asyncio.Future[Mapping[int, int]] = asyncio.get_running_loop().create_future()
        batches = {partition: batch_in(data) for partition, data in sent}
        flight = Flight(
            node,
            {
                partition: [int(record.value) for record in batch]
                for partition, batch in batches.items()
            },
            {partition: batch.base_sequence for partition, batch in batches.items()},
            answer,
        )
        self.flights.append(flight)
        try:
            codes = await answer
        except asyncio.CancelledError:
            self.ended.append("flight")
            raise
        return ProduceResponse_v7([(topic, [(p, code, 5, -1, 0) for p, code in codes.items()])], 0)

    async def flight(self, number: int) -> Flight:
        """Return a flight, once it is under way."""
        await until(lambda: len(self.flights) > number)
        return self.flights[number]

    async def stop(self) -> None:
        self.ended.append("client")

    close = stop

    def describe(self) -> None:
        """Learn which partitions there are."""
        self._partitions = {TOPIC: dict.fromkeys(self.leaders)}

    def forget(self) -> None:
        """Know the topic no more."""
        self._partitions.clear()


def place(partition: int) -> TopicPartition:
    """Return the name of a partition of `TOPIC`."""
    return TopicPartition(TOPIC, partition)


def batch_in(data: bytes) -> Any:  # noqa: ANN401 - a name of the library's
    """Return the first batch in *data*, as the library reads it."""
    return MemoryRecords(bytes(data)).next_batch()
