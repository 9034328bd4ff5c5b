"""How far behind the records of its partitions a consumer is."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from cse_chat.adapters.kafka.errors import FAILURES

_LOOK_EVERY: Final = 5.0  # seconds
_ANSWERED_WITHIN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """What is left of one partition.

    Attributes:
        unread: Records that the consumer has not read.
        unfinished: Records behind what the group has committed, read or not.
    """

    unread: int
    unfinished: int


class Lags:
    """Tells the lags of one consumer, from what its own fetching brings along.

    A partition that is paused brings nothing: its end is asked for, from time to time.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._ends: Mapping[TopicPartition, int] = {}
        self._looked_at = -_LOOK_EVERY

    async def look(self) -> None:
        """Ask for the ends of what is paused; it costs something only now and then."""
        now = asyncio.get_running_loop().time()
        paused = self._consumer.paused()
        if not paused or now - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = now
        with suppress(*FAILURES):
            async with asyncio.timeout(_ANSWERED_WITHIN):
                self._ends = await self._consumer.end_offsets(list(paused))

    def told(self, committed: Mapping[int, int]) -> Mapping[TopicPartition, Lag]:
        """Return the lag of each partition that is assigned and whose end is known.

        Args:
            committed: Where the group would begin, for each partition in which that is not where
                the consumer is.
        """
        found: dict[TopicPartition, Lag] = {}
        # Looking at it all is asking nobody; only `position` would wait for an answer.
        subscription = self._consumer._subscription.subscription  # noqa: SLF001 - as said
        assignment = subscription and subscription.assignment
        if assignment is None:
            return found
        for place in assignment.tps:
            state = assignment.state_value(place)
            if not state.has_valid_position:
                continue
            ends = (state.highwater, self._ends.get(place))
            end = max((end for end in ends if end is not None), default=None)
            if end is not None:
                begin = committed.get(place.partition, state.position)
                found[place] = Lag(max(0, end - state.position), max(0, end - begin))
        return found
