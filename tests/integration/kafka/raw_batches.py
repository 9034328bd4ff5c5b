"""Batches of records as others could write them, and a client that sends them as they are."""

import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c, encode_varint
from aiokafka.structs import TopicPartition

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
_NOT_LEADER = 6
_HEAD = struct.Struct(">qiib")  # base offset, length, leader's epoch, magic
_CHECKED = struct.Struct(">hiqqqhii")  # what the checksum is about, before the records


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record whose headers' names are bytes, as they are on the wire."""

    value: bytes | None
    key: bytes | None = b"thread"
    headers: Sequence[tuple[bytes, bytes | None]] = ()


def a_batch(
    *records: RawRecord, codec: int = 0, compress: Callable[[bytes], bytes] = bytes
) -> bytes:
    """Return *records* as one batch; what says *codec* and what *compress* does need not agree."""
    now = int(time.time() * 1000)
    checked = _CHECKED.pack(codec, len(records) - 1, now, now, -1, -1, -1, len(records))
    checked += compress(b"".join(_encoded(record, number) for number, record in enumerate(records)))
    return _HEAD.pack(0, len(checked) + 9, -1, 2) + _crc(checked) + checked


async def produce(address: str, place: TopicPartition, *batches: bytes) -> None:
    """Have Kafka take *batches*, one after the other."""
    client = AIOKafkaClient(bootstrap_servers=address)
    await client.bootstrap()
    try:
        await client.fetch_all_metadata()
        client.set_topics([place.topic])
        await client.force_metadata_update()
        leader = client.cluster.leader_for_partition(place)
        for batch in batches:
            sent = [(place.topic, [(place.partition, batch)])]
            error_code = _NOT_LEADER
            while error_code == _NOT_LEADER:  # of a new topic, not yet
                response = await client.send(leader, ProduceRequest(None, -1, 5_000, sent))
                [(_, [(_, error_code, *_rest)])] = response.topics
            assert error_code == 0, error_code
    finally:
        await client.close()


def _encoded(record: RawRecord, number: int) -> bytes:
    body = b"\0" + _varint(0) + _varint(number) + _sized(record.key) + _sized(record.value)
    body += _varint(len(record.headers))
    for name, value in record.headers:
        body += _sized(name) + _sized(value)
    return _varint(len(body)) + body


def _sized(data: bytes | None) -> bytes:
    return _varint(-1) if data is None else _varint(len(data)) + data


def _varint(number: int) -> bytes:
    written = bytearray()
    encode_varint(number, written.append)
    return bytes(written)


def _crc(checked: bytes) -> bytes:
    return struct.pack(">I", calc_crc32c(checked))
