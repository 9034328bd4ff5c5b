"""A proxy between clients and a server, which breaks their connections now and then."""

import asyncio
import socket
import struct
from concurrent.futures import Future
from threading import Thread
from types import TracebackType
from typing import Self

from typing_extensions import override

from tests.listening import hung_up, listening

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, and what is unsent is lost


class Proxy:
    """Passes bytes on in a thread of its own; ends when it is left.

    Attributes:
        port: Where clients connect.
        passed: Bytes that went through, in both directions.
        reset_after: Bytes after which a connection is broken; ``None``: never.
        resets: Connections that were broken.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._opened: list[asyncio.StreamWriter] = []
        self.reset_after: int | None = None
        self.passed = 0
        self.resets = 0

    def __enter__(self) -> Self:
        up: Future[int] = Future()
        self._thread = Thread(target=asyncio.run, args=(self._serve(up),))
        self._thread.start()
        self.port = up.result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._left.set)
        self._thread.join()

    async def _serve(self, up: Future[int]) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        async with listening(self._connected) as port:
            up.set_result(port)
            await self._left.wait()
        await hung_up(self._opened)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            return
        self._opened.append(back)
        carried = [0]
        pumps = [
            asyncio.create_task(self._pump(source, sink, carried))
            for source, sink in ((reader, back), (there, writer))
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            back.close()  # before anything is awaited: who leaves the proxy cancels that as well
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, carried: list[int]
    ) -> None:
        """Pass bytes on until one side ends, or the connection has carried what it may."""
        while data := await source.read(65_536):
            self.passed += len(data)
            carried[0] += len(data)
            if self.reset_after is not None and carried[0] > self.reset_after:
                self.resets += 1
                linger: socket.socket = sink.get_extra_info("socket")
                linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                sink.transport.abort()
                return
            sink.write(data)
            await sink.drain()


class WithholdingProxy(Proxy):
    """Passes nothing on to the server that asks for a subscription, nor what comes behind it.

    Attributes:
        withholds: Whether it does now.
        withheld: How many connections it did that to.
    """

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self.withholds = False
        self.withheld = 0

    @override
    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, carried: list[int]
    ) -> None:
        while data := await source.read(65_536):
            self.passed += len(data)
            if self.withholds and b"\r\nSUBSCRIBE\r\n" in data:
                self.withheld += 1
                while self.withholds:  # noqa: ASYNC110 -- it is another thread that ends it
                    await asyncio.sleep(0.01)
            sink.write(data)
            await sink.drain()
