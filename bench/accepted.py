"""What the topic of questions holds: which were accepted, and in which order."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer

from cse_chat.adapters.kafka.names import REQUESTS

_PATIENCE: Final = 120.0
_AT_ONCE: Final = 5_000
_ID: Final = "ce_correlationid"


def accepted_by_thread(bootstrap_servers: str) -> Mapping[str, Sequence[str]]:
    """Return the correlation ids of each thread in the order in which they were accepted.

    Args:
        bootstrap_servers: Of a Kafka that takes no more questions now.
    """
    return asyncio.run(_read(bootstrap_servers))


async def _read(bootstrap_servers: str) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    # Without a group a client is given all partitions.
    consumer = AIOKafkaConsumer(
        REQUESTS,
        bootstrap_servers=bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        async with asyncio.timeout(_PATIENCE):
            partitions = consumer.assignment()
            ends = await consumer.end_offsets(partitions)
            for partition in partitions:
                while await consumer.position(partition) < ends[partition]:
                    read = await consumer.getmany(partition, timeout_ms=1_000, max_records=_AT_ONCE)
                    for record in read.get(partition, ()):
                        found[record.key.decode()].append(dict(record.headers)[_ID].decode())
    finally:
        await consumer.stop()
    return found
