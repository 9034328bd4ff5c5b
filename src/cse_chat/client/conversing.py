"""Following by WebSocket."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from cse_chat.client.errors import UnintelligibleError
from cse_chat.client.events import Event, Gap, decode_event
from cse_chat.client.gateways import Gateway
from cse_chat.client.interruptions import (
    BlockedWayError,
    BrokenConnectionError,
    InterruptedFollowingError,
    NothingMoreError,
)
from cse_chat.client.looking import fetched, look
from cse_chat.client.responses import outcome_in
from cse_chat.client.retries import Patience
from cse_chat.client.sockets import ClosedSocketError, Dial, Socket
from cse_chat.client.subjects import Subject, path_of_question

_PING: Final = b'{"type":"ping"}'
_RESUME: Final = frozenset({1001, 1011, 1012, 1013, 1014, 4408, 4503})
_TOO_FAST: Final = 4429
_TOO_FAST_SECONDS: Final = 2.0
_UNSAID: Final = frozenset({None, 1000, 1005, 1006})


async def conversed(
    gateway: Gateway,
    subject: Subject,
    *,
    after: str | None,
    patience: Patience,
    heard: Callable[[], None],
    dial: Dial,
) -> AsyncGenerator[Event]:
    """Yield what *gateway* tells behind *after*: what it has, then by socket what comes.

    The look comes first because a socket makes a thread of ours that is not there, and tells of a
    thread alone. For one question it is looked again where its outcome may be missing: behind a
    gap, and when nothing is heard of it, past its deadline say. What is told twice is yielded twice.

    Args:
        gateway: Who tells.
        subject: Of what.
        after: A cursor; ``None``: from the first event on.
        patience: How long it may be silent.
        heard: Told of every frame.
        dial: Opens the socket.

    Raises:
        BlockedWayError: Something is wrong with sockets here: another way can say what, or go on.
        BrokenConnectionError: It is interrupted: go on behind what was yielded last.
        BusyGatewayError: It cannot tell now.
        NothingMoreError: Nothing ever comes any more.
        ProblemError: It refuses.
        UnintelligibleError: It sends what is no event.
    """
    looks = _Looks(gateway, subject, after)
    for event in await looks():
        yield event
    looks.require_more()
    thread_id = await looks.thread_id()
    quiet = _Quiet(patience)
    async with (
        dial(gateway, thread_id, within=patience.first_bytes) as socket,
        aclosing(_told(socket, looks.reached, patience, heard)) as events,
    ):
        async for told in events:
            if told and subject.concerns(told):
                yield told
                looks.reached = told.cursor
                quiet.is_broken()
            if subject.correlation_id and (isinstance(told, Gap) or quiet.is_long):
                for event in await looks():
                    yield event
                looks.require_more()
                quiet.is_broken()


class _Looks:
    """Looks at what there is behind what was told.

    Attributes:
        reached: The cursor behind which to look next; ``None``: nothing comes any more, or nothing
            was told yet.
    """

    def __init__(self, gateway: Gateway, subject: Subject, after: str | None) -> None:
        self._gateway = gateway
        self._subject = subject
        self._thread_id = subject.thread_id
        self.reached = after

    async def __call__(self) -> Sequence[Event]:
        """Return some of what happened meanwhile."""
        seen = await look(self._gateway, self._subject.path, after=self.reached)
        self.reached = seen.next
        events = [decode_event(bytes(event)) for event in seen.events]
        if events:
            self._thread_id = events[0].thread_id
        return events

    def require_more(self) -> None:
        """See that the last look was not behind the outcome.

        Raises:
            NothingMoreError: It was.
        """
        if self.reached is None:
            raise NothingMoreError

    async def thread_id(self) -> str:
        """Return in which thread it all happens; it is asked for only if no event says it."""
        if self._thread_id is None:
            question = path_of_question(self._subject.correlation_id or "")
            self._thread_id = outcome_in(await fetched(self._gateway, question)).thread_id
        return self._thread_id


class _Quiet:
    """How long nothing is heard of a question; what happens to others is no sign of its life."""

    def __init__(self, patience: Patience) -> None:
        self._monotonic = patience.monotonic
        self._longest = patience.silence.total_seconds() / 2
        self._since = self._monotonic()

    @property
    def is_long(self) -> bool:
        """Whether it is time to look."""
        return self._monotonic() - self._since >= self._longest

    def is_broken(self) -> None:
        """Note that something was heard."""
        self._since = self._monotonic()


async def _told(
    socket: Socket, after: str | None, patience: Patience, heard: Callable[[], None]
) -> AsyncGenerator[Event | None]:
    """Yield the events behind *after*, and ``None`` for every other sign of life."""
    is_heard = False
    try:
        await socket.send(msgspec.json.encode({"type": "follow", "after": after}))
        async with aclosing(_frames(socket, patience)) as frames:
            async for frame in frames:
                is_heard = True
                heard()
                yield _event_in(frame)
    except ClosedSocketError as closed:
        raise _interruption(closed, is_heard=is_heard) from closed


async def _frames(socket: Socket, patience: Patience) -> AsyncGenerator[bytes]:
    """Yield what is said; who is silent is asked for a word, and given up if there is none."""
    longest = patience.silence.total_seconds() / 2
    wait = patience.first_bytes.total_seconds()
    silence: InterruptedFollowingError | None = BlockedWayError("the socket is silent")
    await socket.send(_PING)  # a thread in which nothing happens would not say that it is there
    while True:
        try:
            async with asyncio.timeout(wait):
                frame = await socket.receive()
        except TimeoutError as error:
            if silence:
                raise silence from error
            await socket.send(_PING)
            silence = BrokenConnectionError("the socket is silent")
        else:
            yield frame
            silence, wait = None, longest


class _Frame(msgspec.Struct, frozen=True):
    type: str
    cursor: str | None = None


def _event_in(data: bytes) -> Event | None:
    """Return the event that a frame is; ``None`` if it is a reply."""
    try:
        frame = msgspec.json.decode(data, type=_Frame)
        event = decode_event(data) if frame.cursor is not None else None
    except (msgspec.MsgspecError, UnicodeError, UnintelligibleError) as error:
        raise BlockedWayError(f"no frame: {error}", is_certain=False) from error
    if frame.type == "error" and event is None:
        raise BlockedWayError("the service refuses to go on here", is_certain=False)
    return event


def _interruption(closed: ClosedSocketError, *, is_heard: bool) -> InterruptedFollowingError:
    """Return how to go on after a close: with a socket, or in a way in which more can be said."""
    if closed.code == _TOO_FAST:
        return BrokenConnectionError(str(closed), after=_TOO_FAST_SECONDS)
    if closed.code in _RESUME or (closed.code in _UNSAID and is_heard):
        return BrokenConnectionError(str(closed))
    return BlockedWayError(str(closed), is_certain=False)
