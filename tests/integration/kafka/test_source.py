"""The source: rubbish, rebalances, servers that go and come back, readers that go away."""

import asyncio
import json
import os
from collections.abc import Collection
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Self

import pytest
from typing_extensions import override

from brokers.kafka import KafkaServer
from brokers.ports import free_port
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.requests import KafkaRequestLog
from cse_chat.adapters.kafka.source import KafkaRequestSource
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.records import DeadLetter
from cse_chat.domain.ports.requests import DeadLetters, RequestLog
from tests.builders import a_correlation_id, a_question, a_request
from tests.integration.kafka.places import Place, freeze
from tests.waiting import until

BACK = 30  # seconds, at most, from the return of a server until it is used again
ORIGINAL = {
    "correlation_id": "550e8400-e29b-41d4-a716-446655440000",
    "thread_id": "thread",
    "user_id": "user_456",
    "message": "What are the top performing stocks?",
    "timestamp": "2024-01-10T10:30:00",
}


class Reader:
    """Somebody who takes deliveries, and finishes nothing unless told."""

    def __init__(self, source: KafkaRequestSource) -> None:
        self.source = source
        self.taken: list[Delivery] = []
        self.revoked: list[set[int]] = []
        self.finish_on_revoke = Finished()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._reading
        self._reading.cancel()
        await asyncio.wait({self._reading})

    @property
    def texts(self) -> list[str]:
        return [delivery.request.question.text for delivery in self.taken]

    async def _read(self) -> None:
        async with aclosing(self.source.deliveries(self._let_go)) as deliveries:
            async for delivery in deliveries:
                self.taken.append(delivery)

    async def _let_go(self, partitions: Collection[int]) -> None:
        self.revoked.append(set(partitions))
        await self.source.acknowledge(self.finish_on_revoke)


class UnwillingDeadLetters(InMemoryDeadLetters):
    """Keeps nothing until it is told to."""

    is_willing = False
    refused = 0

    @override
    async def put(self, letter: DeadLetter) -> None:
        if not self.is_willing:
            self.refused += 1
            raise TransportError("not now")
        await super().put(letter)


def finished(*deliveries: Delivery) -> Finished:
    """Return that *deliveries*, the first of their partitions, are finished."""
    found = Finished()
    for delivery in deliveries:
        record = delivery.record
        found = found.and_then(
            Finished(
                offsets={record.partition: (record.offset,)},
                positions={record.partition: record.offset + 1},
            )
        )
    return found


async def _append(log: RequestLog, *texts: str, thread: str = "thread") -> None:
    for text in texts:
        await log.append(a_request(a_question(text, thread_id=thread)))


async def test_records_of_whoever_knows_only_the_schema_are_delivered(
    place: Place, source: KafkaRequestSource
) -> None:
    """Without headers, with a time without a zone, and with fields that nobody knows."""
    await place.write(json.dumps({**ORIGINAL, "new": 1}).encode())

    async with Reader(source) as reader:
        await until(lambda: len(reader.taken) == 1, seconds=10)

    [delivery] = reader.taken
    assert delivery.request.asked_at == datetime(2024, 1, 10, 10, 30, tzinfo=UTC)
    assert delivery.request.deadline > delivery.record.timestamp


async def test_every_kind_of_rubbish_is_kept_as_it_came_and_does_not_stop_the_line(
    place: Place, source: KafkaRequestSource, dead_letters: DeadLetters, log: RequestLog
) -> None:
    rubbish = [
        b"{",
        b"\xff",
        None,
        b"[]",
        json.dumps({**ORIGINAL, "message": 7}).encode(),
        json.dumps({**ORIGINAL, "timestamp": "yesterday"}).encode(),
        os.urandom(1_000_000),
    ]
    for value in rubbish:
        await place.write(value, headers=[("mine", b"1")])
    newer = encode_request(a_request())
    await place.write(newer.value, headers=[("ce_type", b"lk.cse.chat.request.v2")])
    await _append(log, "behind")

    async with Reader(source) as reader:
        await until(lambda: reader.texts == ["behind"], seconds=15)

    letters = (await dead_letters.newest(20))[::-1]
    assert [letter.record.value for letter in letters] == [*rubbish, newer.value]
    assert {letter.record.headers for letter in letters[:-1]} == {(("mine", b"1"),)}
    assert {letter.record.key for letter in letters} == {b"thread"}
    assert [letter.record.offset for letter in letters] == list(range(8))
    assert {letter.record.log for letter in letters} == {place.requests}


