"""Whether a consumer still moves: some stand still after a broker's restart, and never say so."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaConsumer

from cse_chat.adapters.kafka.errors import FAILURES

_POLLED_WITHIN: Final = 60.0  # seconds; a rebalance keeps it waiting, but not so long
_LOOK_EVERY: Final = 15.0
_ANSWERED_WITHIN: Final = 5.0
_BEHIND_LOOKS: Final = 2


class Liveness:
    """Compares, from time to time, where a consumer is with where its partitions end.

    See aiokafka issue 1154.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._looked_at = asyncio.get_running_loop().time()
        self._positions: dict[object, int] = {}
        self._behind = 0

    async def is_given(self, *, last_polled: float) -> bool:
        """Say whether it moves, or has no reason to; it costs something only now and then."""
        now = asyncio.get_running_loop().time()
        if now - last_polled > _POLLED_WITHIN:
            return False
        if now - self._looked_at < _LOOK_EVERY:
            return True
        self._looked_at = now
        self._behind = self._behind + 1 if await self._stands_still() else 0
        return self._behind < _BEHIND_LOOKS

    async def _stands_still(self) -> bool:
        """Say whether a partition has records that it did not come nearer to since the last look."""
        consumer = self._consumer
        before = self._positions
        wanted = consumer.assignment() - consumer.paused()
        try:
            async with asyncio.timeout(_ANSWERED_WITHIN):
                ends = await consumer.end_offsets(list(wanted)) if wanted else {}
                self._positions = {place: await consumer.position(place) for place in wanted}
        except FAILURES:
            self._positions = {}
            return False  # Kafka is away, or the group is being shared out anew
        return any(
            before.get(place) == position < ends[place]
            for place, position in self._positions.items()
        )


def is_member(consumer: AIOKafkaConsumer) -> bool:
    """Say whether *consumer* is one of its group, as far as is known."""
    coordinator = consumer._coordinator  # noqa: SLF001 - nothing public says so
    return (
        coordinator is not None
        and coordinator.generation > 0
        and coordinator.coordinator_id is not None
    )
