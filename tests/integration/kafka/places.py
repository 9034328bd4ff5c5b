"""Topics and a group that nobody else uses, and what works on them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from brokers.kafka import KafkaServer
from cse_chat.adapters.kafka.dead_letters import KafkaDeadLetters
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.reading_back import KafkaResponseReader
from cse_chat.adapters.kafka.records import record_of
from cse_chat.adapters.kafka.source import KafkaRequestSource
from cse_chat.adapters.kafka.topics import Topic, create
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.records import Record
from cse_chat.domain.ports.requests import DeadLetters
from cse_chat.entrypoints.worker.pace import Pace
from tests.waiting import until

PARTITIONS = 4
SESSION = timedelta(seconds=6)
DEADLINE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test has its topics, and what they are called."""

    address: str
    suffix: str

    @property
    def requests(self) -> str:
        return f"requests-{self.suffix}"

    @property
    def responses(self) -> str:
        return f"responses-{self.suffix}"

    @property
    def letters(self) -> str:
        return f"letters-{self.suffix}"

    @property
    def audit(self) -> str:
        return f"audit-{self.suffix}"

    @property
    def group(self) -> str:
        return f"group-{self.suffix}"

    def dead_letters_by(self, producer: SupervisedProducer) -> KafkaDeadLetters:
        return KafkaDeadLetters(
            producer, bootstrap_servers=self.address, group=self.group, topic=self.letters
        )

    def source(self, dead_letters: DeadLetters) -> KafkaRequestSource:
        return KafkaRequestSource(
            self.address,
            dead_letters=dead_letters,
            now=lambda: datetime.now(UTC),
            default_deadline=DEADLINE,
            pause=Pace().pause,
            session=SESSION,
            topic=self.requests,
            group=self.group,
        )

    def response_reader(self) -> KafkaResponseReader:
        return KafkaResponseReader(
            self.address,
            default_deadline=DEADLINE,
            responses=self.responses,
            requests=self.requests,
        )

    async def read(self, topic: str) -> list[Record]:
        """Return everything in *topic*, a partition after the other."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.address, enable_auto_commit=False)
        await consumer.start()
        try:
            places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            for place in places:
                consumer.seek(place, 0)
            found: list[Record] = []
            while any([await consumer.position(place) < ends[place] for place in places]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += map(record_of, records)
        finally:
            await consumer.stop()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def committed(self) -> dict[int, int]:
        """Return how far the group has come, by partition; a broker that comes back is waited for."""
        async with asyncio.timeout(20):
            while True:
                try:
                    return await self._committed()
                except (KafkaError, AssertionError):
                    continue

    async def _committed(self) -> dict[int, int]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.address, group_id=self.group, enable_auto_commit=False
        )
        await consumer.start()
        try:
            places = [TopicPartition(self.requests, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            found = {place.partition: await consumer.committed(place) for place in places}
        finally:
            await consumer.stop()
        return {partition: offset for partition, offset in found.items() if offset is not None}

    async def write(
        self,
        value: bytes | None,
        *,
        key: bytes | None = b"thread",
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> None:
        """Write a request's record as anybody could."""
        producer = AIOKafkaProducer(bootstrap_servers=self.address, max_request_size=4_000_000)
        await producer.start()
        try:
            await producer.send_and_wait(
                self.requests, value, key=key, headers=list(headers), partition=partition
            )
        finally:
            await producer.stop()


def waiting_in(producer: SupervisedProducer) -> int:
    """Return how many records wait in the client of *producer*, and are not handed over."""
    client = producer._supervision.current
    return client.waiting if client else 0


async def freeze(server: KafkaServer) -> None:
    """Freeze *server*, and return once none of its threads does anything."""
    server.freeze()
    threads = Path(f"/proc/{server.pid}/task")
    await until(lambda: {_state(thread) for thread in threads.iterdir()} == {"T"})


def _state(thread: Path) -> str:
    return (thread / "stat").read_text().rpartition(")")[2].split()[0]


def planned(address: str) -> Place:
    """Return one that is not made yet."""
    return Place(address, uuid4().hex[:8])


async def made(address: str, place: Place | None = None) -> Place:
    """Return a new one; a broker that was frozen is waited for until it takes part again."""
    place = place or planned(address)
    sizes = {
        place.requests: "1048588",
        place.responses: "1048588",
        place.letters: "2097152",
        place.audit: "1048588",
    }
    wanted = [
        Topic(
            name=name,
            partitions=PARTITIONS,
            replication=1,
            configs={"message.timestamp.type": "LogAppendTime", "max.message.bytes": size},
        )
        for name, size in sizes.items()
    ]
    async with asyncio.timeout(20):
        while True:
            try:
                await create(address, wanted)
            except TransportError:
                await asyncio.sleep(0.05)
            else:
                return place