async def test_rubbish_alone_is_passed_for_good(place: Place, source: KafkaRequestSource) -> None:
    for _ in range(3):
        await place.write(b"rubbish")

    async with Reader(source):
        await _until_committed(place, 3)


async def test_rubbish_is_acknowledged_only_once_its_letter_is_kept(
    place: Place, log: RequestLog
) -> None:
    """What is behind it is delivered and finished meanwhile, and holds nothing up."""
    letters = UnwillingDeadLetters()
    await _append(log, "before")
    await place.write(b"rubbish")
    await _append(log, "behind")
    async with place.source(letters) as source, Reader(source) as reader:
        await until(lambda: reader.texts == ["before", "behind"], seconds=10)
        await source.acknowledge(finished(reader.taken[1]))
        assert list((await place.committed()).values()) == [1]

        letters.is_willing = True

        await _until_committed(place, 3)
    assert letters.refused > 0
    assert [letter.record.value for letter in await letters.newest(5)] == [b"rubbish"]


async def test_what_one_reader_leaves_the_next_one_gets_and_a_letter_is_put_once(
    place: Place, source: KafkaRequestSource, dead_letters: DeadLetters, log: RequestLog
) -> None:
    await _append(log, "first")
    await place.write(b"rubbish")
    await _append(log, "second")
    async with Reader(source) as reader:
        await until(lambda: reader.texts == ["first", "second"], seconds=10)

    async with Reader(source) as next_reader:
        await until(lambda: next_reader.texts == ["first", "second"], seconds=10)
        await source.acknowledge(finished(next_reader.taken[1]))

    assert list((await place.committed()).values()) == [3]
    assert len(await dead_letters.newest(5)) == 1


async def test_going_away_as_a_reader_does_not_leave_the_group(
    place: Place, source: KafkaRequestSource, log: RequestLog
) -> None:
    """What is in hand can be acknowledged for as long as the source is open."""
    await _append(log, "in hand")
    async with Reader(source) as reader:
        await until(lambda: len(reader.taken) == 1, seconds=10)

    await source.acknowledge(finished(*reader.taken))

    assert source.healthy
    assert list((await place.committed()).values()) == [1]


async def test_it_reads_on_in_order_however_much_nobody_takes(
    place: Place, source: KafkaRequestSource, log: RequestLog
) -> None:
    texts = [str(number) for number in range(3_000)]
    await asyncio.gather(*(_append(log, text) for text in texts))
    await until(lambda: source._buffer.is_full, seconds=10)

    async with Reader(source) as reader:
        await until(lambda: len(reader.taken) == len(texts), seconds=20)

    offsets = [delivery.record.offset for delivery in reader.taken]
    assert offsets == list(range(len(texts)))


