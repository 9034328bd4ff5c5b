"""The source: rubbish, rebalances, servers that go and come back, readers that go away."""

import asyncio
import json
import os
from datetime import UTC, datetime

from typing_extensions import override

from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.source import KafkaRequestSource
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.records import DeadLetter
from cse_chat.domain.ports.requests import DeadLetters, RequestLog
from tests.builders import a_request
from tests.integration.kafka.places import Place
from tests.integration.kafka.readers import (
    Reader,
    append,
    finished,
    firsts,
    is_rising,
    offset_of,
    until_committed,
)
from tests.waiting import until

BACK = 30  # seconds, at most, from the return of a server until it is used again
ORIGINAL = {
    "correlation_id": "550e8400-e29b-41d4-a716-446655440000",
    "thread_id": "thread",
    "user_id": "user_456",
    "message": "What are the top performing stocks?",
    "timestamp": "2024-01-10T10:30:00",
}


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
    await append(log, "behind")

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
        await until_committed(place, 3)


async def test_rubbish_is_acknowledged_only_once_its_letter_is_kept(
    place: Place, log: RequestLog
) -> None:
    """What is behind it is delivered and finished meanwhile, and holds nothing up."""
    letters = UnwillingDeadLetters()
    await append(log, "before")
    await place.write(b"rubbish")
    await append(log, "behind")
    async with place.source(letters) as source, Reader(source) as reader:
        await until(lambda: reader.texts == ["before", "behind"], seconds=10)
        await source.acknowledge(finished(reader.taken[1]))
        assert list((await place.committed()).values()) == [1]

        letters.is_willing = True

        await until_committed(place, 3)
    assert letters.refused > 0
    assert [letter.record.value for letter in await letters.newest(5)] == [b"rubbish"]


async def test_what_one_reader_leaves_the_next_one_gets_and_a_letter_is_put_once(
    place: Place, source: KafkaRequestSource, dead_letters: DeadLetters, log: RequestLog
) -> None:
    await append(log, "first")
    await place.write(b"rubbish")
    await append(log, "second")
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
    await append(log, "in hand")
    async with Reader(source) as reader:
        await until(lambda: len(reader.taken) == 1, seconds=10)

    await source.acknowledge(finished(*reader.taken))

    assert source.healthy
    assert list((await place.committed()).values()) == [1]


async def test_it_reads_on_in_order_however_much_nobody_takes(
    place: Place, source: KafkaRequestSource, log: RequestLog
) -> None:
    texts = [str(number) for number in range(3_000)]
    await asyncio.gather(*(append(log, text) for text in texts))
    await until(lambda: source._buffer.is_full, seconds=10)

    async with Reader(source) as reader:
        await until(lambda: len(reader.taken) == len(texts), seconds=20)

    offsets = [delivery.record.offset for delivery in reader.taken]
    assert offsets == list(range(len(texts)))


async def test_what_nobody_takes_is_bounded_before_more_is_asked_for(
    place: Place, producer: SupervisedProducer, source: KafkaRequestSource
) -> None:
    for _ in range(20):
        await producer.send(place.requests, key=b"k", value=os.urandom(1_000_000))

    await until(lambda: source._buffer.is_full, seconds=10)
    await asyncio.sleep(0.5)

    # The last fetch may bring one more than there is room for.
    assert source._buffer._weight < source._buffer._most + 1_100_000


async def test_leaving_hands_the_partitions_over_at_once(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    await append(log, "finished", "unfinished")
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
        await append(log, "0", "1", "2", thread=thread)
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await until(lambda: len(reader.taken) == 24, seconds=10)
        begun = firsts(reader.taken)
        reader.finish_on_revoke = finished(*begun)
        in_hand = set(map(offset_of, reader.taken))
        reader.taken.clear()

        async with place.source(dead_letters) as second, Reader(second) as other:
            await until(lambda: len(reader.taken) + len(other.taken) >= 24 - len(begun), seconds=15)
            assert set(map(offset_of, other.taken)).isdisjoint(map(offset_of, reader.taken))
            again = [*reader.taken, *other.taken]

        assert reader.revoked
        assert set(map(offset_of, again)) == in_hand - set(map(offset_of, begun))
        assert all(is_rising(taken) for taken in (reader.taken[: len(again)], other.taken))


async def test_one_whose_partitions_are_gone_acknowledges_nothing(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    await append(log, "in hand")
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await until(lambda: len(reader.taken) == 1, seconds=10)
        [in_hand] = reader.taken

        async with place.source(dead_letters) as second:
            await until(lambda: bool(reader.revoked) and second.healthy, seconds=15)
            await first.acknowledge(finished(in_hand))
            assert await place.committed() == {}
