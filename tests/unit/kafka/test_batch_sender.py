"""What becomes of batches that brokers refuse, forget, or cannot be asked to keep."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka.errors import (
    DuplicateSequenceNumber,
    KafkaConnectionError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
)
from aiokafka.structs import TopicPartition

from cse_chat.adapters.kafka.batch_sender import Batch, BatchSender
from cse_chat.adapters.kafka.errors import UnconfirmedError
from cse_chat.adapters.kafka.outgoing import OutgoingRecord
from cse_chat.domain.errors import TransportError
from tests.unit.kafka.clusters import TOPIC, Library

MOVED = NotLeaderForPartitionError.errno


class Scene:
    def __init__(self, leaders: Mapping[int, int] | None = None) -> None:
        self.library = Library(leaders)
        library: Any = self.library
        self.told: list[str] = []
        self.sender = BatchSender(
            library,
            on_confirmed=lambda: self.told.append("confirmed"),
            on_broken=lambda: self.told.append("broken"),
        )

    def send(self, *batches: Batch) -> asyncio.Task[None]:
        return asyncio.create_task(self.sender.send(batches))

    def batch(self, *numbers: int, partition: int = 0) -> Batch:
        batch = Batch(TopicPartition(TOPIC, partition), since=0)
        for number in numbers:
            value = b"%d" % number
            confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            batch.takes(OutgoingRecord(number, TOPIC, b"k", value, (), 1e9, confirmed))
        return batch


def _said_of(batch: Batch) -> list[BaseException | None]:
    return [record.confirmed.exception() for record in batch.records]


async def test_batches_of_a_partition_are_numbered_one_behind_the_other() -> None:
    scene = Scene()
    for number, batch in enumerate([scene.batch(1, 2, 3), scene.batch(4), scene.batch(5)]):
        sending = scene.send(batch)
        (await scene.library.flight(number)).end()
        await sending

    assert [flight.sequences[0] for flight in scene.library.flights] == [0, 3, 4]
    assert scene.told == ["confirmed"] * 3


async def test_numbers_begin_again_where_kafka_has_them_begin_again() -> None:
    scene = Scene()
    scene.sender._sequences[TopicPartition(TOPIC, 0)] = 2**31 - 2
    for number, batch in enumerate([scene.batch(1, 2, 3), scene.batch(4)]):
        sending = scene.send(batch)
        (await scene.library.flight(number)).end()
        await sending

    assert [flight.sequences[0] for flight in scene.library.flights] == [2**31 - 2, 1]


async def test_what_another_try_may_help_is_sent_again_as_it_was_to_whoever_leads_by_then() -> None:
    scene = Scene()
    batch = scene.batch(1, 2)
    sending = scene.send(batch)
    first = await scene.library.flight(0)
    scene.library.leaders[0] = 2
    first.end(MOVED)

    second = await scene.library.flight(1)
    second.end()
    await sending

    assert (first.node, second.node) == (1, 2)
    assert (second.numbers, second.sequences) == (first.numbers, first.sequences)
    assert scene.library.looked == 1
    assert _said_of(batch) == [None, None]


async def test_of_several_only_those_are_sent_again_that_were_not_kept() -> None:
    scene = Scene({0: 1, 1: 1})
    sending = scene.send(scene.batch(1, partition=0), scene.batch(2, partition=1))
    (await scene.library.flight(0)).answer.set_result({0: 0, 1: MOVED})

    again = await scene.library.flight(1)
    again.end()
    await sending

    assert again.numbers == {1: [2]}


async def test_each_leader_is_asked_for_its_own() -> None:
    scene = Scene({0: 1, 1: 2})
    batches = [scene.batch(1, partition=0), scene.batch(2, partition=1)]
    sending = scene.send(*batches)
    flights = [await scene.library.flight(number) for number in range(2)]
    assert {flight.node: flight.numbers for flight in flights} == {1: {0: [1]}, 2: {1: [2]}}

    for flight in flights:
        flight.end()
    await sending

    assert [_said_of(batch) for batch in batches] == [[None], [None]]


@pytest.mark.parametrize("nobody", ["leader", "address"])
async def test_a_partition_that_nobody_leads_waits_until_somebody_does(nobody: str) -> None:
    scene = Scene()
    if nobody == "leader":
        scene.library.leaders[0] = None
    else:
        scene.library.away.add(1)
    sending = scene.send(scene.batch(1))
    await asyncio.sleep(0.05)
    assert scene.library.looked == 1
    assert not scene.library.flights

    scene.library.leaders[0] = 1
    scene.library.away.clear()
    (await scene.library.flight(0)).end()

    await sending


async def test_a_connection_that_is_lost_is_tried_again() -> None:
    scene = Scene()
    scene.library.error = KafkaConnectionError()
    sending = scene.send(scene.batch(1))
    await asyncio.sleep(0.05)
    scene.library.error = None

    (await scene.library.flight(0)).end()

    await sending
    assert scene.told == ["confirmed"]


async def test_what_was_kept_the_time_before_is_kept() -> None:
    scene = Scene()
    batch = scene.batch(1)
    sending = scene.send(batch)
    (await scene.library.flight(0)).end(DuplicateSequenceNumber.errno)
    await sending

    assert _said_of(batch) == [None]
    assert scene.told == ["confirmed"]


async def test_what_the_broker_says_nothing_of_is_sent_again() -> None:
    scene = Scene()
    sending = scene.send(scene.batch(1))
    (await scene.library.flight(0)).answer.set_result({})

    (await scene.library.flight(1)).end()

    await sending


@pytest.mark.parametrize(
    ("error", "told"),
    [(MessageSizeTooLargeError, TransportError), (OutOfOrderSequenceNumber, UnconfirmedError)],
)
async def test_what_is_refused_breaks_it(error: Any, told: type[Exception]) -> None:  # noqa: ANN401 - of the library
    scene = Scene()
    batch = scene.batch(1, 2)
    sending = scene.send(batch)
    (await scene.library.flight(0)).end(error.errno)
    await sending

    assert [type(said) for said in _said_of(batch)] == [told, told]
    assert scene.told == ["broken"]
    assert scene.sender.broken.done()


async def test_what_waits_for_another_try_when_it_breaks_is_unconfirmed() -> None:
    scene = Scene({0: 1, 1: 1})
    waiting, refused = scene.batch(1, partition=0), scene.batch(2, partition=1)
    sending = scene.send(waiting, refused)
    (await scene.library.flight(0)).answer.set_result({0: MOVED, 1: OutOfOrderSequenceNumber.errno})
    async with asyncio.timeout(0.1):  # at once, not when it would be tried again
        await sending

    assert [type(said) for said in _said_of(waiting)] == [UnconfirmedError]
    assert len(scene.library.flights) == 1


async def test_what_cannot_be_written_is_told_and_leaves_no_hole() -> None:
    scene = Scene()
    broken = scene.batch(1)
    unusable: Any = None
    broken.builder = unusable
    await scene.send(broken)
    assert [type(said) for said in _said_of(broken)] == [TransportError]

    sending = scene.send(scene.batch(2))
    flight = await scene.library.flight(0)
    flight.end()
    await sending

    assert flight.sequences == {0: 0}
    assert scene.told == ["confirmed"]
