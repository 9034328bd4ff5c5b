"""Many clients that wait, a process of its own: ``python -m bench.waiters``.

It reads a `WaitingPlan`, a line of JSON, and says a `Look`, a line of JSON, at each of its levels;
after each it waits for a line. Those who wait go when it ends.
"""

import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

import msgspec
import uvloop
from typing_extensions import override

from bench.answers import OK, AnswerReader
from bench.frames import PING, PONG, TEXT, FrameReader, NoHandshakeError, frame, handshake
from bench.processes import cpu_seconds

ASKING: Final = "asking"
FOLLOWING: Final = "following"
OPEN: Final = "open"

_PROBES_EVERY: Final = 0.01  # seconds
_ASKING_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPlan:
    """Who asks whom.

    Attributes:
        pid: Of the server.
        by: What they do; see `BY_KIND`.
        levels: How many shall wait, ascending.
        per_second: How many begin to.
        settling: Seconds between the last question and the look.
        seconds: How long a look takes.
    """

    host: str
    port: int
    pid: int
    by: str = ASKING
    levels: tuple[int, ...]
    per_second: int
    settling: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen of a server while some waited.

    Attributes:
        waiting: Who have asked, and have no answer; or whose socket is open.
        errors: How often what went wrong until now, in sum.
        busy: Share of a processor that the server took.
        probes_ms: How long ``GET /health/live`` took, ascending; one every 10 ms, each counted
            from when it was due, so that a server that hangs is in every one that it delays.
    """

    waiting: int
    errors: dict[str, int]
    busy: float
    probes_ms: list[float]


class Waiter(asyncio.Protocol):
    """One connection on which nothing is expected to come.

    Attributes:
        waits: Whether it does, now.
    """

    def __init__(self, number: int, plan: WaitingPlan, errors: Counter[str]) -> None:
        self._number, self._plan, self._errors = number, plan, errors
        self._transport: asyncio.Transport | None = None
        self._is_gone = False
        self.waits = False

    @property
    def opening(self) -> bytes:
        """What is said as soon as it is connected."""
        raise NotImplementedError

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self.opening)

    def leave(self) -> None:
        """Wait no longer."""
        self.waits = False
        self._is_gone = True
        if self._transport:
            self._transport.abort()

    def write(self, data: bytes) -> None:
        """Say something."""
        if self._transport:
            self._transport.write(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.fail("connection lost")

    def fail(self, reason: str) -> None:
        """Note once why it does not wait any more."""
        self.waits = False
        if not self._is_gone:
            self._is_gone = True
            self._errors[reason] += 1


class Asker(Waiter):
    """Asks once as soon as it is connected; whatever comes then is an error."""

    @property
    @override
    def opening(self) -> bytes:
        body = b'{"message":"question of waiter %05d"}' % self._number
        self.waits = True
        return (
            f"POST /api/chat HTTP/1.1\r\nHost: {self._plan.host}:{self._plan.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    @override
    def data_received(self, data: bytes) -> None:
        self.fail(f"answered: {data[9:12].decode('ascii', 'replace')}")


class OpenSocket(Waiter):
    """Has a WebSocket open in a thread of its own, and answers pings."""

    _subprotocol = ""

    def __init__(self, number: int, plan: WaitingPlan, errors: Counter[str]) -> None:
        super().__init__(number, plan, errors)
        self._reader = FrameReader()

    @property
    @override
    def opening(self) -> bytes:
        path = f"/ws/chat/idle-{self._number}"
        return handshake(self._plan.host, self._plan.port, path, subprotocol=self._subprotocol)

    @override
    def data_received(self, data: bytes) -> None:
        try:
            for opcode, payload in self._reader.feed(data):
                if opcode == PING:
                    self.write(frame(PONG, payload))
                else:
                    self.fail(f"told: {payload[:60].decode('utf-8', 'replace')}")
        except NoHandshakeError as error:
            self.fail(str(error))
        if self._reader.is_open and not self.waits and not self._is_gone:
            self.waits = True
            self.opened()

    def opened(self) -> None:
        """Say what is said once it is open."""


class Follower(OpenSocket):
    """Follows its thread, in which nothing happens."""

    _subprotocol = "cse-chat.v1"

    @override
    def opened(self) -> None:
        self.write(frame(TEXT, b'{"type":"follow","after":null}'))


BY_KIND: Final[Mapping[str, Callable[[int, WaitingPlan, Counter[str]], Waiter]]] = {
    ASKING: Asker,
    FOLLOWING: Follower,
    OPEN: OpenSocket,
}
"""What those do who wait."""


class Probe(asyncio.Protocol):
    """A connection that asks whether the server lives, one question after the other."""

    def __init__(self, plan: WaitingPlan) -> None:
        self._question = (
            f"GET /health/live HTTP/1.1\r\nHost: {plan.host}:{plan.port}\r\n\r\n".encode()
        )
        self._reader = AnswerReader()
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self) -> int:
        """Return the status of the answer."""
        assert self._transport  # noqa: S101 -- it is connected
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(self._question)
        return await self._answered

    @override
    def data_received(self, data: bytes) -> None:
        answer = self._reader.feed(data)
        if answer and self._answered:
            self._answered.set_result(answer.status)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("lost"))


class Crowd:
    """All who wait at one server."""

    def __init__(self, plan: WaitingPlan) -> None:
        self._plan = plan
        self._errors: Counter[str] = Counter()
        self._waiters: list[Waiter] = []

    async def look_at(self, level: int) -> Look:
        """Let as many wait, and look at the server then."""
        await self._grow(level)
        await asyncio.sleep(self._plan.settling)
        began, before = time.perf_counter(), cpu_seconds(self._plan.pid)
        probes = await self._probed()
        busy = (cpu_seconds(self._plan.pid) - before) / (time.perf_counter() - began)
        return Look(
            waiting=sum(waiter.waits for waiter in self._waiters),
            errors=dict(self._errors),
            busy=busy,
            probes_ms=sorted(probes),
        )

    async def leave(self) -> None:
        """Let all of them go."""
        for waiter in self._waiters:
            waiter.leave()
        await asyncio.sleep(0)

    async def _grow(self, level: int) -> None:
        at_once = max(int(self._plan.per_second * _ASKING_EVERY), 1)
        while len(self._waiters) < level:
            pause = asyncio.create_task(asyncio.sleep(_ASKING_EVERY))
            new = range(len(self._waiters), min(len(self._waiters) + at_once, level))
            await asyncio.gather(*(self._ask(number) for number in new))
            await pause

    async def _ask(self, number: int) -> None:
        waiter = BY_KIND[self._plan.by](number, self._plan, self._errors)
        self._waiters.append(waiter)
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: waiter, self._plan.host, self._plan.port)
        except OSError:
            self._errors["cannot connect"] += 1

    async def _probed(self) -> list[float]:
        loop = asyncio.get_running_loop()
        transport, probe = await loop.create_connection(
            lambda: Probe(self._plan), self._plan.host, self._plan.port
        )
        await probe.ask()  # the first one makes what later ones find
        took = []
        due = time.perf_counter()
        end = due + self._plan.seconds
        while due < end:
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            status = await probe.ask()
            took.append((time.perf_counter() - due) * 1000)
            if status != OK:
                self._errors[f"probe: {status}"] += 1
            due += _PROBES_EVERY
        transport.close()
        return took


async def attend(plan: WaitingPlan) -> None:
    """Say how it looks at each level."""
    crowd = Crowd(plan)
    for level in plan.levels:
        look = await crowd.look_at(level)
        sys.stdout.write(msgspec.json.encode(look).decode() + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
    await crowd.leave()


def main() -> None:
    """Do what the first line of standard input says."""
    plan = msgspec.json.decode(sys.stdin.readline(), type=WaitingPlan)
    gc.disable()  # a collection would count as the server's latency
    uvloop.run(attend(plan))


if __name__ == "__main__":  # pragma: no cover - the command line itself
    main()
