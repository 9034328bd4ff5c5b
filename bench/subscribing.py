"""A process of many who follow: ``python -m bench.subscribing``.

It reads a `SubscribingPlan`, a line of JSON, and answers with a `Heard` once all are connected; then
each order, a line, with another.
"""

import asyncio
import gc
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
import uvloop

from bench.subscribers import BY_KIND, Subscriber, Tally

_AT_ONCE: Final = 25
_POLL_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """So many who follow one topic.

    Attributes:
        kind: How; see `subscribers.BY_KIND`.
        group: What is told of all of one group together.
        receives: Bytes that the kernel takes for each; 0 for as many as it likes.
    """

    kind: str
    port: int
    topic: str
    count: int
    group: str
    receives: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribingPlan:
    """Who follows what."""

    host: str
    seats: tuple[Seats, ...]


class Begin(msgspec.Struct, frozen=True, tag=True):
    """Forget what was, and expect the number *first* in each topic; nothing older counts."""

    first: int


class Settle(msgspec.Struct, frozen=True, tag=True):
    """Tell what was heard, once everybody has *last*, or after *patience* seconds."""

    last: int
    patience: float


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Have a group take nothing."""

    group: str


class GoOn(msgspec.Struct, frozen=True, tag=True):
    """Have a group take again what comes."""

    group: str


Order = Begin | Settle | Pause | GoOn


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHeard:
    """What a group has had; see `Tally`.

    Attributes:
        behind: Numbers that nobody left out, but that have not come yet, in sum.
        silent: How many have never heard anything.
        latencies_ms: Ascending.
    """

    latencies_ms: list[float]
    missing: int
    repeated: int
    gaps: int
    behind: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What all have had.

    Attributes:
        failures: How often what broke a connection, since it was connected.
        cpu: Seconds of processor time since it was begun.
    """

    groups: dict[str, GroupHeard] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    cpu: float = 0


class Subscribers:
    """All of them."""

    def __init__(self, plan: SubscribingPlan) -> None:
        self._plan = plan
        self._tallies = {seats.group: Tally() for seats in plan.seats}
        self._groups: dict[str, list[Subscriber]] = {group: [] for group in self._tallies}
        self._began = 0.0

    async def connect(self) -> None:
        """Connect all, some at a time."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def connect(seats: Seats, subscriber: Subscriber) -> None:
            async with gate:
                await self._connect(seats, subscriber)

        await asyncio.gather(*(connect(*each) for each in self._seated()))

    def _seated(self) -> Iterator[tuple[Seats, Subscriber]]:
        for seats in self._plan.seats:
            for _ in range(seats.count):
                tally = self._tallies[seats.group]
                subscriber = BY_KIND[seats.kind](tally, self._plan.host, seats.port, seats.topic)
                self._groups[seats.group].append(subscriber)
                yield seats, subscriber

    async def _connect(self, seats: Seats, subscriber: Subscriber) -> None:
        loop = asyncio.get_running_loop()
        end = socket.socket()
        end.setblocking(False)
        if seats.receives:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, seats.receives)
        try:
            await loop.sock_connect(end, (self._plan.host, seats.port))
            await loop.create_connection(lambda: subscriber, sock=end)
        except OSError as error:
            end.close()
            subscriber.fail(f"cannot connect: {error.strerror}")

    async def do(self, order: Order) -> Heard:
        """Do it, and say what was heard where that is asked for."""
        match order:
            case Begin(first):
                self._begin(first)
            case Settle(last, patience):
                return await self._settle(last, patience)
            case Pause(group):
                for subscriber in self._groups[group]:
                    subscriber.pause()
            case GoOn(group):
                for subscriber in self._groups[group]:
                    subscriber.go_on()
        return Heard()

    def _begin(self, first: int) -> None:
        for group, tally in self._tallies.items():
            del tally.latencies[:]
            tally.missing = tally.repeated = tally.gaps = 0
            tally.first = first
            for subscriber in self._groups[group]:
                subscriber.expected = first
        self._began = time.process_time()

    async def _settle(self, last: int, patience: float) -> Heard:
        end = time.monotonic() + patience
        while self._lag(last) and time.monotonic() < end:  # noqa: ASYNC110 -- hearing costs nothing more
            await asyncio.sleep(_POLL_SECONDS)
        failures = Counter(why for tally in self._tallies.values() for why in tally.failures)
        return Heard(
            groups={group: self._heard(group, last) for group in self._groups},
            failures=dict(failures),
            cpu=time.process_time() - self._began,
        )

    def _lag(self, last: int) -> bool:
        return any(
            subscriber.expected <= last
            for subscribers in self._groups.values()
            for subscriber in subscribers
        )

    def _heard(self, group: str, last: int) -> GroupHeard:
        tally, subscribers = self._tallies[group], self._groups[group]
        return GroupHeard(
            latencies_ms=sorted(tally.latencies),
            missing=tally.missing,
            repeated=tally.repeated,
            gaps=tally.gaps,
            behind=sum(max(last + 1 - subscriber.expected, 0) for subscriber in subscribers),
            silent=sum(not subscriber.has_heard for subscriber in subscribers),
        )

    def leave(self) -> None:
        """Let all of them go."""
        for subscribers in self._groups.values():
            for subscriber in subscribers:
                subscriber.leave()


async def subscribe(plan: SubscribingPlan) -> None:
    """Do what is ordered, until nothing more is."""
    subscribers = Subscribers(plan)
    await subscribers.connect()
    _answer(Heard())
    while line := await asyncio.to_thread(sys.stdin.readline):
        _answer(await subscribers.do(msgspec.json.decode(line, type=Order)))
    subscribers.leave()


def _answer(heard: Heard) -> None:
    sys.stdout.write(msgspec.json.encode(heard).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":  # pragma: no cover - the command line itself
    gc.disable()  # a collection would count as the server's latency
    uvloop.run(subscribe(msgspec.json.decode(sys.stdin.readline(), type=SubscribingPlan)))
