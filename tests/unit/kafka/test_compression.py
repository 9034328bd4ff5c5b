"""That batches are compressed quickly, and are what any reader of Kafka reads."""

from aiokafka.codec import lz4_encode
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from cse_chat.adapters.kafka.batch_sender import Batch
from cse_chat.adapters.kafka.compression import compress_quickly

VALUES = [b"question of task %05d" % number * 20 for number in range(100)]
LZ4 = 3


def _built() -> bytes:
    builder = Batch(TopicPartition("requests", 0), since=0).builder
    for number, value in enumerate(VALUES):
        builder.append(number, 0, b"key", value, [("name", b"header")])
    return bytes(builder.build())


def test_a_batch_is_compressed_at_the_quick_level_and_read_as_ever() -> None:
    compress_quickly()
    compress_quickly()

    built = _built()

    batch = MemoryRecords(built).next_batch()
    assert batch is not None
    assert batch.compression_type == LZ4
    plain = b"".join(VALUES)
    assert len(lz4_encode(plain)) < len(lz4_encode(plain, level=1)) < len(built) < len(plain) // 10
    assert [record.value for record in batch] == VALUES
