"""What a client knows of the partitions of topics."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka.client import AIOKafkaClient

from cse_chat.adapters.kafka.errors import transport_error
from cse_chat.adapters.kafka.partitioning import partition_of
from cse_chat.adapters.kafka.waiters import Waiters


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
        error: Why the look found nothing.
        is_over: Whether it has ended, and they are told.
    """

    waiters: Waiters = field(default_factory=Waiters)
    look: asyncio.Task[None] | None = None
    error: Exception | None = None
    is_over: bool = False

    def tell(self) -> None:
        """Let all go on."""
        self.is_over = True
        self.waiters.tell()

    def give_up(self) -> None:
        """Look no more: the library does so without a limit, and for ever once it is closed."""
        if self.look is not None:
            self.look.cancel()
        self.tell()


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
        """Whether those of *topic* are known, and all who waited for them have gone on."""
        return self.are_known(topic) and topic not in self._learners

    async def learn(self, topic: str, deadline: float) -> None:
        """Wait until those of *topic* are known, or `give_up` is called.

        All who wait go on in the same turn of the loop, and who comes meanwhile behind them: who then
        gives a record to the client at once stays in the order of numbers.

        Raises:
            TransportError: They were not known until *deadline*, or cannot be looked for.
        """
        learners = self._learners.get(topic)
        if learners is None or (learners.is_over and not self.are_known(topic)):
            learners = self._learners[topic] = _Learners()
            learners.look = asyncio.create_task(self._look(topic, learners))
        try:
            if learners.is_over:
                await learners.waiters.follow()
            else:
                await learners.waiters.wait(deadline)
        except TimeoutError as error:
            raise transport_error(error) from error
        finally:
            if not learners.waiters.are_there:
                learners.give_up()
                if self._learners.get(topic) is learners:
                    del self._learners[topic]
        if learners.error is not None and not self.are_known(topic):
            raise transport_error(learners.error) from learners.error

    def give_up(self) -> None:
        """Let go who waits: this client is of no more use."""
        for learners in self._learners.values():
            learners.give_up()

    def of(self, topic: str, key: bytes | None) -> int | None:
        """Return where a record of *topic* with *key* goes now; ``None`` if that is not known."""
        known = self._topic(topic)
        return partition_of(key, known.partitions, known.available) if known else None

    async def _look(self, topic: str, learners: _Learners) -> None:
        try:
            await self._client._wait_on_metadata(topic)  # noqa: SLF001 - as the library's producer
        except Exception as error:  # noqa: BLE001 - whatever it is: else they would wait in vain
            learners.error = error
        finally:
            learners.tell()

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