async def test_leaving_hands_the_partitions_over_at_once(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    await _append(log, "finished", "unfinished")
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await until(lambda: len(reader.taken) == 2, seconds=10)
        await first.acknowledge(finished(reader.taken[0]))

    async with place.source(dead_letters) as second, Reader(second) as next_reader:
        await until(lambda: bool(next_reader.taken), seconds=4)  # its session would last for six

    assert next_reader.texts == ["unfinished"]


async def test_a_rebalance_delivers_again_what_was_unfinished_and_nothing_else(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    """One of two joins while the other has everything in hand: nothing is lost, all in order."""
    threads = [f"thread-{number}" for number in range(8)]
    for thread in threads:
        await _append(log, "0", "1", "2", thread=thread)
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await until(lambda: len(reader.taken) == 24, seconds=10)
        begun = _firsts(reader.taken)
        reader.finish_on_revoke = finished(*begun)
        in_hand = set(map(_place, reader.taken))
        reader.taken.clear()

        async with place.source(dead_letters) as second, Reader(second) as other:
            await until(lambda: len(reader.taken) + len(other.taken) >= 24 - len(begun), seconds=15)
            assert set(map(_place, other.taken)).isdisjoint(map(_place, reader.taken))
            again = [*reader.taken, *other.taken]

        assert reader.revoked
        assert set(map(_place, again)) == in_hand - set(map(_place, begun))
        assert all(_is_rising(taken) for taken in (reader.taken[: len(again)], other.taken))


async def test_one_whose_partitions_are_gone_acknowledges_nothing(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    await _append(log, "in hand")
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await until(lambda: len(reader.taken) == 1, seconds=10)
        [in_hand] = reader.taken

        async with place.source(dead_letters) as second:
            await until(lambda: bool(reader.revoked) and second.healthy, seconds=15)
            await first.acknowledge(finished(in_hand))
            assert await place.committed() == {}


async def test_a_server_that_is_killed_is_read_again_when_it_is_back(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with (
        SupervisedProducer(own_place.address) as producer,
        own_place.source(own_place.dead_letters_by(producer)) as source,
        Reader(source) as reader,
    ):
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await _append(log, "before", "unfinished")
        await until(lambda: len(reader.taken) == 2, seconds=10)
        await source.acknowledge(finished(reader.taken[0]))

        own_server.kill()
        await until(lambda: not source.healthy, seconds=10)
        async with asyncio.timeout(10):
            with pytest.raises(TransportError):
                await source.acknowledge(finished(reader.taken[1]))
        await asyncio.to_thread(own_server.start)
        await until(lambda: source.healthy and producer.healthy, seconds=BACK)
        await _append(log, "after")

        await until(lambda: "after" in reader.texts, seconds=BACK)
        await _until_acknowledged(reader, own_place, 3)


async def test_a_server_frozen_for_three_seconds_is_read_on(
    own_server: KafkaServer, own_place: Place
) -> None:
    async with (
        SupervisedProducer(own_place.address) as producer,
        own_place.source(own_place.dead_letters_by(producer)) as source,
        Reader(source) as reader,
    ):
        log = KafkaRequestLog(producer, topic=own_place.requests)
        await _append(log, "before")
        await until(lambda: len(reader.taken) == 1, seconds=10)

        await freeze(own_server)
        asyncio.get_running_loop().call_later(3, own_server.thaw)
        await _append(log, "after")

        await until(lambda: "after" in reader.texts, seconds=BACK)
        await _until_acknowledged(reader, own_place, 2)


async def test_closing_ends_in_time_although_the_server_is_frozen(
    own_server: KafkaServer, own_place: Place
) -> None:
    loop = asyncio.get_running_loop()
    letters = InMemoryDeadLetters()
    async with own_place.source(letters) as source, Reader(source):
        await until(lambda: source.healthy, seconds=10)
        await freeze(own_server)
        closing = loop.time()

    assert loop.time() - closing < 12


async def test_nobody_at_the_address_is_said_in_time() -> None:
    place = Place(f"127.0.0.1:{free_port()}", "nowhere")
    async with asyncio.timeout(10), place.source(InMemoryDeadLetters()) as source:
        assert not source.healthy
        assert source.problem == "Kafka does not answer (KafkaConnectionError)"


async def test_a_missing_topic_is_said_with_what_to_run(kafka_address: str) -> None:
    place = Place(kafka_address, a_correlation_id())
    async with asyncio.timeout(10), place.source(InMemoryDeadLetters()) as source:
        assert not source.healthy
        assert source.problem == (
            f"Kafka has no topic {place.requests}: run  cse-chat topics create"
        )


def _place(delivery: Delivery) -> tuple[int, int]:
    return delivery.record.partition, delivery.record.offset


def _firsts(taken: Collection[Delivery]) -> list[Delivery]:
    """Return the first delivery of each partition."""
    found: dict[int, Delivery] = {}
    for delivery in taken:
        found.setdefault(delivery.record.partition, delivery)
    return list(found.values())


def _is_rising(taken: Collection[Delivery]) -> bool:
    last: dict[int, int] = {}
    for partition, offset in map(_place, taken):
        if offset <= last.get(partition, -1):
            return False
        last[partition] = offset
    return True


async def _until_acknowledged(reader: Reader, place: Place, position: int) -> None:
    """Finish the last delivery: it comes again for as long as the group is being dealt out anew."""
    async with asyncio.timeout(BACK):
        while list((await place.committed()).values()) != [position]:
            with suppress(TransportError):
                await reader.source.acknowledge(finished(reader.taken[-1]))


async def _until_committed(place: Place, position: int) -> None:
    async with asyncio.timeout(15):
        while list((await place.committed()).values()) != [position]:
            pass
