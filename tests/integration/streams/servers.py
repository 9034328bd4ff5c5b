"""The in-memory graph behind the server of the product, in the test's own loop."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from httpx import AsyncClient

from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.entrypoints.connections import SlowReaders
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.http.users import LOCAL_USER
from cse_chat.entrypoints.processes import embedded
from cse_chat.entrypoints.server import DrainingServer, listening_socket, server_config
from tests.builders import a_question, a_request, an_outcome
from tests.contracts.recorded import utterances
from tests.gateway.graphs import a_container
from tests.waiting import until


@dataclass(slots=True)
class Speaker:
    """An attempt that says what it is told to."""

    container: Container
    request: ChatRequest
    claim: Claim
    said: int = 0

    @property
    def path(self) -> str:
        return f"/api/threads/{self.request.thread_id}/events"

    @property
    def own_path(self) -> str:
        return f"/api/chat/{self.request.correlation_id}/events"

    async def say(self, text: str) -> None:
        spoken = utterances(Delta(text), first=self.said + 1, piece=self.said)
        await self.container.memory_ledger().record(self.claim, spoken)
        self.said += 1

    async def end(self) -> None:
        await self.container.memory_ledger().settle(an_outcome(self.request), claim=self.claim)

    async def recorded(self) -> list[bytes]:
        """Return what is kept of the thread."""
        events = self.container.memory_events()
        kept: list[bytes] = []
        cursor, more = None, True
        while more:
            stretch = await events.since(ThreadId(self.request.thread_id), cursor, limit=10_000)
            kept += [event.json for event in stretch.events]
            cursor, more = stretch.cursor, stretch.more
        return kept


@dataclass(frozen=True, slots=True)
class Served:
    """What is served."""

    container: Container
    server: DrainingServer
    client: AsyncClient
    port: int

    @property
    def followers(self) -> int:
        return len(self.container.memory_events().followers)

    @property
    def open_streams(self) -> int:
        return sum(self.container.streams().open.values())

    def unread(self) -> int:
        """Return how many bytes the server holds for clients that did not take them yet."""
        connections = self.server.server_state.connections
        return sum(one.transport.get_write_buffer_size() for one in connections)

    def end(self) -> None:
        """Do as a signal does."""
        self.server.handle_exit(signal.SIGTERM, None)

    async def speaker(self) -> Speaker:
        """Return somebody who speaks in a thread of its own."""
        question = a_question(user_id=LOCAL_USER)
        request = a_request(question, asked_at=self.container.now()())
        await self.container.memory_threads().own(request.thread_id, LOCAL_USER)
        claim = await self.container.memory_ledger().claim(request, Durability.MEMORY)
        assert isinstance(claim, Claim)
        return Speaker(self.container, request, claim)


@asynccontextmanager
async def serving(slow_readers: SlowReaders | None = None) -> AsyncGenerator[Served]:
    """Serve until the body ends, or until it ends it."""
    container = a_container()
    process = embedded(container)
    app = create_app(container, process)
    config = server_config(
        app, graceful=timedelta(seconds=5), most_connections=5_000, slow_readers=slow_readers
    )
    budget = timedelta(seconds=1)
    server = DrainingServer(config, ready=lambda: None, drain=lambda: process.drain(budget))
    listener = listening_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with app.lifespan(), AsyncClient(base_url=url, timeout=30) as client:
        task = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        served = Served(container, server, client, port)
        try:
            yield served
        finally:
            await client.aclose()
            if not server.should_exit:
                served.end()
            await task
