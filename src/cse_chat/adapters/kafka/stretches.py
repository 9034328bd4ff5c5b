"""Reading stretches of a topic, beside any group."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from cse_chat.adapters.kafka.closing import end_reader
from cse_chat.adapters.kafka.connection import client_options, milliseconds
from cse_chat.adapters.kafka.errors import check_topics, translated
from cse_chat.adapters.kafka.records import record_of
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.records import Record

Stretches = Mapping[int, range]
"""Offsets to read, by partition."""

_REQUEST_TIMEOUT: Final = timedelta(seconds=5)
_ANSWERED_WITHIN: Final = 10.0  # seconds, for connecting and for each call
_POLLING: Final = timedelta(milliseconds=100)
_AT_ONCE: Final = 200  # records
_LARGEST: Final = 1_100_000  # bytes of a partition in one fetch; a larger record comes alone


class StretchReader:
    """Reads what is already there of one topic; connected while entered, belongs to no group."""

    def __init__(self, bootstrap_servers: str, *, topic: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._client: AIOKafkaConsumer | None = None
        self._there: Collection[int] = ()

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            TransportError: Kafka is away, or has no such topic.
        """
        self._client = client = AIOKafkaConsumer(
            **client_options(self._bootstrap_servers, request_timeout=_REQUEST_TIMEOUT),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # behind what retention took meanwhile
            fetch_max_wait_ms=milliseconds(_POLLING),
            max_partition_fetch_bytes=_LARGEST,
        )
        try:
            with translated():
                async with asyncio.timeout(_ANSWERED_WITHIN):
                    await client.start()
                    # `topics` asks the same, and says nothing of partitions.
                    known = await client._client.fetch_all_metadata()  # noqa: SLF001
                check_topics({self._topic}, known.topics())
        except BaseException:
            await end_reader(client)
            raise
        self._there = known.partitions_for_topic(self._topic)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await end_reader(client)

    async def since(self, times: Mapping[int, datetime]) -> Stretches:
        """Return what each partition took from its time on until now; nothing of one that is none.

        Raises:
            TransportError: Kafka does not say.
        """
        ends = await self._ends(times)
        asked = {self._place(p): max(0, round(times[p].timestamp() * 1000)) for p in ends}
        with translated():
            async with asyncio.timeout(_ANSWERED_WITHIN):
                found = await self._connected.offsets_for_times(asked)
        begins = {place.partition: found.offset for place, found in found.items() if found}
        return {p: range(begins.get(p, end), end) for p, end in ends.items()}

    async def whole(self, partitions: Collection[int]) -> Stretches:
        """Return all that there is of *partitions* now; nothing of one that is none.

        Raises:
            TransportError: Kafka does not say.
        """
        ends = await self._ends(partitions)
        with translated():
            async with asyncio.timeout(_ANSWERED_WITHIN):
                begins = await self._connected.beginning_offsets(list(map(self._place, ends)))
        return {p: range(begins[self._place(p)], end) for p, end in ends.items()}

    async def read(self, stretches: Stretches) -> AsyncGenerator[Sequence[Record]]:
        """Yield the records of *stretches*, each partition in its order, some at a time.

        Raises:
            TransportError: The rest cannot be read now.
        """
        left = {self._place(p): stretch for p, stretch in stretches.items() if stretch}
        if not left:
            return
        client = self._connected
        client.assign(list(left))
        for place, stretch in left.items():
            client.seek(place, stretch.start)
        loop = asyncio.get_running_loop()
        moved_at = loop.time()
        while left:
            fetched = await self._fetched(client, left)
            records = [record_of(r) for taken in fetched.values() for r in taken]
            wanted = [r for r in records if r.offset in stretches[r.partition]]
            if wanted:
                yield wanted
            if fetched:
                moved_at = loop.time()  # whoever took them may have needed a while
            elif loop.time() - moved_at > _ANSWERED_WITHIN:
                raise TransportError("Kafka's records are there, and do not come")

    async def _fetched(
        self, client: AIOKafkaConsumer, left: dict[TopicPartition, range]
    ) -> Mapping[TopicPartition, Sequence[object]]:
        """Return what came of *left*, and take out of it what is read to its end."""
        with translated():
            async with asyncio.timeout(_ANSWERED_WITHIN):
                fetched: Mapping[TopicPartition, Sequence[object]] = await client.getmany(
                    *left, timeout_ms=milliseconds(_POLLING), max_records=_AT_ONCE
                )
                # Not by the records that came: the last offsets may be holes.
                for place in list(left):
                    if await client.position(place) >= left[place].stop:
                        del left[place]
        return fetched

    async def _ends(self, partitions: Collection[int]) -> Mapping[int, int]:
        # Asked for one that is not there, the client would fail for all of them, and late.
        places = [self._place(partition) for partition in partitions if partition in self._there]
        with translated():
            async with asyncio.timeout(_ANSWERED_WITHIN):
                ends = await self._connected.end_offsets(places)
        return {place.partition: end for place, end in ends.items()}

    @property
    def _connected(self) -> AIOKafkaConsumer:
        if self._client is None:
            raise TransportError("Kafka is not connected")
        return self._client

    def _place(self, partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition)
