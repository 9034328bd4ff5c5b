"""What is heard while a server confirms late: a slow one, played, that says what it is told to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.subscription import Subscription
from tests.listening import listening
from tests.unit.redis.words import words_from
from tests.waiting import until

PULSE, CHANNEL = "pulse", "beside"


@dataclass(slots=True)
class SlowServer:
    """Takes subscriptions at once, and confirms those beside the pulse when it is told to."""

    commands: list[tuple[str, str]] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    held_back: bytes = b""
    writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (words := await words_from(reader)) is not None:
            self._obey(words[0], words[1:], writer)

    def _obey(self, command: str, channels: list[str], writer: asyncio.StreamWriter) -> None:
        if command not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            writer.write(b"+OK\r\n")
            return
        self.writer = writer
        for channel in channels:
            self.commands.append((command, channel))
            if command == "SUBSCRIBE":
                self.channels.add(channel)
            else:
                self.channels.discard(channel)
            confirmation = _push(command.lower(), channel) + b":1\r\n"
            if channel == PULSE:
                writer.write(confirmation)
            else:
                self.held_back += confirmation

    def confirm(self, *, behind: bytes = b"") -> None:
        """Say what was held back, behind something else, in one piece."""
        assert self.writer
        self.writer.write(behind + self.held_back)
        self.held_back = b""


def _push(kind: str, channel: str) -> bytes:
    words = "".join(f"${len(word)}\r\n{word}\r\n" for word in (kind, channel))
    return f"*3\r\n{words}".encode()


@dataclass(slots=True)
class Heard:
    """Acts when something is heard, as whoever follows does."""

    subscription: Subscription | None = None

    def __call__(self, _channel: str, _message: bytes) -> None:
        assert self.subscription
        self.subscription.hear(CHANNEL)


@asynccontextmanager
async def subscribed() -> AsyncGenerator[tuple[SlowServer, Subscription]]:
    """Hear the pulse; whoever is told anything else begins to hear the channel."""
    played, heard = SlowServer(), Heard()
    async with listening(played.serve) as port:
        heard.subscription = subscription = Subscription(
            RedisConnection(f"redis://127.0.0.1:{port}/0"),
            of="events",
            channels=(),
            pulse=PULSE,
            heard=heard,
            again=lambda: None,
            silence=timedelta(hours=1),
            patience=timedelta(seconds=5),
        )
        async with subscription:
            yield played, subscription


async def test_what_was_left_and_is_wanted_again_is_heard_only_when_that_is_confirmed() -> None:
    """The first confirmation comes late, and is not the answer to the second wish."""
    async with subscribed() as (server, subscription):
        subscription.hear(CHANNEL)
        await until(lambda: server.commands[-1] == ("SUBSCRIBE", CHANNEL))
        first, server.held_back = server.held_back, b""
        subscription.leave(CHANNEL)
        await until(lambda: server.commands[-1] == ("UNSUBSCRIBE", CHANNEL))
        subscription.hear(CHANNEL)
        await until(lambda: server.commands[-1] == ("SUBSCRIBE", CHANNEL))
        second, server.held_back = server.held_back, first
        confirmed: list[str] = []
        subscription.on_confirmed = confirmed.append
        hearing = asyncio.create_task(subscription.heard(CHANNEL))

        server.confirm(behind=_push("message", PULSE) + b"$0\r\n\r\n")
        pulses: list[None] = []
        subscription.on_pulse = lambda: pulses.append(None)
        server.confirm(behind=_push("message", PULSE) + b"$0\r\n\r\n")
        await until(lambda: len(pulses) > 0)
        assert (confirmed, hearing.done()) == ([], False)

        server.held_back = second
        server.confirm()
        await hearing
        assert confirmed == [CHANNEL]


async def test_a_late_confirmation_does_not_keep_a_wish_from_the_server() -> None:
    async with subscribed() as (server, subscription):
        subscription.hear(CHANNEL)
        await until(lambda: server.commands[-1] == ("SUBSCRIBE", CHANNEL))
        first, server.held_back = server.held_back, b""
        subscription.leave(CHANNEL)
        await until(lambda: server.commands[-1] == ("UNSUBSCRIBE", CHANNEL))
        server.held_back = first

        # It is wanted again in the moment in which the confirmation is read.
        server.confirm(behind=_push("message", "other") + b"$0\r\n\r\n")
        await until(lambda: CHANNEL in server.channels)
        server.confirm()
        await subscription.heard(CHANNEL)
