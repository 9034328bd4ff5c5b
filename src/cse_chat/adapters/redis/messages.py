"""What is said on the channels that a connection has subscribed to."""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from typing_extensions import override

from cse_chat.adapters.redis.takeover import INCOMPLETE, reader_for, take_over

Told = Callable[[bytes, str, Any], None]


class Messages(asyncio.Protocol):
    """Tells each message as it is received.

    Attributes:
        ended: Fails with what ended it: the connection, the server, or who was told.
    """

    def __init__(self, connection: AbstractConnection, told: Told) -> None:
        """Begin to read.

        Args:
            connection: Connected and greeted; whoever made it closes it.
            told: Called with the kind of each message, its channel, and what it says.
        """
        self._told = told
        self._reader = reader_for(connection)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport = take_over(connection, self)

    @override
    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            while (message := self._reader.gets()) is not INCOMPLETE:
                if isinstance(message, RedisError):
                    raise message  # noqa: TRY301 - the server's word, as it is
                kind, channel, said = message
                self._told(kind, channel.decode(), said)
        except Exception as error:  # noqa: BLE001 - whoever waits for the end is told
            self._end(error)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or RedisConnectionError("lost"))

    def _end(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)
