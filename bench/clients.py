"""One client of the closed loop, and the tally that all of them keep."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from typing import cast

from typing_extensions import override

from bench.answers import OK, AnswerReader, UnreadableAnswerError, is_right
from bench.plans import Plan


class Tally:
    """What the clients of one run share.

    Attributes:
        counting: Whether right answers count now; errors always do.
        since: Only answers to what was asked, or was due, then or later.
        latencies: Seconds, of each answer that counted.
        ended: Set when nobody shall ask again.
        enough: Set once there are as many answers as clients, or will be no more.
        quiet: Set while nobody waits for an answer.
    """

    def __init__(self, *, clients: int, requests: int) -> None:
        self.counting = False
        self.since = 0.0
        self.latencies = array("d")
        self.errors: Counter[str] = Counter()
        self.ended = asyncio.Event()
        self.enough = asyncio.Event()
        self.quiet = asyncio.Event()
        self.quiet.set()
        self._clients = clients
        self._present = clients
        self._requests = requests
        self._waiting = 0

    def asked(self) -> None:
        """Note one more who waits."""
        self._waiting += 1
        self.quiet.clear()

    def answered(self) -> None:
        """Note one fewer."""
        self._waiting -= 1
        if not self._waiting:
            self.quiet.set()

    def succeeded(self, began: float) -> None:
        """Count a right answer, to what was asked at *began* by `time.perf_counter`."""
        if self.counting and began >= self.since:
            self.latencies.append(time.perf_counter() - began)
            if len(self.latencies) >= self._clients:
                self.enough.set()
            if len(self.latencies) == self._requests:
                self.counting = False
                self._end()

    def failed(self, reason: str) -> None:
        """Count an error."""
        self.errors[reason] += 1

    def left(self) -> None:
        """Note that a client will not come again; without any the run is over."""
        self._present -= 1
        if not self._present:
            self._end()

    def _end(self) -> None:
        self.ended.set()
        self.enough.set()


class Client(asyncio.Protocol):
    """One connection: ask, check the answer, ask again, until the tally has ended.

    A client whose connection is lost stays away, so a server that drops connections loses load,
    and each drop is one error.

    Attributes:
        port: Where it asks.
    """

    def __init__(
        self,
        number: int,
        plan: Plan,
        tally: Tally,
        *,
        when_free: Callable[["Client"], None] | None = None,
    ) -> None:
        """Store the arguments.

        Args:
            number: Among all clients, from 0.
            plan: What it does.
            tally: Is told what comes of it.
            when_free: Called after each answer until the end; `None`: it asks again.
        """
        self.port = plan.ports[number % len(plan.ports)]
        self._number = number
        self._plan = plan
        self._tally = tally
        self._when_free = when_free or Client.ask
        self._reader = AnswerReader()
        self._expecting = plan.expected.encode()
        self._head = (
            f"POST /api/chat HTTP/1.1\r\nHost: {plan.host}:{self.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._transport: asyncio.Transport | None = None
        self._asked = 0
        self._expected: bytes | None = None  # None while nothing is asked
        self._began = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def ask(self, due: float | None = None) -> None:
        """Send the next question; no two of all clients are the same.

        Args:
            due: When it should have been sent, by `time.perf_counter`; `None`: now.
        """
        if self._transport is None:  # it was lost before the first question
            return
        self._asked += 1
        question = b"question %07d of client %04d" % (self._asked, self._number)
        body = b'{"message":"%b"%b}' % (question, self._thread())
        self._expected = self._expecting.replace(b"{question}", question)
        self._tally.asked()
        self._began = time.perf_counter() if due is None else due
        self._transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))

    def _thread(self) -> bytes:
        threads = self._plan.threads
        if not threads:
            return b""
        turn = self._number + self._asked * self._plan.clients
        return b',"thread_id":"bench-%04d"' % (turn % threads)

    @override
    def data_received(self, data: bytes) -> None:
        try:
            answer = self._reader.feed(data)
        except UnreadableAnswerError:
            self._give_up("unreadable answer")
            return
        if answer is None:
            return
        if self._expected is None:
            self._give_up("answer without a question")
            return
        if is_right(answer, self._expected):
            self._tally.succeeded(self._began)
        else:
            self._tally.failed("wrong answer" if answer.status == OK else f"status {answer.status}")
        self._expected = None
        self._tally.answered()
        if self._tally.ended.is_set():
            self.hang_up()  # now: a server may end what is idle while others still wait
        else:
            self._when_free(self)

    @property
    def connected(self) -> bool:
        """Whether it can ask."""
        return self._transport is not None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._give_up("connection lost")

    def hang_up(self) -> None:
        """Leave; a question that is still open is an error."""
        if self._expected is not None:
            self._give_up("no answer")
        elif self._transport is not None:
            transport, self._transport = self._transport, None
            transport.close()

    def _give_up(self, reason: str) -> None:
        if self._transport is None:  # it has left already
            return
        transport, self._transport = self._transport, None
        transport.abort()
        self._tally.failed(reason)
        if self._expected is not None:
            self._expected = None
            self._tally.answered()
        self._tally.left()
