"""Proxies that do to connections what networks do."""

import asyncio
import random

from typing_extensions import override

from tests.integration.faults.proxy import Proxy

FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"


class CuttingProxy(Proxy):
    """Cuts answers somewhere: what came before the cut arrives, or gets lost with it.

    Attributes:
        longest: Bytes of most answers that come through at most; of some ten times as many, else
            the largest event would never arrive. ``None``: all of them.
        cuts: How many it cut.
    """

    def __init__(self, server_port: int, *, kind: bytes) -> None:
        """Store the arguments; *kind* is how the answers begin that are cut."""
        super().__init__(server_port)
        self._chance = random.Random(7)  # noqa: S311 -- the same cuts each time
        self._kind = kind
        self.longest: int | None = None
        self.cuts = 0

    @override
    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, carried: list[int]
    ) -> None:
        left: int | None = None
        while data := await source.read(65_536):
            if left is None and data.startswith(self._kind) and self.longest:
                left = self._chance.randrange(1, self.longest) * self._chance.choice([1, 1, 1, 10])
            sink.write(data[:left])
            if left is not None:
                left -= len(data)
            if left is not None and left <= 0:
                self.cuts += 1
                if self._chance.random() < 0.3:
                    sink.transport.abort()
                return
            await sink.drain()


class SocketlessProxy(Proxy):
    """Lets no WebSocket through, as some companies have it.

    Attributes:
        answer: What it says instead; nothing and closes, if it is empty, and keeps who asks
            waiting, if it is ``None``.
        refused: How many it refused.
    """

    def __init__(self, server_port: int, answer: bytes | None) -> None:
        super().__init__(server_port)
        self.answer = answer
        self.refused = 0

    @override
    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read(65_536)  # all of the head: it is small
        if b"\r\nUpgrade: websocket\r\n" not in data:
            reader.feed_data(data)
            await super()._connected(reader, writer)
            return
        self.refused += 1
        if self.answer is None:
            await reader.read()
        writer.write(self.answer or b"")


class WithholdingProxy(SocketlessProxy):
    """Lets no answer through before it is complete, and no WebSocket at all.

    Attributes:
        withheld: How many streams it kept.
    """

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port, FORBIDDEN)
        self.withheld = 0

    @override
    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, carried: list[int]
    ) -> None:
        is_withheld = False
        while data := await source.read(65_536):
            if data.startswith(b"HTTP/1.1 200") and b"text/event-stream" in data:
                is_withheld = True
                self.withheld += 1
            if not is_withheld:
                sink.write(data)
                await sink.drain()
