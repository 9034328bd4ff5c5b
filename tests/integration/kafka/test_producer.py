"""The producer while Kafka is well, slow, frozen, killed, elsewhere or without the topic."""

import asyncio
import os
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from brokers.kafka import KafkaServer
from brokers.ports import free_port
from cse_chat.adapters.kafka.errors import UnconfirmedError
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.requests import KafkaRequestLog
from cse_chat.domain.errors import AcceptanceUnknownError, OverloadedError, TransportError
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request
from tests.integration.kafka.places import Place, freeze, made, planned
from tests.waiting import until

SOON = timedelta(seconds=1)
PATIENT = timedelta(seconds=60)
BACK = 30  # seconds, at most, from the return of a server until it is used again


def _is_under_way(producer: SupervisedProducer) -> bool:
    assert producer._supervision.current
    return (
        producer._supervision.current.stalled_for() > 0
        and producer._supervision.current.waiting == 0
    )


async def _ids_in(place: Place) -> Counter[str]:
    records = await place.read(place.requests)
    return Counter(dict(record.headers)["ce_id"].decode() for record in records)


async def test_a_thousand_appends_at_once_are_kept_once(place: Place) -> None:
    requests = [a_request() for _ in range(1_000)]

    async with SupervisedProducer(place.address) as producer:
        log = KafkaRequestLog(producer, topic=place.requests)
        async with asyncio.timeout(20):
            kept = await asyncio.gather(*(log.append(request) for request in requests))

    assert set(kept) == {Durability.KAFKA}
    assert await _ids_in(place) == {request.correlation_id: 1 for request in requests}


async def test_a_gateway_is_named_in_the_header_for_replies(place: Place) -> None:
    async with SupervisedProducer(place.address) as producer:
        await KafkaRequestLog(producer, reply_to="gw-1", topic=place.requests).append(a_request())

    [record] = await place.read(place.requests)
    assert dict(record.headers)["ce_replyto"] == b"gw-1"


async def test_a_server_frozen_for_three_seconds_costs_time_and_nothing_else(
    own_server: KafkaServer, own_place: Place
) -> None:
    requests = [a_request() for _ in range(300)]
    async with SupervisedProducer(
        own_place.address, confirmed_by=timedelta(seconds=10)
    ) as producer:
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await log.append(a_request())

        await freeze(own_server)
        asyncio.get_running_loop().call_later(3, own_server.thaw)
        kept = await asyncio.gather(*(log.append(request) for request in requests))

        assert set(kept) == {Durability.KAFKA}
        assert producer.replaced == 0
    ids = await _ids_in(own_place)
    assert all(ids[request.correlation_id] == 1 for request in requests)


async def test_where_a_record_goes_is_not_said_while_nothing_is_confirmed(
    own_server: KafkaServer, own_place: Place
) -> None:
    topic = own_place.requests
    async with SupervisedProducer(own_server.address, topics=[topic]) as producer:
        await producer.send(topic, key=b"k", value=b"v")
        [record] = await own_place.read(topic)
        assert producer.partition_of(topic, b"k") == record.partition

        await freeze(own_server)
        sending = asyncio.create_task(producer.send(topic, key=b"k", value=b"v"))
        await until(lambda: producer.partition_of(topic, b"k") is None)
        own_server.thaw()

        await sending
        assert producer.partition_of(topic, b"k") == record.partition
    assert producer.partition_of(topic, b"k") is None


async def test_what_was_handed_over_and_not_confirmed_is_unknown_and_what_was_not_is_refused(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=timedelta(seconds=3)) as producer:
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await log.append(a_request())

        await freeze(own_server)
        sending = [asyncio.create_task(log.append(a_request())) for _ in range(2)]
        await until(lambda: _is_under_way(producer))
        results = await asyncio.gather(
            *sending, *(log.append(a_request()) for _ in range(4)), return_exceptions=True
        )
        own_server.thaw()
        await until(lambda: producer.healthy, seconds=BACK)

        assert [type(result) for result in results] == [
            *[AcceptanceUnknownError] * 2,
            *[TransportError] * 4,
        ]
        assert await log.append(a_request()) is Durability.KAFKA


async def test_too_many_waiting_are_told_at_once(own_server: KafkaServer, own_place: Place) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=SOON, most_waiting=3) as producer:
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await log.append(a_request())
        await freeze(own_server)
        sending = asyncio.create_task(log.append(a_request()))
        await until(lambda: _is_under_way(producer))

        results = await asyncio.gather(
            sending, *(log.append(a_request()) for _ in range(6)), return_exceptions=True
        )

        own_server.thaw()
        assert sum(isinstance(result, OverloadedError) for result in results) == 3


