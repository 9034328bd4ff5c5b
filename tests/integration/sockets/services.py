"""The embedded service in the test's own loop, behind a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from uvicorn import Server

from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.server import PING
from cse_chat.entrypoints.sockets import SocketLimits
from cse_chat.entrypoints.websocket_protocol import BoundedWebSocketProtocol
from tests.clients import serving, url_of
from tests.gateway.graphs import a_container


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    container: Container
    server: Server

    @property
    def closed(self) -> dict[str, int]:
        """How many sockets were closed, by code, without those that none was closed with."""
        counts = self.container.sockets().closed
        return {code: count for code, count in counts.items() if count}

    @property
    def connections(self) -> list[BoundedWebSocketProtocol]:
        """Sockets as the server has them."""
        found = self.server.server_state.connections
        return [each for each in found if isinstance(each, BoundedWebSocketProtocol)]


@asynccontextmanager
async def a_service(
    agent: Agent | None = None,
    *,
    limits: SocketLimits | None = None,
    ping: timedelta = PING,
    **providing: Any,  # noqa: ANN401 -- as `a_container`
) -> AsyncGenerator[Service]:
    """Serve the graph of `a_container`, with *limits* and a *ping* interval of one's own."""
    container = a_container(agent, socket_limits=limits or SocketLimits(), **providing)
    async with serving(create_app(container), ping=ping) as server:
        yield Service(url_of(server), container, server)
