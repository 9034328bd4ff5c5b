"""Somebody who takes deliveries, and what tests ask of them."""

import asyncio
from collections.abc import Collection
from contextlib import aclosing, suppress
from typing import Self

from cse_chat.adapters.kafka.source import KafkaRequestSource
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.ports.requests import RequestLog
from tests.builders import a_question, a_request
from tests.integration.kafka.places import Place

BACK = 30  # seconds, at most, from the return of a server until it is used again


class Reader:
    """Somebody who takes deliveries, and finishes nothing unless told."""

    def __init__(self, source: KafkaRequestSource) -> None:
        self.source = source
        self.taken: list[Delivery] = []
        self.revoked: list[set[int]] = []
        self.finish_on_revoke = Finished()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._reading
        self._reading.cancel()
        await asyncio.wait({self._reading})

    @property
    def texts(self) -> list[str]:
        return [delivery.request.question.text for delivery in self.taken]

    async def _read(self) -> None:
        async with aclosing(self.source.deliveries(self._let_go)) as deliveries:
            async for delivery in deliveries:
                self.taken.append(delivery)

    async def _let_go(self, partitions: Collection[int]) -> None:
        self.revoked.append(set(partitions))
        await self.source.acknowledge(self.finish_on_revoke)


def finished(*deliveries: Delivery) -> Finished:
    """Return that *deliveries*, the first of their partitions, are finished."""
    found = Finished()
    for delivery in deliveries:
        record = delivery.record
        found = found.and_then(
            Finished(
                offsets={record.partition: (record.offset,)},
                positions={record.partition: record.offset + 1},
            )
        )
    return found


async def append(log: RequestLog, *texts: str, thread: str = "thread") -> None:
    for text in texts:
        await log.append(a_request(a_question(text, thread_id=thread)))


def offset_of(delivery: Delivery) -> tuple[int, int]:
    return delivery.record.partition, delivery.record.offset


def firsts(taken: Collection[Delivery]) -> list[Delivery]:
    """Return the first delivery of each partition."""
    found: dict[int, Delivery] = {}
    for delivery in taken:
        found.setdefault(delivery.record.partition, delivery)
    return list(found.values())


def is_rising(taken: Collection[Delivery]) -> bool:
    last: dict[int, int] = {}
    for partition, offset in map(offset_of, taken):
        if offset <= last.get(partition, -1):
            return False
        last[partition] = offset
    return True


async def until_acknowledged(reader: Reader, place: Place, position: int) -> None:
    """Finish the last delivery: it comes again for as long as the group is being dealt out anew."""
    async with asyncio.timeout(BACK):
        while list((await place.committed()).values()) != [position]:
            with suppress(TransportError):
                await reader.source.acknowledge(finished(reader.taken[-1]))


async def until_committed(place: Place, position: int) -> None:
    async with asyncio.timeout(15):
        while list((await place.committed()).values()) != [position]:
            pass
