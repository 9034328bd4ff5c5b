"""What a group tells its members."""

from collections.abc import Awaitable, Callable, Collection

import structlog
from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from typing_extensions import override

_log = structlog.get_logger(__name__)


class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc] # it is not typed
    """Passes on which partitions of a topic are taken away, and that some are given."""

    def __init__(
        self,
        revoked: Callable[[Collection[int]], Awaitable[None]],
        assigned: Callable[[], None],
    ) -> None:
        self._revoked = revoked
        self._assigned = assigned

    @override
    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._revoked([place.partition for place in revoked])

    @override
    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Only tell: they are read from where they were committed."""
        self._assigned()
        _log.info("partitions_assigned", partitions=sorted(place.partition for place in assigned))
