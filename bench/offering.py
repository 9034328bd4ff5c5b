"""Questions at given rates, each one's fate written down: ``python -m bench.offering``.

It reads an `OfferPlan` as JSON, writes the line ``began`` with the moment of its first question (by
`time.monotonic`, which all processes of a machine share), and in the end its `Fate`s as JSON. The
loop is open: what is due is asked, over a new connection if all others wait.
"""

import asyncio
import gc
import sys
import time
from dataclasses import dataclass
from typing import Final, cast

import msgspec
import uvloop
from typing_extensions import override

from bench.answers import OK, Answer, AnswerReader, UnreadableAnswerError, is_right

ANSWERED: Final = "answered"
OPEN: Final = "open"
ENDED: Final = "ended without an answer"
REFUSED: Final = "refused"
UNKNOWN: Final = "acceptance unknown"
NO_CONNECTION: Final = "no connection left"

_KINDS_OF_503: Final = {
    "not-accepted": REFUSED,
    "overloaded": REFUSED,
    "acceptance-unknown": UNKNOWN,
}
_TICK: Final = 0.001
_OPENED_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPlan:
    """What is offered to whom.

    Attributes:
        phases: Questions a second, and for how many seconds; one after the other.
        expected: See `Plan.expected`.
        opened: Connections that are there before the first question: many new ones at once are
            answered late by the kernel already, which is nothing that is measured here.
        connections: At most; what is due while all of them wait is not asked.
        patience: Seconds for what is unanswered in the end.
    """

    host: str
    port: int
    phases: tuple[tuple[float, float], ...]
    expected: str
    opened: int = 0
    connections: int = 9_000
    patience: float = 45


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one question.

    Attributes:
        due: Seconds from the first question until this one.
        done: Seconds from the first question until it was told what follows.
        kind: One of the words above, else what went wrong.
        correlation_id: Empty where none was told.
    """

    due: float
    done: float
    kind: str
    correlation_id: str


class _Told(msgspec.Struct):
    """What is read of a response without an answer."""

    type: str = ""
    correlation_id: str | None = None


class Asker(asyncio.Protocol):
    """One connection, on which one question is asked after the other."""

    def __init__(self, offer: "Offer") -> None:
        self._offer = offer
        self._reader = AnswerReader()
        self._transport: asyncio.Transport | None = None
        self._due = 0.0
        self._expected: bytes | None = None  # None while nothing is asked

    @property
    def connected(self) -> bool:
        """Whether it can ask."""
        return self._transport is not None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, due: float, question: bytes, expected: bytes) -> None:
        """Send a question that was due then."""
        assert self._transport  # noqa: S101 -- whoever asks has looked
        self._due, self._expected = due, expected
        self._transport.write(question)

    @override
    def data_received(self, data: bytes) -> None:
        try:
            answer = self._reader.feed(data)
        except UnreadableAnswerError:
            self._end("unreadable answer")
            return
        if answer is None or self._expected is None:
            return
        kind, correlation_id = fate_of(answer, self._expected)
        self._expected = None
        self._offer.note(self._due, kind, correlation_id)
        self._offer.free.append(self)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._expected is None and self.connected:
            self._offer.closed()  # it idled for long
        self._end("connection lost")

    def _end(self, reason: str) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        if self._expected is not None:
            self._expected = None
            self._offer.closed()
            self._offer.note(self._due, reason, "")


class Offer:
    """All questions of a plan.

    Attributes:
        fates: Of what has ended.
        free: Connections that wait for nothing, the last one first.
    """

    def __init__(self, plan: OfferPlan) -> None:
        self._plan = plan
        self._head = (
            f"POST /api/chat HTTP/1.1\r\nHost: {plan.host}:{plan.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._expected = plan.expected.encode()
        self._began = 0.0
        self._asked = 0
        self._waiting = 0
        self._connections = 0
        self._connecting: set[asyncio.Task[None]] = set()
        self.fates: list[Fate] = []
        self.free: list[Asker] = []

    def note(self, due: float, kind: str, correlation_id: str) -> None:
        """Write down what became of a question."""
        self._waiting -= 1
        self.fates.append(Fate(due, self._now(), kind, correlation_id))

    def closed(self) -> None:
        """Note that there is one connection fewer."""
        self._connections -= 1

    async def make(self) -> list[Fate]:
        """Ask, and return what became of everything."""
        await self._open(min(self._plan.opened, self._plan.connections))
        self._began = time.monotonic()
        sys.stdout.write(f"began {self._began}\n")
        sys.stdout.flush()
        start = 0.0
        for rate, seconds in self._plan.phases:
            given, now = 0, 0.0
            while now < seconds:
                await asyncio.sleep(_TICK)
                now = min(self._now() - start, seconds)  # what is due at the end is asked, too
                for number in range(given, int(now * rate)):
                    self._put(start + number / rate)
                given = max(given, int(now * rate))
            start += seconds
        end = self._now() + self._plan.patience
        while self._waiting and self._now() < end:  # noqa: ASYNC110 -- nothing is measured now
            await asyncio.sleep(_TICK)
        unanswered = Fate(0, self._now(), "no answer", "")
        return [*self.fates, *[unanswered] * self._waiting]

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _put(self, due: float) -> None:
        self._waiting += 1
        # The one that was used last: what idles for seconds is closed by the server, perhaps just
        # when something is asked there.
        while self.free:
            asker = self.free.pop()
            if asker.connected:
                self._ask(asker, due)
                return
        if self._connections >= self._plan.connections:
            self.note(due, NO_CONNECTION, "")
            return
        self._connections += 1
        connecting = asyncio.create_task(self._ask_anew(due))
        self._connecting.add(connecting)
        connecting.add_done_callback(self._connecting.discard)

    async def _open(self, count: int) -> None:
        for start in range(0, count, _OPENED_AT_ONCE):
            some = range(start, min(start + _OPENED_AT_ONCE, count))
            self.free += await asyncio.gather(*(self._connect() for _ in some))
            self._connections += len(some)

    async def _connect(self) -> Asker:
        loop = asyncio.get_running_loop()
        place = self._plan.host, self._plan.port
        _, asker = await loop.create_connection(lambda: Asker(self), *place)
        return asker

    async def _ask_anew(self, due: float) -> None:
        try:
            asker = await self._connect()
        except OSError:
            self._connections -= 1
            self.note(due, "cannot connect", "")
        else:
            self._ask(asker, due)

    def _ask(self, asker: Asker, due: float) -> None:
        self._asked += 1
        text = b"question %07d of the offer" % self._asked
        body = b'{"message":"%b"}' % text
        expected = self._expected.replace(b"{question}", text)
        asker.ask(due, b"%b%d\r\n\r\n%b" % (self._head, len(body), body), expected)


def fate_of(answer: Answer, expected: bytes) -> tuple[str, str]:
    """Return kind and correlation id, which is empty for what has an answer."""
    if answer.status == OK:
        return (ANSWERED if is_right(answer, expected) else "wrong answer"), ""
    try:
        told = msgspec.json.decode(answer.body, type=_Told)
    except msgspec.DecodeError:
        return f"status {answer.status}", ""
    slug = told.type.rpartition("/")[2]
    by_status = {
        202: OPEN,
        409: ENDED,
        502: ENDED,
        503: _KINDS_OF_503.get(slug),
        504: ENDED if slug == "expired" else OPEN,
    }
    kind = by_status.get(answer.status)
    if kind is None or (kind != REFUSED and not told.correlation_id):
        kind = f"status {answer.status} {slug}".rstrip()
    return kind, told.correlation_id or ""


def main() -> None:
    """Do what standard input says."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=OfferPlan)
    gc.disable()  # a collection would make questions late; nothing here makes cycles
    fates = uvloop.run(Offer(plan).make())
    sys.stdout.buffer.write(msgspec.json.encode(fates))
    sys.stdout.buffer.flush()


if __name__ == "__main__":  # pragma: no cover - the command line itself
    main()
