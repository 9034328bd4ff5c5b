"""What a client knows of the partitions of topics, and how it learns of them in turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka.client import AIOKafkaClient

from cse_chat.adapters.kafka.errors import FAILURES, transport_error
from cse_chat.adapters.kafka.partitioning import partition_of


@dataclass(frozen=True, slots=True)
class _Topic:
    """The partitions of a topic.

    Attributes:
        described: What the client knew of it: with the next it is looked at anew.
        partitions: All, in their order.
        available: Those that have a leader.
    """

    described: object
    partitions: Sequence[int]
    available: Sequence[int]


@dataclass(slots=True, eq=False)
class _Learners:
    """Those who wait for the partitions of a topic: one does, and the others for their turn."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    count: int = 0


class Partitions:
    """The partitions of topics, as one client knows them now."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client
        self._topics: dict[str, _Topic] = {}
        self._learners: dict[str, _Learners] = {}  # by the topic

    def are_known(self, topic: str) -> bool:
        """Whether those of *topic* are known."""
        return topic in self._client.cluster._partitions  # noqa: SLF001 - no copy of them

    def are_told(self, topic: str) -> bool:
        """Whether those of *topic* are known, and all who have waited for them were told."""
        return self.are_known(topic) and topic not in self._learners

    async def learn(self, topic: str, deadline: float) -> None:
        """Wait until those of *topic* are known, behind all who wait already.

        The library does so without a limit, for ever once closed, and lets who comes when they are
        just known overtake who has waited.

        Raises:
            TransportError: They were not known until *deadline*.
        """
        learners = self._learners.setdefault(topic, _Learners())
        learners.count += 1
        try:
            async with asyncio.timeout_at(deadline), learners.turn:
                await self._client._wait_on_metadata(topic)  # noqa: SLF001 - as its producer does
        except FAILURES as error:
            raise transport_error(error) from error
        finally:
            learners.count -= 1
            if not learners.count:
                del self._learners[topic]

    def of(self, topic: str, key: bytes | None) -> int | None:
        """Return where a record of *topic* with *key* goes now; ``None`` if that is not known."""
        known = self._topic(topic)
        return partition_of(key, known.partitions, known.available) if known else None

    def _topic(self, name: str) -> _Topic | None:
        cluster = self._client.cluster
        described = cluster._partitions.get(name)  # noqa: SLF001 - as above
        topic = self._topics.get(name)
        if topic is None or topic.described is not described:
            if described is None:
                return None
            available = tuple(cluster.available_partitions_for_topic(name))
            topic = self._topics[name] = _Topic(described, sorted(described), available)
        return topic
