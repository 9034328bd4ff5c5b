"""Who talks to this process over a WebSocket, and how much was said."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

CLOSE_CODES: Final = (
    *("1000", "1001", "1005", "1007", "1009", "1011", "1012"),
    *("4400", "4404", "4408", "4413", "4429", "4503"),
)
"""Those that are ours, or that a client closes with that has no reason of its own."""

OTHER_CODE: Final = "other"

_LOOKS_AFTER: Final = 1 / 60  # of the time that nothing need be said


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """What is borne of a client.

    Attributes:
        frame_bytes: The size of a frame.
        frames_per_second: How many frames may come, in the long run.
        burst: How many may come at once.
        waiting: Questions and cancellations that wait for their turn.
        not_taking: How long a frame of ours may not be taken.
        idle: How long nothing need be said, by either side.
        finishing: How long what is in hand may take once the socket ends.
    """

    frame_bytes: int = 64 * 1024
    frames_per_second: float = 20
    burst: int = 40
    waiting: int = 64
    not_taking: timedelta = timedelta(seconds=30)
    idle: timedelta = timedelta(hours=1)
    finishing: timedelta = timedelta(seconds=30)


class Conversing(Protocol):
    """One open socket."""

    def leave(self) -> None:
        """End soon, and let the other side go on elsewhere."""
        ...

    def look(self) -> None:
        """End if neither side said anything for too long."""
        ...


class Sockets:
    """Every open socket of this process, so that all can be let go.

    Attributes:
        most: How many may be open at once.
        is_let_go: Whether nobody is kept any more.
    """

    def __init__(self, *, most: int = 10_000) -> None:
        self.most = most
        self._looking: asyncio.TimerHandle | None = None
        self.is_let_go = False
        self._open: set[Conversing] = set()
        self._coming = 0
        self._none_is_open = asyncio.Event()
        self._none_is_open.set()
        self._frames: Counter[str] = Counter()
        self._closed: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """Whether no other may be opened."""
        return len(self._open) + self._coming >= self.most

    @property
    def frames(self) -> dict[str, int]:
        """How many frames came in and went out."""
        return {direction: self._frames[direction] for direction in ("in", "out")}

    @property
    def closed(self) -> dict[str, int]:
        """How many were closed, by the code; codes that are a client's own are one."""
        return {code: self._closed[code] for code in (*CLOSE_CODES, OTHER_CODE)}

    @contextmanager
    def letting_in(self) -> Iterator[None]:
        """Keep a place for one that is not open yet, while this is entered."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1

    @contextmanager
    def holding(self, conversation: Conversing, *, idle: timedelta) -> Iterator[None]:
        """Count it as open while this is entered; told to leave once everybody is.

        Args:
            conversation: One of a socket.
            idle: How long it may be quiet; it is told to look a little later.
        """
        self._open.add(conversation)
        self._none_is_open.clear()
        if self._looking is None:
            self._look_later(idle.total_seconds() * _LOOKS_AFTER)
        if self.is_let_go:
            conversation.leave()
        try:
            yield
        finally:
            self._open.discard(conversation)
            if not self._open:
                self._none_is_open.set()
                self._look_no_more()

    def _look_later(self, seconds: float) -> None:
        # One for all: a timer of its own is a fortieth of what an open socket holds.
        self._looking = asyncio.get_running_loop().call_later(seconds, self._look, seconds)

    def _look(self, seconds: float) -> None:
        for conversation in self._open:
            conversation.look()
        self._look_later(seconds)

    def _look_no_more(self) -> None:
        if self._looking:
            self._looking.cancel()
            self._looking = None

    def count_in(self) -> None:
        """Note that a frame came."""
        self._frames["in"] += 1

    def count_out(self, frames: int) -> None:
        """Note that so many were taken."""
        self._frames["out"] += frames

    def count_closed(self, code: int) -> None:
        """Note that one was closed with *code*."""
        self._closed[str(code) if str(code) in CLOSE_CODES else OTHER_CODE] += 1

    def let_go(self) -> None:
        """Tell everybody to leave, now and from now on: the process ends."""
        self.is_let_go = True
        for conversation in tuple(self._open):
            conversation.leave()

    async def gone(self, *, within: timedelta) -> None:
        """Return once none is open, or *within* is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()):
                await self._none_is_open.wait()
