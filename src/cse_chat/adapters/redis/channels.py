"""Channels that a subscription hears for a while, while its connection lives."""

import asyncio
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

from redis.asyncio.connection import AbstractConnection

from cse_chat.adapters.redis.errors import FAILURES
from cse_chat.domain.errors import NotListeningError


class PassingChannels:
    """Asks for what is new and drops what is not wanted any more, one command each in a turn of the loop.

    Without a connection it only keeps what is wanted: the next one begins with all there is.

    Args:
        patience: How long who wants to hear a channel waits for its confirmation.
    """

    def __init__(self, *, patience: timedelta) -> None:
        self._patience = patience.total_seconds()
        # What is wanted and whether that is confirmed, the part of it that this connection was
        # asked for and how many confirmations that makes, and what of it has changed in this turn
        # of the loop.
        self._wanted: dict[str, asyncio.Future[None]] = {}
        self._asked_for: set[str] = set()
        self._unconfirmed: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._connection: AbstractConnection | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return how many are wanted."""
        return len(self._wanted)

    def hear(self, channel: str) -> None:
        """Hear *channel* until it is left; at once, or as soon as there is a connection."""
        if channel not in self._wanted:
            # An event would hold 900 bytes for each channel.
            self._wanted[channel] = asyncio.get_running_loop().create_future()
            self._change(channel)

    async def heard(self, channel: str) -> None:
        """Return once *channel* is confirmed, or left.

        Raises:
            NotListeningError: It was not confirmed.
        """
        confirmed = self._wanted.get(channel)
        if confirmed is None or confirmed.done():
            return
        await asyncio.wait({confirmed}, timeout=self._patience)
        if not confirmed.done():
            raise NotListeningError("Redis: a channel was not confirmed")

    def leave(self, channel: str) -> None:
        """Hear *channel* no more."""
        _say(self._wanted.pop(channel))
        self._change(channel)

    # --- the life of a connection -----------------------------------------------------------------

    def begin(self, connection: AbstractConnection) -> Collection[str]:
        """Return what *connection* is to be asked for now; what changes is asked for behind it."""
        self._asked_for = set(self._wanted)
        self._unconfirmed = Counter(self._asked_for)
        self._connection = connection
        return self._asked_for.copy()

    def confirm(self, channel: str) -> bool:
        """Take a confirmation of *channel*; return whether it is wanted here, and heard now.

        One of what was left meanwhile says nothing of what came after it.
        """
        self._unconfirmed[channel] -= 1
        if self._unconfirmed[channel] > 0:
            return False
        del self._unconfirmed[channel]
        if channel not in self._wanted or channel not in self._asked_for:
            return False
        _say(self._wanted[channel])
        return True

    def lose(self) -> None:
        """Count none as confirmed any more."""
        loop = asyncio.get_running_loop()
        for channel, confirmed in self._wanted.items():
            if confirmed.done():  # else somebody may wait for it
                self._wanted[channel] = loop.create_future()

    def end(self) -> None:
        """Ask this connection for nothing more."""
        self._connection = None

    async def aclose(self) -> None:
        """Leave nothing behind that still asks; there is no connection any more."""
        for task in self._sending:
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending)

    def _change(self, channel: str) -> None:
        if not self._changed:
            asyncio.get_running_loop().call_soon(self._send_changes)
        self._changed.add(channel)

    def _send_changes(self) -> None:
        changed, self._changed = self._changed, set()
        if self._connection is None:
            return  # the next connection begins with all there is
        # Also what was left and is wanted again in the same turn: asking twice confirms twice.
        wanted = self._wanted.keys() & changed
        new = [c for c in wanted if not self._wanted[c].done()]
        old = [c for c in changed if c not in self._wanted and c in self._asked_for]
        self._asked_for.difference_update(old)
        self._asked_for.update(new)
        self._unconfirmed.update(new)
        for name, channels in (("SUBSCRIBE", new), ("UNSUBSCRIBE", old)):
            if channels:
                # A task of its own: a listener that is cancelled would else drop the connection.
                task = asyncio.create_task(_send(self._connection, name, channels))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)


def _say(confirmed: asyncio.Future[None]) -> None:
    if not confirmed.done():
        confirmed.set_result(None)


async def _send(connection: AbstractConnection, command: str, channels: Collection[str]) -> None:
    if connection.is_connected:  # else sending would connect it again
        with suppress(*FAILURES):  # the reader learns of it, too
            await connection.send_command(command, *channels, check_health=False)