async def test_a_killed_server_is_used_again_when_it_is_back_and_has_what_it_confirmed(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with SupervisedProducer(own_place.address, confirmed_by=SOON) as producer:
        log = KafkaRequestLog(producer, topic=own_place.requests)
        before = [a_request() for _ in range(20)]
        await asyncio.gather(*(log.append(request) for request in before))

        own_server.kill()
        async with asyncio.timeout(5):
            lost = await asyncio.gather(
                *(log.append(a_request()) for _ in range(5)), return_exceptions=True
            )
        await until(lambda: not producer.healthy, seconds=5)
        async with asyncio.timeout(2):
            with pytest.raises(TransportError):
                await log.append(a_request())
        await asyncio.to_thread(own_server.start)
        async with asyncio.timeout(BACK):
            after = await _kept(log)

    assert all(isinstance(error, AcceptanceUnknownError | TransportError) for error in lost)
    ids = await _ids_in(own_place)
    assert all(ids[request.correlation_id] == 1 for request in [*before, after])


async def _kept(log: KafkaRequestLog) -> ChatRequest:
    """Return the first request that a server confirms which has just been started: a slow one."""
    while True:
        request = a_request()
        with suppress(AcceptanceUnknownError, TransportError):
            assert await log.append(request) is Durability.KAFKA
            return request
        await asyncio.sleep(0.1)


async def test_nobody_at_the_address_is_said_in_time_and_tried_again() -> None:
    port = free_port()
    async with asyncio.timeout(10):
        async with SupervisedProducer(f"127.0.0.1:{port}", confirmed_by=SOON) as producer:
            assert not producer.healthy
            assert producer.problem == "Kafka does not answer (KafkaConnectionError)"
            with pytest.raises(TransportError, match="does not answer"):
                await KafkaRequestLog(producer).append(a_request())


async def test_a_server_that_comes_later_is_found(own_server: KafkaServer) -> None:
    own_server.kill()
    async with SupervisedProducer(own_server.address) as producer:
        assert not producer.healthy

        await asyncio.to_thread(own_server.start)

        await until(lambda: producer.healthy, seconds=BACK)


async def test_a_missing_topic_is_said_with_what_to_run(place: Place) -> None:
    async with SupervisedProducer(place.address, topics=["no-such-topic"]) as producer:
        assert not producer.healthy
        assert producer.problem == "Kafka has no topic no-such-topic: run  cse-chat topics create"


async def test_a_missing_topic_refuses_in_time(producer: SupervisedProducer) -> None:
    async with asyncio.timeout(10):
        with pytest.raises(TransportError):
            await KafkaRequestLog(producer, topic="no-such-topic").append(a_request())


async def test_who_waits_for_a_topic_goes_on_with_the_next_client(kafka_address: str) -> None:
    """The library would let them wait for ever for one that is closed."""
    place = planned(kafka_address)
    async with SupervisedProducer(kafka_address, confirmed_by=PATIENT) as producer:
        sending = [_urgent(producer, place, b"1"), _urgent(producer, place, b"2")]
        await until(lambda: producer._waiting == len(sending))
        assert producer._supervision.current
        producer._supervision.current.give_up()
        await until(lambda: producer.replaced == 1, seconds=5)

        await made(kafka_address, place)
        async with asyncio.timeout(BACK):
            await asyncio.gather(*sending)

    assert [record.value for record in await place.read(place.requests)] == [b"1", b"2"]


async def test_who_comes_when_a_topic_is_just_known_stays_behind_those_who_waited_for_it(
    kafka_address: str,
) -> None:
    async with SupervisedProducer(kafka_address) as producer:
        place = await made(kafka_address)
        sending = [_urgent(producer, place, b"1"), _urgent(producer, place, b"2")]
        client = producer._supervision.usable
        assert client
        cluster = client.producer.client.cluster

        def send_third(_: object) -> None:
            if place.requests in cluster.topics() and len(sending) == 2:
                sending.append(_urgent(producer, place, b"3"))

        cluster.add_listener(send_third)
        await asyncio.gather(*sending)
        await sending[2]

    assert [record.value for record in await place.read(place.requests)] == [b"1", b"2", b"3"]


async def test_so_does_who_comes_when_there_is_a_client_again_that_has_to_learn_of_the_topic(
    kafka_address: str,
) -> None:
    async with SupervisedProducer(kafka_address) as producer:
        place = await made(kafka_address)
        producer._supervision._set_unusable(TransportError("away"))
        sending = [_urgent(producer, place, b"%d" % number) for number in range(5)]
        await until(lambda: producer._waiting == len(sending))
        sending += [_urgent(producer, place, b"%d" % number) for number in range(5, 7)]
        producer._supervision._set_usable()
        await asyncio.gather(*sending)

    assert [record.value for record in await place.read(place.requests)] == [
        b"%d" % number for number in range(7)
    ]


def _urgent(producer: SupervisedProducer, place: Place, value: bytes) -> asyncio.Task[None]:
    return asyncio.create_task(producer.send(place.requests, key=b"k", value=value))


async def test_a_record_that_is_too_large_is_refused_and_the_next_is_kept(place: Place) -> None:
    async with SupervisedProducer(place.address) as producer:
        with pytest.raises(TransportError, match="MessageSizeTooLarge"):
            await producer.send(place.requests, key=b"k", value=os.urandom(1_500_000), headers=())
        for _ in range(3):
            await KafkaRequestLog(producer, topic=place.requests).append(a_request())


async def test_a_client_whose_sequence_broke_is_replaced(place: Place) -> None:
    async with SupervisedProducer(place.address) as producer:
        await producer.send(place.requests, key=b"k", value=b"before")
        assert producer._supervision.current
        sequences = producer._supervision.current._sender._sequences
        for partition in sequences:
            sequences[partition] += 5  # as if five records before had got lost

        with pytest.raises(UnconfirmedError):
            await producer.send(place.requests, key=b"k", value=b"lost")

        await until(lambda: producer.healthy and producer.replaced == 1, seconds=BACK)
        await producer.send(place.requests, key=b"k", value=b"after")
    assert [record.value for record in await place.read(place.requests)] == [b"before", b"after"]


async def test_a_dead_server_does_not_keep_it_from_closing(
    own_server: KafkaServer, own_place: Place
) -> None:
    loop = asyncio.get_running_loop()
    async with SupervisedProducer(own_place.address, confirmed_by=SOON) as producer:
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await log.append(a_request())
        await freeze(own_server)
        with pytest.raises(AcceptanceUnknownError):
            await log.append(a_request(a_question("Handed over?")))
        closing = loop.time()

    assert loop.time() - closing < 10
