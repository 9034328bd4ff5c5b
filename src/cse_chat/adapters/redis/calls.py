"""What one caller asks of the server, and waits for."""

import asyncio
from collections.abc import Sequence
from typing import Any

from cse_chat.adapters.redis.errors import transport_error
from cse_chat.adapters.redis.scripts.loading import Script

Argument = str | bytes | int
Reply = Any
"""What a script or command returns: whatever the protocol has."""


class Call:
    """A command or script somebody waits for.

    Attributes:
        since: When it was asked for, or sent, by the loop's clock.
        is_repeated: It was sent before, on a connection that broke.
        is_loaded: Its script was sent before it.
    """

    __slots__ = ("arguments", "future", "is_loaded", "is_repeated", "keys", "script", "since")

    def __init__(
        self,
        script: Script | None,
        keys: Sequence[str],
        arguments: Sequence[Argument],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.since = loop.time()
        self.future: asyncio.Future[Reply] = loop.create_future()
        self.script = script
        self.keys = keys
        self.arguments = arguments
        self.is_repeated = False
        self.is_loaded = False

    def packed(self, run_id: str) -> tuple[Argument, ...]:
        """Return it as the client library takes it, for a server of this run."""
        if self.script is None:
            return tuple(self.arguments)
        count = len(self.keys)
        return ("EVALSHA", self.script.digest, count, *self.keys, run_id, *self.arguments)

    def end(self, reply: Reply) -> None:
        """Give the caller its reply, or the error that *reply* is."""
        if self.future.done():  # whoever asked was cancelled; the command was not
            return
        if isinstance(reply, BaseException):
            error = transport_error(reply)
            error.__cause__ = reply
            self.future.set_exception(error)
        else:
            self.future.set_result(reply)
