"""A broker's topic and its one group of readers, in memory: partitions, holes, commits, rebalances."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from datetime import datetime, timedelta
from zlib import crc32

from cse_chat.adapters.wire.requests import EncodedRequest, decode_request, encode_request
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import DeadLetter, Record
from cse_chat.domain.ports.requests import DeadLetters, Revoked

HOLE = 3
"""Offsets rise by this much: a reader that counts instead of looking skips or repeats."""


class Broker:
    """Keeps every record, and for each partition who reads it and how far it is committed."""

    def __init__(
        self, *, partitions: int, dead_letters: DeadLetters, now: Callable[[], datetime]
    ) -> None:
        self.dead_letters = dead_letters
        self.records: dict[int, list[Record]] = {p: [] for p in range(partitions)}
        self.committed: dict[int, int] = dict.fromkeys(range(partitions), 0)
        self.readers: dict[int, Member | None] = dict.fromkeys(range(partitions))
        self.went_back: list[str] = []
        self._now = now

    async def append(self, request: ChatRequest) -> Durability:
        """See `RequestLog.append`."""
        self.append_record(encode_request(request))
        return Durability.KAFKA

    def append_record(self, encoded: EncodedRequest) -> Record:
        """Keep bytes as they are, a request or not."""
        partition = self.partition_of(encoded.key)
        held = self.records[partition]
        record = Record(
            log="test",
            partition=partition,
            offset=(held[-1].offset if held else 0) + HOLE,
            timestamp=self._now(),
            key=encoded.key,
            value=encoded.value,
            headers=encoded.headers,
        )
        held.append(record)
        if reader := self.readers[partition]:
            reader.give([record])
        return record

    def partition_of(self, key: bytes) -> int:
        """Return where a record with *key* is kept."""
        return crc32(key) % len(self.records)

    async def assign(self, readers: dict[int, "Member | None"]) -> None:
        """Rebalance: who loses a partition is told and waited for, then the new readers begin."""
        taken: dict[Member, set[int]] = {}
        for partition, reader in self.readers.items():
            if reader and readers[partition] is not reader:
                taken.setdefault(reader, set()).add(partition)
        async with asyncio.timeout(1):  # longer, and a broker would throw the member out
            for reader, partitions in taken.items():
                await reader.lose(partitions)
        for partition, reader in readers.items():
            if self.readers[partition] is not reader:
                self.readers[partition] = reader
                if reader:
                    reader.begin(partition)

    async def spread(self, members: Collection["Member"]) -> None:
        """Give every partition to one of *members*, in turn."""
        chosen = list(members)
        await self.assign({p: chosen[p % len(chosen)] for p in self.records})

    def leave(self, member: "Member") -> None:
        """Forget *member*, as a broker does that has not heard of it for a while."""
        for partition, reader in self.readers.items():
            if reader is member:
                self.readers[partition] = None

    def end_of(self, partition: int) -> int:
        """Return the offset below which all its records are."""
        records = self.records[partition]
        return records[-1].offset + 1 if records else 0

    def is_done(self) -> bool:
        """Say whether all that it holds is committed."""
        return not any(map(self.uncommitted, self.records))

    def uncommitted(self, partition: int) -> list[Record]:
        """Return what its next reader begins with."""
        return [r for r in self.records[partition] if r.offset >= self.committed[partition]]

    async def requests(self) -> list[ChatRequest]:
        """Return every request it holds, in no order across partitions."""
        reader = Member(self)
        held = [record for records in self.records.values() for record in records]
        deliveries = [await reader.delivery(record) for record in held]
        return [delivery.request for delivery in deliveries if delivery]

    def commit(self, member: "Member", positions: Iterable[tuple[int, int]]) -> None:
        """Note how far *member* is with what it still reads; a fenced member changes nothing."""
        for partition, position in positions:
            if self.readers[partition] is not member:
                continue
            if position < self.committed[partition]:
                self.went_back.append(f"{partition}: {self.committed[partition]} -> {position}")
            self.committed[partition] = position


class Member:
    """One reader of the group: a `RequestSource`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._waiting: deque[Record] = deque()
        self._arrived = asyncio.Event()
        self._revoked: Revoked | None = None
        self._new_from: dict[int, int] = {}

    async def deliveries(self, revoked: Revoked) -> AsyncGenerator[Delivery]:
        """See `RequestSource.deliveries`."""
        self._revoked = revoked
        self._waiting.clear()
        for partition in self.assigned():
            self.begin(partition)
        while True:
            while self._waiting:
                delivery = await self.delivery(self._waiting.popleft())
                if delivery is not None:
                    yield delivery
            self._arrived.clear()
            await self._arrived.wait()

    def assigned(self) -> Collection[int]:
        """See `RequestSource.assigned`."""
        return [p for p, reader in self._broker.readers.items() if reader is self]

    async def acknowledge(self, finished: Finished) -> None:
        """See `RequestSource.acknowledge`."""
        self._broker.commit(self, finished.positions.items())

    def begin(self, partition: int) -> None:
        """Read *partition* from where it is committed; what it holds by now may not be new."""
        self._new_from[partition] = self._broker.end_of(partition)
        self.give(self._broker.uncommitted(partition))

    def give(self, records: Iterable[Record]) -> None:
        """Hand *records* out next."""
        self._waiting.extend(records)
        self._arrived.set()

    async def lose(self, partitions: Collection[int]) -> None:
        """Tell the reader that *partitions* are another's, and wait until it has let go."""
        self._waiting = deque(r for r in self._waiting if r.partition not in partitions)
        if self._revoked:
            await self._revoked(partitions)

    async def delivery(self, record: Record) -> Delivery | None:
        """Return what is in *record*; set it aside if that is no request."""
        try:
            request = decode_request(record, default_deadline=timedelta(minutes=5))
        except MalformedRecordError as error:
            await self._broker.dead_letters.put(
                DeadLetter(
                    record=record,
                    reason=error.slug,
                    message=str(error),
                    attempts=0,
                    failed_at=record.timestamp,
                )
            )
            return None
        return Delivery(
            request=request,
            record=record,
            durability=Durability.KAFKA,
            is_new=self._is_new(record),
        )

    def _is_new(self, record: Record) -> bool:
        """Say whether it came after this one began: who was thrown out may not know it yet."""
        return record.offset >= self._new_from.get(record.partition, math.inf)
