"""Which batches are compressed, how, and that they are what any reader of Kafka reads."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.codec import lz4_encode

from cse_chat.adapters.kafka import batch_sender
from cse_chat.adapters.kafka.batch_sender import Batch
from cse_chat.adapters.kafka.compression import compress_quickly
from cse_chat.adapters.kafka.outgoing import OutgoingRecord
from tests.unit.kafka.clusters import TOPIC, batch_in, place

NONE, LZ4 = 0, 3
SMALL = 2_048
LARGEST = 262_144
NEW_BUILDER = batch_sender._new_builder


def _batch_of(values: Sequence[bytes]) -> Batch:
    batch = Batch(place(0), since=0)
    for number, value in enumerate(values):
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        headers = [("name", b"header")]
        record = OutgoingRecord(number, TOPIC, b"key", value, headers, 1e9, confirmed)
        assert batch.takes(record)
    return batch


async def test_a_batch_is_compressed_at_the_quick_level_and_read_as_ever() -> None:
    compress_quickly()
    compress_quickly()
    values = [b"question of task %05d" % number * 20 for number in range(100)]

    built = bytes(_batch_of(values).builder.build())

    batch = batch_in(built)
    assert batch.compression_type == LZ4
    plain = b"".join(values)
    assert len(lz4_encode(plain)) < len(lz4_encode(plain, level=1)) < len(built) < len(plain) // 10
    assert [record.value for record in batch] == values


@pytest.mark.parametrize(
    ("values", "codec"),
    [
        ([b"question"], NONE),
        ([b"question"] * 40, NONE),
        ([b"question"] * 400, LZ4),
        ([b"q" * SMALL], LZ4),
        ([b"q" * 2 * LARGEST], LZ4),
        ([b"question", b"q" * SMALL, b"question"], LZ4),
    ],
    ids=["one", "some", "many", "one-long", "longer-than-a-batch", "a-long-one-between"],
)
async def test_small_batches_are_left_as_they_are_and_nothing_gets_lost_where_they_grow(
    values: Sequence[bytes], codec: int
) -> None:
    built = bytes(_batch_of(values).builder.build())

    batch = batch_in(built)
    assert batch.compression_type == codec
    assert len(built) < 2 * SMALL
    assert [(record.key, record.value, record.headers) for record in batch] == [
        (b"key", value, [("name", b"header")]) for value in values
    ]


async def test_a_batch_that_would_fit_no_more_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each builder counts the milliseconds from its own first record: the more, the more bytes."""
    monkeypatch.setattr(batch_sender, "_new_builder", _slow_once_compressed)
    values = [b"q" * 100, b"q" * _most_beside(b"q" * 100)]

    batch = _batch_of(values)

    assert batch.is_compressed
    read = batch_in(bytes(batch.builder.build()))
    assert [record.value for record in read] == values


def _most_beside(first: bytes) -> int:
    for size in range(LARGEST, 0, -1):
        builder = NEW_BUILDER()
        builder.append(0, None, b"key", first, [("name", b"header")])
        if builder.append(1, None, b"key", bytes(size), [("name", b"header")]):
            return size
    raise AssertionError


def _slow_once_compressed(codec: int = NONE) -> Any:  # noqa: ANN401 - a name of the library's
    builder: Any = NEW_BUILDER(codec)
    return builder if codec == NONE else _Slow(builder)


class _Slow:
    """A builder whose process lost its processor after the first record."""

    def __init__(self, builder: Any) -> None:  # noqa: ANN401 - the same
        self._builder = builder

    def append(self, number: int, _: None, *record: Any) -> object:  # noqa: ANN401 - the same
        hour = 3_600_000
        return self._builder.append(number, number * hour, *record)


async def test_a_batch_that_has_grown_is_full_where_it_would_be_else() -> None:
    batch = _batch_of([b"q" * (LARGEST // 2 - 1_000)] * 2)
    confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    assert not batch.takes(OutgoingRecord(2, TOPIC, b"key", b"q" * 3_000, (), 1e9, confirmed))
    assert not batch.takes(OutgoingRecord(3, TOPIC, b"key", b"q", (), 1e9, confirmed))
    assert [record.value[:1] for record in batch_in(bytes(batch.builder.build()))] == [b"q"] * 2
