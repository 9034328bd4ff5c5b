"""A proxy between clients and a server, which breaks their connections now and then."""

import asyncio
import socket
import struct
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Self

from typing_extensions import override

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
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._tasks: set[asyncio.Task[None]] = set()
        self.reset_after: int | None = None
        self.passed = 0
        self.resets = 0

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self.port = starting.result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _end(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Cancelled when the proxy ends; asyncio would log that.
        with suppress(asyncio.CancelledError):
            try:
                await self._connected(reader, writer)
            finally:
                writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            return
        carried = [0]
        pumps = [
            asyncio.create_task(self._pump(source, sink, carried))
            for source, sink in ((reader, back), (there, writer))
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)
            back.close()

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
