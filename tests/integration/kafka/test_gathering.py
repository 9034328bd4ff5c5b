"""Records that are not urgent: they wait for others to go with, on a real Kafka."""

import asyncio

from cse_chat.adapters.kafka.batching_producer import Pauses
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.domain.errors import TransportError
from tests.integration.kafka.places import Place, waiting_in
from tests.waiting import until


async def test_a_record_that_may_come_later_goes_with_the_next_urgent_one(place: Place) -> None:
    async with SupervisedProducer(place.address, pauses=Pauses(gathering=3_600)) as producer:
        later = _later(producer, place)
        await until(lambda: waiting_in(producer) == 1)
        await producer.send(place.requests, key=b"k", value=b"urgent")
        await later

    assert [record.value for record in await place.read(place.requests)] == [b"later", b"urgent"]


async def test_a_record_that_may_come_later_comes_at_once_when_somebody_hurries(
    place: Place,
) -> None:
    async with SupervisedProducer(place.address, pauses=Pauses(gathering=3_600)) as producer:
        later = _later(producer, place)
        await until(lambda: waiting_in(producer) == 1)
        producer.hurry()
        await later

    producer.hurry()  # nothing waits: it is closed
    assert [record.value for record in await place.read(place.requests)] == [b"later"]


async def test_so_does_one_that_waits_for_a_client(place: Place) -> None:
    async with SupervisedProducer(place.address, pauses=Pauses(gathering=3_600)) as producer:
        await producer.send(place.requests, key=b"k", value=b"before")
        producer._supervision._set_unusable(TransportError("away"))
        later = _later(producer, place)
        await until(lambda: producer._waiting == 1)
        producer.hurry()
        producer._supervision._set_usable()
        await later


async def test_what_gathers_when_it_is_closed_is_sent_first(place: Place) -> None:
    async with SupervisedProducer(place.address, pauses=Pauses(gathering=3_600)) as producer:
        later = _later(producer, place)
        await until(lambda: waiting_in(producer) == 1)

    await later


def _later(producer: SupervisedProducer, place: Place) -> asyncio.Task[None]:
    sending = producer.send_repeatable(place.requests, key=b"k", value=b"later", is_urgent=False)
    return asyncio.create_task(sending)
