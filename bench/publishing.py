"""A process that says something in many topics at a constant rate: ``python -m bench.publishing``.

It reads a `PublishingPlan`, a line of JSON, and answers with a `Published` once it is ready; then each
`Offer`, a line, with another.
"""

import asyncio
import logging
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog
import uvloop
from redis.exceptions import RedisError

from bench.publishers import OPENED, Publisher
from bench.stamps import LENGTH, stamped
from cse_chat.domain.errors import TransportError

_AGAIN_SECONDS: Final = 0.25  # like a worker


@dataclass(frozen=True, slots=True)
class Topic:
    """Where something is said.

    Attributes:
        kind: How; see `publishers.OPENED`.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingPlan:
    """Where Redis is, and all topics there will be."""

    redis: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What to say.

    Attributes:
        first: The number of the first in each topic.
        count: How many in each.
        rate: How many a second in each; topics take turns.
        chars: How long each text is.
    """

    first: int
    count: int
    rate: float
    chars: int = LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How it went.

    Attributes:
        seconds: From the first until all was recorded.
        late_ms: By how much each was said later than it was due, ascending.
        again: How often something was said again, because nobody knew.
        cpu: Seconds of processor time of the publisher.
    """

    seconds: float = 0
    late_ms: list[float] = field(default_factory=list)
    again: int = 0
    cpu: float = 0


class Offering:
    """One offer under way."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._late_ms: list[float] = []
        self._again = 0

    async def __call__(self, speaking: list[tuple[Publisher, str]]) -> Published:
        """Say it all."""
        began, cpu = time.perf_counter(), time.process_time()
        between = 1 / self._offer.rate / len(speaking)
        await asyncio.gather(
            *(
                self._say(publisher, topic, began + place * between)
                for place, (publisher, topic) in enumerate(speaking)
            )
        )
        return Published(
            seconds=time.perf_counter() - began,
            late_ms=sorted(self._late_ms),
            again=self._again,
            cpu=time.process_time() - cpu,
        )

    async def _say(self, publisher: Publisher, topic: str, due: float) -> None:
        """Say one after the other, as an attempt does; what is late is said at once."""
        for number in range(self._offer.first, self._offer.first + self._offer.count):
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            self._late_ms.append((time.perf_counter() - due) * 1000)
            await self._until_said(publisher, topic, number)
            due += 1 / self._offer.rate

    async def _until_said(self, publisher: Publisher, topic: str, number: int) -> None:
        while True:
            try:
                text = stamped(number, chars=self._offer.chars)
                await publisher.say(topic, number, text)
            except (TransportError, RedisError, OSError):
                self._again += 1
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return


async def publish(plan: PublishingPlan) -> None:
    """Say what is offered, until nothing more is."""
    async with AsyncExitStack() as stack:
        by_kind = {
            kind: await stack.enter_async_context(
                OPENED[kind](plan.redis, [each.name for each in plan.topics if each.kind == kind])
            )
            for kind in {topic.kind for topic in plan.topics}
        }
        speaking = [(by_kind[topic.kind], topic.name) for topic in plan.topics]
        _answer(Published())
        while line := await asyncio.to_thread(sys.stdin.readline):
            offer = msgspec.json.decode(line, type=Offer)
            _answer(await Offering(offer)(speaking))


def _answer(published: Published) -> None:
    sys.stdout.write(msgspec.json.encode(published).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":  # pragma: no cover - the command line itself
    # Standard output is for answers; that Redis is away is no news to who restarts it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(publish(msgspec.json.decode(sys.stdin.readline(), type=PublishingPlan)))
