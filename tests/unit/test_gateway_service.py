"""What runs in a gateway beside its routes."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.adapters.listeners import Listeners
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.entrypoints.gateway import GatewayService
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.sockets import Sockets
from tests.builders import a_request, an_outcome
from tests.memory import Memory
from tests.waiting import until


@pytest.fixture
def memory() -> Memory:
    """One that loses every announcement, so that only looking finds an outcome."""
    return Memory(loses_announcements=True)


@pytest.fixture
def readiness() -> Readiness:
    return Readiness(dict)


def a_service(memory: Memory, readiness: Readiness) -> GatewayService:
    listeners: Listeners = memory.replies
    return GatewayService(
        sweep_replies=memory.sweep_replies(),
        listeners=listeners,
        followers=memory.events.followers,
        sockets=Sockets(),
        readiness=readiness,
    )


async def _waited(memory: Memory, heard: list[Outcome | None]) -> None:
    request = a_request()
    async with memory.replies.listen(request.correlation_id) as next_reply:
        await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(timedelta(seconds=1))
        heard.append(await next_reply(timedelta(seconds=5)))


async def test_lost_announcements_are_looked_for_as_long_as_it_is_open(
    memory: Memory, readiness: Readiness
) -> None:
    heard: list[Outcome | None] = []

    async with a_service(memory, readiness), asyncio.timeout(5):
        await _waited(memory, heard)

    assert [outcome is not None for outcome in heard] == [True]


async def test_they_are_looked_for_after_each_gap(memory: Memory, readiness: Readiness) -> None:
    """At once, and not at the next pass."""
    request = a_request()
    async with (
        a_service(memory, readiness),
        memory.replies.listen(request.correlation_id) as next_reply,
    ):
        await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(timedelta(seconds=1))
        await memory.replies.on_gap()

        assert await next_reply(timedelta(0)) == an_outcome(request)


async def test_draining_lets_everybody_go_and_takes_nobody(
    memory: Memory, readiness: Readiness
) -> None:
    request = a_request()
    readiness.started = True
    service = a_service(memory, readiness)

    async def wait() -> Outcome | None:
        async with memory.replies.listen(request.correlation_id) as next_reply:
            return await next_reply(timedelta(minutes=1))

    async with service, asyncio.timeout(5):
        waiting = asyncio.create_task(wait())
        await until(lambda: len(memory.replies) == 1)
        service.drain()

        assert await waiting is None
        assert await wait() is None
    assert (readiness.draining, readiness.ready) == (True, False)
