"""Outcomes are read back from their topic, each with what was asked."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from brokers.ports import free_port
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.reading_back import KafkaResponseReader
from cse_chat.adapters.kafka.responses import KafkaResponseLog
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import Record
from cse_chat.domain.ports.responses import ResponseLog
from tests.builders import a_question, a_record, a_request, an_outcome
from tests.integration.kafka.places import DEADLINE, PARTITIONS, Place

EVER = datetime.fromtimestamp(0, UTC)


async def read_back(place: Place) -> Mapping[CorrelationId, Answered]:
    times = dict.fromkeys(range(PARTITIONS), EVER)
    async with aclosing(place.response_reader().since(times)) as batches:
        found = [answered async for batch in batches for answered in batch]
    assert len({each.outcome.correlation_id for each in found}) == len(found)
    return {each.outcome.correlation_id: each for each in found}


def records_of(place: Place, records: Sequence[Record]) -> Mapping[CorrelationId, Record]:
    return {CorrelationId(dict(r.headers)["ce_id"].decode()): r for r in records}


async def written(place: Place, requests: Sequence[ChatRequest]) -> Mapping[CorrelationId, Record]:
    """Write *requests*; return the record of each."""
    producer = AIOKafkaProducer(bootstrap_servers=place.address)
    await producer.start()
    try:
        for request in requests:
            encoded = encode_request(request)
            await producer.send(
                place.requests, encoded.value, key=encoded.key, headers=list(encoded.headers)
            )
    finally:
        await producer.stop()
    return records_of(place, await place.read(place.requests))


async def test_each_comes_with_what_was_asked(place: Place, responses: ResponseLog) -> None:
    requests = [a_request() for _ in range(10)]
    records = await written(place, requests)
    for request in requests:
        await responses.append(an_outcome(request), request=records[request.correlation_id])

    found = await read_back(place)

    assert {cid: each.request for cid, each in found.items()} == {
        request.correlation_id: request for request in requests
    }


async def test_requests_far_apart_are_found(place: Place, responses: ResponseLog) -> None:
    """Of some hundred requests the first and the last are answered; the others are passed over."""
    thread = a_question()
    requests = [a_request(thread) for _ in range(450)]
    records = await written(place, requests)
    answered = [requests[0], requests[1], requests[250], requests[-1]]
    for request in answered:
        await responses.append(an_outcome(request), request=records[request.correlation_id])

    found = await read_back(place)

    assert [each.request for each in found.values()] == answered


async def test_more_than_is_read_at_once_comes_in_its_order(
    place: Place, producer: SupervisedProducer
) -> None:
    thread = a_question()
    log = KafkaResponseLog(producer, topic=place.responses)
    outcomes = [an_outcome(a_request(thread), attempt=n) for n in range(1, 451)]
    for outcome in outcomes:
        await log.append(outcome, request=a_record())

    found = await read_back(place)

    assert [each.outcome for each in found.values()] == outcomes


async def test_a_request_that_is_kept_no_longer_is_none(
    place: Place, responses: ResponseLog
) -> None:
    request = a_request()
    record = (await written(place, [request]))[request.correlation_id]
    await responses.append(an_outcome(request), request=record)
    admin = AIOKafkaAdminClient(bootstrap_servers=place.address)
    await admin.start()
    try:
        gone = TopicPartition(place.requests, record.partition)
        await admin.delete_records({gone: RecordsToDelete(before_offset=record.offset + 1)})
    finally:
        await admin.close()

    found = await read_back(place)

    assert found[request.correlation_id].request is None


@pytest.mark.parametrize("said", [b"", b"0", b"0-", b"-1-2", b"1-2-3", b"99-0", b"0-99", b"a-b"])
async def test_a_place_that_is_none_leaves_the_request_out(place: Place, said: bytes) -> None:
    request = a_request()
    await written(place, [request])
    await respond(place, request, said)

    assert (await read_back(place))[request.correlation_id].request is None


async def test_the_request_of_another_is_left_out(place: Place, responses: ResponseLog) -> None:
    """Its offset points to something else, say after the topic was made anew."""
    asked, other = a_request(), a_request()
    records = await written(place, [asked, other])
    await responses.append(an_outcome(asked), request=records[other.correlation_id])

    assert (await read_back(place))[asked.correlation_id].request is None


async def test_a_request_that_cannot_be_read_is_left_out(place: Place) -> None:
    request = a_request()
    await place.write(b"rubbish", partition=0)
    await respond(place, request, b"0-0")

    assert (await read_back(place))[request.correlation_id].request is None


async def test_what_is_no_response_is_passed_over(place: Place, responses: ResponseLog) -> None:
    good = [a_request(), a_request()]
    await responses.append(an_outcome(good[0]), request=a_record())
    for value in (b"", None, b"rubbish", b"{}"):
        await write(place, value, ())
    await responses.append(an_outcome(good[1]), request=a_record())

    assert set(await read_back(place)) == {request.correlation_id for request in good}


async def test_a_topic_that_is_missing_is_named(place: Place) -> None:
    reader = KafkaResponseReader(place.address, default_deadline=DEADLINE, responses="not-there")

    with pytest.raises(TransportError, match="not-there"):
        await anext(reader.since({0: EVER}))


async def test_without_kafka_nothing_is_read() -> None:
    reader = KafkaResponseReader(f"127.0.0.1:{free_port()}", default_deadline=DEADLINE)

    with pytest.raises(TransportError):
        await anext(reader.since({0: EVER}))


async def respond(place: Place, request: ChatRequest, request_place: bytes) -> None:
    """Write the response of *request* as anybody could, with a place of their own."""
    await write(
        place,
        encode_outcome(an_outcome(request)),
        (("ce_userid", request.user_id.encode()), ("ce_requestoffset", request_place)),
    )


async def write(place: Place, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=place.address)
    await producer.start()
    try:
        await producer.send_and_wait(place.responses, value, key=b"k", headers=list(headers))
    finally:
        await producer.stop()
