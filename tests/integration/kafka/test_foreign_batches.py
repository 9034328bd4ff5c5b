"""Batches that no producer of ours would write: what is in them is read, or left out by itself."""

from collections.abc import Callable

import pytest
from aiokafka import TopicPartition
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from cse_chat.adapters.kafka.source import KafkaRequestSource
from cse_chat.adapters.kafka.stretches import StretchReader
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.ports.requests import DeadLetters
from tests.builders import a_question, a_request
from tests.integration.kafka.places import Place
from tests.integration.kafka.raw_batches import (
    GZIP,
    LZ4,
    SNAPPY,
    ZSTD,
    RawRecord,
    a_batch,
    produce,
)
from tests.integration.kafka.readers import Reader
from tests.waiting import until

CODECS = ((GZIP, gzip_encode), (SNAPPY, snappy_encode), (LZ4, lz4_encode), (ZSTD, zstd_encode))
NO_UTF8 = ((b"mine", b"1"), (b"na\xffme", b"\xfe"))


def asking(text: str, *, odd: bool = False) -> RawRecord:
    value = encode_request(a_request(a_question(text))).value
    return RawRecord(value, headers=NO_UTF8 if odd else ())


@pytest.mark.parametrize(
    "batches",
    [
        (a_batch(asking("0", odd=True)), a_batch(asking("1"))),
        (a_batch(asking("0"), asking("1", odd=True)),),
        (a_batch(asking("0", odd=True), asking("1", odd=True)),),
        (a_batch(asking("0"), asking("1", odd=True), codec=GZIP, compress=gzip_encode),),
        *((a_batch(*map(asking, "01"), codec=c, compress=e),) for c, e in CODECS),
    ],
    ids=["first", "last", "all", "gzip and odd", "gzip", "snappy", "lz4", "zstd"],
)
async def test_what_others_write_is_delivered_once_and_in_order(
    place: Place, source: KafkaRequestSource, batches: tuple[bytes, ...]
) -> None:
    """With a header whose name is no UTF-8, or compressed, or both."""
    async with Reader(source) as reader:
        await produce(place.address, TopicPartition(place.requests, 1), *batches)
        await produce(place.address, TopicPartition(place.requests, 1), a_batch(asking("2")))

        await until(lambda: "2" in reader.texts, seconds=10)

    assert reader.texts == ["0", "1", "2"]
    assert reader.revoked == []


async def test_other_partitions_of_the_same_fetch_lose_nothing(
    place: Place, source: KafkaRequestSource
) -> None:
    for partition in range(3):
        texts = [asking(f"{partition}-{n}", odd=partition == 1 and n == 5) for n in range(10)]
        await produce(place.address, TopicPartition(place.requests, partition), a_batch(*texts))

    async with Reader(source) as reader:
        await until(lambda: len(reader.taken) >= 30, seconds=10)

    assert sorted(reader.texts) == [f"{p}-{n}" for p in range(3) for n in range(10)]


async def test_rubbish_with_such_a_name_is_set_aside_as_it_can_be_kept(
    place: Place, source: KafkaRequestSource, dead_letters: DeadLetters
) -> None:
    bad = RawRecord(b"rubbish", headers=NO_UTF8)
    await produce(place.address, TopicPartition(place.requests, 1), a_batch(bad, asking("0")))

    async with Reader(source) as reader:
        await until(lambda: reader.texts == ["0"], seconds=10)
        await until(lambda: bool(dead_letters.counts), seconds=10)

    [letter] = await dead_letters.newest(10)
    assert letter.record.headers == (("mine", b"1"), ("na\\xffme", b"\xfe"))


@pytest.mark.parametrize(("codec", "compress"), [(GZIP, gzip_encode), (LZ4, lz4_encode)])
async def test_a_batch_that_cannot_be_decompressed_is_set_aside_whole(
    place: Place,
    source: KafkaRequestSource,
    dead_letters: DeadLetters,
    codec: int,
    compress: Callable[[bytes], bytes],
) -> None:
    """Kafka looks at no bytes behind the compressed ones; the library stumbles over them."""
    bad = a_batch(
        asking("lost"), asking("lost"), codec=codec, compress=lambda data: compress(data) + b"zzzz"
    )
    for batch in (a_batch(asking("0")), bad, a_batch(asking("1"))):
        await produce(place.address, TopicPartition(place.requests, 1), batch)

    async with Reader(source) as reader:
        await until(lambda: reader.texts == ["0", "1"], seconds=10)
        await until(lambda: bool(dead_letters.counts), seconds=10)

    [letter] = await dead_letters.newest(10)
    assert letter.record.offset == 2
    assert letter.record.value is not None
    assert letter.record.value.endswith(b"zzzz")


async def test_letters_and_stretches_are_read_past_such_names(
    place: Place, dead_letters: DeadLetters
) -> None:
    odd = a_batch(RawRecord(b"x", headers=NO_UTF8))
    await produce(place.address, TopicPartition(place.letters, 0), odd)
    await produce(place.address, TopicPartition(place.responses, 0), odd)

    await dead_letters.newest(10)
    async with StretchReader(place.address, topic=place.responses) as reader:
        read = [r.value async for records in reader.read({0: range(1)}) for r in records]

    assert read == [b"x"]


def test_the_library_alone_still_stops_there() -> None:
    """Else ours could go."""
    records = MemoryRecords(a_batch(asking("0", odd=True)))
    with pytest.raises(UnicodeDecodeError):
        list(records.next_batch())
    assert fetcher.MemoryRecords is not MemoryRecords
