"""What a broker alone does not show: leaders that move, and a library that breaks."""

import asyncio
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from cse_chat.adapters.kafka.batching_producer import BatchingProducer
from cse_chat.adapters.kafka.outgoing import NotHandedOverError, OutgoingRecord
from cse_chat.domain.errors import TransportError
from tests.waiting import until

TOPIC = "requests"
NEVER = 3_600.0  # seconds: who waits for so long fails


class Library:
    """As much of aiokafka's producer as is used, with one partition whose leader can be moved."""

    def __init__(self) -> None:
        self.client = self.cluster = self  # they are looked at for what stands below
        self._partitions = {TOPIC: {0}}
        self.leader = 1
        self.error: Exception | None = None
        self.flights: list[tuple[list[int], asyncio.Future[object]]] = []

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return self._partitions.get(topic)

    def available_partitions_for_topic(self, topic: str) -> set[int] | None:
        return self._partitions.get(topic)

    def leader_for_partition(self, _: TopicPartition) -> int:
        return self.leader

    def create_batch(self) -> "Batch":
        return Batch()

    async def send_batch(
        self, batch: "Batch", topic: str, *, partition: int
    ) -> asyncio.Future[object]:
        assert (topic, partition) == (TOPIC, 0)
        if self.error:
            raise self.error
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.flights.append((batch.numbers, future))
        return future

    def forget(self) -> None:
        self._partitions.clear()


class Batch:
    def __init__(self) -> None:
        self.numbers: list[int] = []

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: object) -> object:
        self.numbers.append(int(value))
        return self


class Scene:
    def __init__(self, *, linger: float = 0) -> None:
        self.library: Any = Library()
        self.producer = BatchingProducer(
            self.library, linger=linger, on_confirmed=lambda _: None, on_broken=lambda _: None
        )

    def put(self, number: int) -> asyncio.Future[None]:
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        value = b"%d" % number
        self.producer.put(OutgoingRecord(number, TOPIC, b"key", value, (), 1e9, confirmed))
        return confirmed

    async def two_went(self) -> None:
        """Have two records sent together, and kept."""
        confirmed = [self.put(1), self.put(2)]
        _, flight = await self.flight(0)
        flight.set_result(None)
        await asyncio.gather(*confirmed)

    async def flight(self, number: int) -> tuple[list[int], asyncio.Future[object]]:
        await until(lambda: len(self.library.flights) > number)
        flight: tuple[list[int], asyncio.Future[object]] = self.library.flights[number]
        return flight


async def test_what_comes_when_the_leader_has_moved_does_not_overtake_what_waits() -> None:
    scene = Scene()
    confirmed = [scene.put(1)]
    _, first = await scene.flight(0)
    confirmed.append(scene.put(2))
    await asyncio.sleep(0)
    scene.library.leader = 2
    confirmed.append(scene.put(3))
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(scene.library.flights) == 1

    first.set_result(None)
    numbers, second = await scene.flight(1)
    second.set_result(None)
    await asyncio.gather(*confirmed)

    assert numbers == [2, 3]


async def test_whoever_is_handed_back_by_another_client_stands_before_later_ones() -> None:
    scene = Scene()
    confirmed = [scene.put(number) for number in (5, 4, 6)]

    numbers, flight = await scene.flight(0)
    flight.set_result(None)
    await asyncio.gather(*confirmed)

    assert numbers == [4, 5, 6]


async def test_a_library_that_breaks_lets_nobody_wait_for_ever() -> None:
    scene = Scene()
    scene.library.error = RuntimeError("odd")

    with pytest.raises(TransportError, match="RuntimeError"):
        await scene.put(1)

    scene.library.error = None
    confirmed = scene.put(2)
    _, flight = await scene.flight(0)
    flight.set_result(None)
    await confirmed


async def test_of_a_topic_that_is_not_known_any_more_nothing_is_handed_over() -> None:
    scene = Scene()
    confirmed = [scene.put(1)]
    _, flight = await scene.flight(0)
    confirmed += [scene.put(2)]
    await asyncio.sleep(0)
    scene.library.forget()
    flight.set_result(None)

    await confirmed[0]
    with pytest.raises(NotHandedOverError):
        await confirmed[1]
    assert len(scene.library.flights) == 1


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_behind_several_that_went_together_the_next_ones_gather() -> None:
    scene = Scene(linger=0.05)
    await scene.two_went()

    confirmed = [scene.put(3)]
    await _turns(5)
    confirmed.append(scene.put(4))
    numbers, second = await scene.flight(1)
    second.set_result(None)
    await asyncio.gather(*confirmed)

    assert numbers == [3, 4]
    scene.producer.give_up()


async def test_behind_one_that_went_alone_the_next_one_goes_at_once() -> None:
    scene = Scene(linger=NEVER)
    for number in range(3):
        confirmed = scene.put(number)
        _, flight = await scene.flight(number)
        flight.set_result(None)
        await confirmed


async def test_as_many_as_went_before_wait_for_no_more() -> None:
    scene = Scene(linger=NEVER)
    confirmed = [scene.put(1), scene.put(2)]
    _, first = await scene.flight(0)
    confirmed += [scene.put(3), scene.put(4)]
    await _turns(2)
    first.set_result(None)

    numbers, second = await scene.flight(1)
    second.set_result(None)
    await asyncio.gather(*confirmed)

    assert numbers == [3, 4]
    scene.producer.give_up()


async def test_what_gathers_when_the_client_breaks_is_handed_back_at_once() -> None:
    scene = Scene(linger=NEVER)
    await scene.two_went()
    gathering = scene.put(3)
    await _turns(2)

    scene.producer.give_up()

    with pytest.raises(NotHandedOverError):
        await gathering
