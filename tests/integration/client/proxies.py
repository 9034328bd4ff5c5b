"""Proxies that do to connections what networks do."""

import asyncio
import random

from typing_extensions import override

from tests.integration.faults.proxy import Proxy


class CuttingProxy(Proxy):
    """Cuts every answer somewhere: what came before the cut arrives, or gets lost with it.

    Attributes:
        longest: Bytes of most answers that come through at most; of some ten times as many, else
            the largest event would never arrive. ``None``: all of them.
        cuts: How many it cut.
    """

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self._chance = random.Random(7)  # noqa: S311 -- the same cuts each time
        self.longest: int | None = None
        self.cuts = 0

    @override
    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, carried: list[int]
    ) -> None:
        left: int | None = None
        while data := await source.read(65_536):
            if left is None and data.startswith(b"HTTP/1.1") and self.longest:
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


class WithholdingProxy(Proxy):
    """Lets no answer through before it is complete, as some companies have it: no streams.

    Attributes:
        withheld: How many streams it kept.
    """

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
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
