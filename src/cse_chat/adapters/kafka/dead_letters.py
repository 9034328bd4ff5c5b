"""`DeadLetters` on a topic, ``chat.requests.dlq`` in production."""

import asyncio
from collections import Counter
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError

from cse_chat.adapters.kafka.closing import end_consumer
from cse_chat.adapters.kafka.connection import client_options
from cse_chat.adapters.kafka.errors import check_topics, translated
from cse_chat.adapters.kafka.letters import decode_letter, encode_letter
from cse_chat.adapters.kafka.names import DEAD_LETTERS, GROUP
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.records import record_of
from cse_chat.domain.errors import MalformedRecordError, TransportError
from cse_chat.domain.model.records import DeadLetter

_REQUEST_TIMEOUT = timedelta(seconds=5)
_READING = 10.0  # seconds
_POLLING_MS = 500


class KafkaDeadLetters:
    """Keeps key, value and headers as they were, and adds why the record is here.

    A record for which the topic has no room (``max.message.bytes``) is kept without its value,
    which the topic it came from still has, and says so in the header ``dlq-omitted``.
    """

    def __init__(
        self,
        producer: SupervisedProducer,
        *,
        bootstrap_servers: str,
        group: str = GROUP,
        topic: str = DEAD_LETTERS,
    ) -> None:
        """Store the arguments.

        Args:
            producer: Opened and closed by whoever made it.
            bootstrap_servers: Where `newest` reads.
            group: Who gives records up.
            topic: It exists.
        """
        self.counts: Counter[str] = Counter()
        """By reason, what was put here by this process."""
        self._producer = producer
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._group = group

    async def put(self, letter: DeadLetter) -> None:
        """See `DeadLetters.put`."""
        try:
            await self._send(letter, value=True)
        except TransportError as error:
            if not isinstance(error.__cause__, MessageSizeTooLargeError):
                raise
            await self._send(letter, value=False)
        self.counts[letter.reason] += 1

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """See `DeadLetters.newest`.

        It reads the ends of all partitions, within ten seconds. What others wrote into the topic
        is left out.

        Raises:
            TransportError: It could not be read.
        """
        with translated():
            consumer = AIOKafkaConsumer(
                **client_options(self._bootstrap_servers, request_timeout=_REQUEST_TIMEOUT),
                enable_auto_commit=False,
            )
            try:
                async with asyncio.timeout(_READING):
                    await consumer.start()
                    check_topics({self._topic}, await consumer.topics())
                    found = await self._read_ends(consumer, limit)
            finally:
                await end_consumer(consumer)
        letters = (_letter(taken) for taken in found)
        return tuple(letter for letter in letters if letter is not None)

    async def _send(self, letter: DeadLetter, *, value: bool) -> None:
        encoded = encode_letter(letter, group=self._group, value=value)
        await self._producer.send_repeatable(
            self._topic, key=encoded.key, value=encoded.value, headers=encoded.headers
        )

    async def _read_ends(self, consumer: AIOKafkaConsumer, limit: int) -> list[ConsumerRecord]:
        consumer.assign(await self._partitions(consumer))
        places = list(consumer.assignment())
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        for place in places:
            consumer.seek(place, max(begins[place], ends[place] - limit))
        found: list[ConsumerRecord] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for taken in (await consumer.getmany(timeout_ms=_POLLING_MS)).values():
                found = sorted(found + taken, key=_age, reverse=True)[:limit]
        return found

    async def _partitions(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - not yet subscribed
        partitions = cluster.partitions_for_topic(self._topic) or ()
        return [TopicPartition(self._topic, partition) for partition in partitions]


def _age(taken: ConsumerRecord) -> tuple[int, int, int]:
    return (taken.timestamp, taken.partition, taken.offset)


def _letter(taken: ConsumerRecord) -> DeadLetter | None:
    try:
        return decode_letter(record_of(taken))
    except MalformedRecordError:
        return None
