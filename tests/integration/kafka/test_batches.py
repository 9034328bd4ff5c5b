"""Records that gather while others are under way, and go together."""

import asyncio
from datetime import timedelta

import pytest

from brokers.kafka import KafkaServer
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.domain.errors import TransportError
from tests.integration.kafka.places import Place, freeze, waiting_in
from tests.waiting import until

KEY = b"thread-1"
PATIENT = timedelta(seconds=20)


async def _values_in(place: Place) -> list[int]:
    return [int((record.value or b"")[:8]) for record in await place.read(place.requests)]


def _sending(
    producer: SupervisedProducer, place: Place, numbers: range, *, padding: int = 0
) -> list[asyncio.Task[None]]:
    return [
        asyncio.create_task(
            producer.send(place.requests, key=KEY, value=b"%08d" % number + bytes(padding))
        )
        for number in numbers
    ]


async def _under_way(producer: SupervisedProducer) -> None:
    await until(
        lambda: (
            producer._supervision.current is not None
            and producer._supervision.current.stalled_for() > 0
        )
    )


@pytest.mark.parametrize("padding", [0, 20_000], ids=["one batch", "several batches"])
async def test_what_is_sent_at_once_is_kept_in_its_order(place: Place, padding: int) -> None:
    async with SupervisedProducer(place.address) as producer:
        await asyncio.gather(*_sending(producer, place, range(100), padding=padding))

    assert await _values_in(place) == [*range(100)]


async def test_what_was_not_handed_over_to_a_broken_client_goes_by_the_next_in_its_order(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=PATIENT) as producer:
        await asyncio.gather(*_sending(producer, own_place, range(1)))
        await freeze(own_server)
        first = _sending(producer, own_place, range(1, 3))
        await _under_way(producer)
        waiting = _sending(producer, own_place, range(3, 50))
        await until(lambda: waiting_in(producer) == 47)

        assert producer._supervision.current
        producer._supervision.current.broken.set_result(None)
        await until(lambda: producer.replaced == 1, seconds=5)
        later = _sending(producer, own_place, range(50, 60))
        own_server.thaw()

        outcomes = await asyncio.gather(*first, return_exceptions=True)
        await asyncio.gather(*waiting, *later)

    assert {type(outcome).__name__ for outcome in outcomes} == {"UnconfirmedError"}
    kept = await _values_in(own_place)
    assert [value for value in kept if value not in {1, 2}] == [0, *range(3, 60)]


async def test_who_waits_for_a_client_stays_behind_what_was_not_handed_over_before(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=PATIENT) as producer:
        await asyncio.gather(*_sending(producer, own_place, range(1)))
        await freeze(own_server)
        lost = _sending(producer, own_place, range(1, 3))
        await _under_way(producer)
        handed_back = _sending(producer, own_place, range(3, 20))
        await until(lambda: not producer.healthy, seconds=5)
        later = _sending(producer, own_place, range(20, 30))
        await until(lambda: producer._waiting == len(later))

        assert producer._supervision.current
        producer._supervision.current.broken.set_result(None)
        own_server.thaw()
        await asyncio.gather(*lost, return_exceptions=True)
        await asyncio.gather(*handed_back, *later)

    kept = await _values_in(own_place)
    assert [value for value in kept if value not in {1, 2}] == [0, *range(3, 30)]


async def test_what_nobody_waits_for_any_more_is_not_sent(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=PATIENT) as producer:
        await asyncio.gather(*_sending(producer, own_place, range(1)))
        await freeze(own_server)
        sending = _sending(producer, own_place, range(1, 2))
        await _under_way(producer)
        sending += _sending(producer, own_place, range(2, 5))
        await until(lambda: waiting_in(producer) == 3)

        sending[2].cancel()
        own_server.thaw()
        await asyncio.gather(*sending, return_exceptions=True)

    assert await _values_in(own_place) == [0, 1, 2, 4]


async def test_what_waits_when_it_is_closed_is_sent_first(place: Place) -> None:
    async with SupervisedProducer(place.address) as producer:
        await asyncio.gather(*_sending(producer, place, range(1)))
        sending = _sending(producer, place, range(1, 100))
        await asyncio.sleep(0)  # they are handed to it, and no more

    await asyncio.gather(*sending)
    assert await _values_in(place) == [*range(100)]


async def test_who_waits_while_a_frozen_server_keeps_it_from_being_sent_is_told_when_it_closes(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=PATIENT) as producer:
        await asyncio.gather(*_sending(producer, own_place, range(1)))
        await freeze(own_server)
        sending = _sending(producer, own_place, range(1, 2))
        await _under_way(producer)
        sending += _sending(producer, own_place, range(2, 4))
        await until(lambda: waiting_in(producer) == 2)

    async with asyncio.timeout(1):
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
    own_server.thaw()

    names = [type(outcome).__name__ for outcome in outcomes]
    assert names == ["UnconfirmedError", "TransportError", "TransportError"]


async def test_a_record_that_cannot_be_written_spoils_no_other(place: Place) -> None:
    async with SupervisedProducer(place.address) as producer:
        others = _sending(producer, place, range(2))
        with pytest.raises(TypeError):
            await producer.send(place.requests, key=KEY, value="text")  # type: ignore[arg-type]
        await asyncio.gather(*others, *_sending(producer, place, range(2, 3)))

        assert producer.replaced == 0
    assert await _values_in(place) == [0, 1, 2]


async def test_a_record_larger_than_any_is_refused_before_it_is_handed_over(place: Place) -> None:
    async with SupervisedProducer(place.address) as producer:
        with pytest.raises(TransportError, match="MessageSizeTooLarge"):
            await producer.send(place.requests, key=KEY, value=bytes(2_500_001))

        assert producer.replaced == 0
