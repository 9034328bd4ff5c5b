"""The proxy that breaks connections: however it is left, none of them is left to the collector."""

import asyncio
import gc
import socket
import threading
from collections.abc import Iterator

import pytest
from typing_extensions import override

from tests.integration.faults.proxy import Proxy


class LingeringProxy(Proxy):
    """Takes its time to end what goes the one way when the other has ended.

    Attributes:
        lingers: Set when it does.
    """

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self.lingers = threading.Event()

    @override
    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, carried: list[int]
    ) -> None:
        try:
            await super()._pump(source, sink, carried)
        except asyncio.CancelledError:
            self.lingers.set()
            await asyncio.sleep(0.1)
            raise


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_left_while_a_connection_ends_it_closes_that(server: socket.socket) -> None:
    with LingeringProxy(server.getsockname()[1]) as proxy:
        client = socket.create_connection(("127.0.0.1", proxy.port))
        there, _ = server.accept()
        client.close()
        assert proxy.lingers.wait(10)
    there.settimeout(10)
    with there:
        assert there.recv(1) == b""
    gc.collect()  # a connection that was left behind warns


def test_left_while_connections_are_made_it_closes_those(server: socket.socket) -> None:
    for _ in range(50):
        with Proxy(server.getsockname()[1]) as proxy:
            clients = [socket.create_connection(("127.0.0.1", proxy.port)) for _ in range(3)]
        for client in clients:
            client.close()
    gc.collect()


def test_left_while_the_server_reads_nothing_it_closes_that(server: socket.socket) -> None:
    with Proxy(server.getsockname()[1]) as proxy:
        client = socket.create_connection(("127.0.0.1", proxy.port))
        there, _ = server.accept()
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            while True:
                client.send(b"a" * 65_536)
        client.close()
    there.close()
    gc.collect()
