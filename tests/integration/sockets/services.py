"""The embedded service in the test's own loop, behind a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cse_chat.domain.ports.agent import Agent
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.sockets import SocketLimits
from tests.clients import listening
from tests.gateway.graphs import a_container


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    container: Container

    @property
    def closed(self) -> dict[str, int]:
        """How many sockets were closed, by code, without those that none was closed with."""
        counts = self.container.sockets().closed
        return {code: count for code, count in counts.items() if count}


@asynccontextmanager
async def a_service(
    agent: Agent | None = None,
    *,
    limits: SocketLimits | None = None,
    **providing: Any,  # noqa: ANN401 -- as `a_container`
) -> AsyncGenerator[Service]:
    """Serve the graph of `a_container`, with *limits* of one's own."""
    container = a_container(agent, socket_limits=limits or SocketLimits(), **providing)
    async with listening(create_app(container)) as url:
        yield Service(url, container)
