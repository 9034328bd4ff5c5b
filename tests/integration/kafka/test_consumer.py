"""A consumer that is being replaced."""

import asyncio
from collections.abc import Collection

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from cse_chat.adapters.kafka.buffer import Buffer
from cse_chat.adapters.kafka.consumer import SupervisedConsumer
from cse_chat.adapters.kafka.records import weight_of
from cse_chat.entrypoints.worker.pace import Pace
from tests.integration.kafka.places import SESSION, Place
from tests.waiting import until


class _Reader:
    """Reads all the time, and takes its time to let go of partitions."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._buffer: Buffer[ConsumerRecord] = Buffer(
            records=1_000, weight=1_000_000, weigh=weight_of
        )
        self.is_letting_go = False
        self.taken: list[int] = []
        self.taken_too_late: list[int] = []
        self.consumer = SupervisedConsumer(
            place.address,
            topic=place.requests,
            group=place.group,
            revoked=self._let_go,
            session=SESSION,
            buffer=self._buffer,
            pause=Pace().pause,
        )

    async def _let_go(self, _: Collection[int]) -> None:
        self.is_letting_go = True
        await self._place.write(b"while it lets go")
        await asyncio.sleep(0.3)
        self.is_letting_go = False

    async def run(self) -> None:
        while (record := await self._buffer.take()) is not None:
            found = self.taken_too_late if self.is_letting_go else self.taken
            found.append(record.offset)


async def test_what_comes_while_its_partitions_are_let_go_of_is_left_to_the_next(
    place: Place,
) -> None:
    reader = _Reader(place)
    async with reader.consumer as consumer, asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(reader.run())
        await place.write(b"before")
        await until(lambda: reader.taken == [0], seconds=10)
        library = consumer._consumer
        assert library

        async def fail(**_: object) -> None:
            raise KafkaError("as for a record that is broken")

        library.getmany = fail
        await until(lambda: reader.taken == [0, 0, 1], seconds=30)
        reading.cancel()

    assert reader.taken_too_late == []


async def test_an_error_where_records_are_taken_has_the_consumer_replaced(place: Place) -> None:
    reader = _Reader(place)
    is_broken = True

    def weigh(record: ConsumerRecord) -> int:
        if is_broken:
            raise RuntimeError("odd")
        return weight_of(record)

    reader._buffer._weigh = weigh
    async with reader.consumer as consumer, asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(reader.run())
        await until(lambda: consumer.healthy, seconds=10)
        first = consumer._consumer
        await place.write(b"cannot be weighed")
        await until(lambda: consumer._consumer is not first, seconds=10)
        is_broken = False
        await until(lambda: 0 in reader.taken, seconds=30)
        reading.cancel()
