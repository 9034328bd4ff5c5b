"""What a client knows of the partitions of topics."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka.client import AIOKafkaClient

from cse_chat.adapters.kafka.errors import transport_error
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
    """Those who wait for the partitions of a topic, and the look for them.

    Attributes:
        told: Done when the look is over: with why it found nothing, if so.
    """

    look: asyncio.Task[None]
    told: dict[asyncio.Future[Exception | None], None] = field(default_factory=dict)


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
        """Whether those of *topic* are known, and all who wait for them have been told so."""
        return self.are_known(topic) and topic not in self._learners

    async def learn(self, topic: str, deadline: float) -> None:
        """Wait until those of *topic* are known, or `give_up` is called.

        All who wait go on in the same turn of the loop, and nobody before them: who gives a record
        to the client before another turn begins stays in the order of numbers.

        Raises:
            TransportError: They were not known until *deadline*, or cannot be looked for.
        """
        learners = self._learners.get(topic)
        if learners is None:
            learners = _Learners(asyncio.create_task(self._look(topic)))
            self._learners[topic] = learners
        told: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        learners.told[told] = None
        try:
            async with asyncio.timeout_at(deadline):
                error = await told
        except TimeoutError as late:
            error = late
        finally:
            del learners.told[told]
            if not learners.told and self._learners.get(topic) is learners:
                # The library looks without a limit, and for ever once it is closed.
                learners.look.cancel()
                del self._learners[topic]
        if error is not None:
            raise transport_error(error) from error

    def give_up(self) -> None:
        """Let go who waits: this client is of no more use."""
        for topic, learners in list(self._learners.items()):
            learners.look.cancel()
            self._tell(topic, None)

    def of(self, topic: str, key: bytes | None) -> int | None:
        """Return where a record of *topic* with *key* goes now; ``None`` if that is not known."""
        known = self._topic(topic)
        return partition_of(key, known.partitions, known.available) if known else None

    async def _look(self, topic: str) -> None:
        error: Exception | None = None
        try:
            await self._client._wait_on_metadata(topic)  # noqa: SLF001 - as the library's producer
        except Exception as failure:  # noqa: BLE001 - whatever it is: else they would wait in vain
            error = failure
        self._tell(topic, error)

    def _tell(self, topic: str, error: Exception | None) -> None:
        for told in self._learners.pop(topic).told:
            if not told.done():  # who waited may have been cancelled in this very turn
                told.set_result(error)

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
