"""Registrations that had to wait, over a server that is a flag."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from cse_chat.adapters.redis.registrations import Registrations
from cse_chat.domain.errors import NotOwnerError, TransportError
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import Clock, a_request
from tests.waiting import until

KAFKA = Durability.KAFKA
MINUTE = timedelta(seconds=60)


class Server:
    """Takes registrations while it is there, but for those that are another's."""

    def __init__(self) -> None:
        self.is_there = True
        self.foreign: set[str] = set()
        self.has: list[ChatRequest] = []
        self.asked = 0
        self.clock = Clock()

    async def register(self, request: ChatRequest, durability: Durability) -> None:
        assert durability is KAFKA
        self.asked += 1
        if not self.is_there:
            raise TransportError("away")
        if request.correlation_id in self.foreign:
            raise NotOwnerError(request.thread_id)
        self.has.append(request)

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    @asynccontextmanager
    async def registrations(self, *, most: int = 1000) -> AsyncGenerator[Registrations]:
        registrations = Registrations(
            self.register,
            most=most,
            remembered_for=MINUTE,
            every=timedelta(milliseconds=1),
            monotonic=self._seconds,
        )
        async with registrations:
            yield registrations


async def test_what_is_kept_is_written_once_the_server_is_there() -> None:
    server = Server()
    server.is_there = False
    requests = [a_request() for _ in range(600)]
    async with server.registrations() as registrations:
        for request in requests:
            registrations.keep(request, KAFKA)
        await until(lambda: server.asked > 600)
        assert len(registrations) == 600

        server.is_there = True
        await until(lambda: not len(registrations))

    assert server.has == requests


async def test_the_same_request_is_kept_once() -> None:
    server = Server()
    server.is_there = False
    request = a_request()
    async with server.registrations() as registrations:
        registrations.keep(request, KAFKA)
        registrations.keep(request, KAFKA)

        assert len(registrations) == 1


async def test_what_is_anothers_is_counted_and_holds_up_nobody() -> None:
    server = Server()
    foreign, own = a_request(), a_request()
    server.foreign = {foreign.correlation_id}
    async with server.registrations() as registrations:
        registrations.keep(foreign, KAFKA)
        registrations.keep(own, KAFKA)
        await until(lambda: not len(registrations))

    assert (server.has, registrations.refused) == ([own], 1)


async def test_of_too_many_the_oldest_are_dropped_and_counted() -> None:
    server = Server()
    server.is_there = False
    requests = [a_request() for _ in range(5)]
    async with server.registrations(most=3) as registrations:
        for request in requests:
            registrations.keep(request, KAFKA)
        dropped = registrations.dropped
        server.is_there = True
        await until(lambda: not len(registrations))

    assert (server.has, dropped) == (requests[2:], 2)


async def test_a_new_server_gets_what_was_written_in_the_last_minute() -> None:
    server = Server()
    old, young = a_request(), a_request()
    async with server.registrations() as registrations:
        registrations.written(old, KAFKA)
        server.clock.advance(timedelta(seconds=30))
        registrations.written(young, KAFKA)
        server.clock.advance(timedelta(seconds=30))

        registrations.again()
        await until(lambda: not len(registrations))

        assert server.has == [young]


async def test_what_was_written_again_is_remembered_for_the_next_new_server() -> None:
    server = Server()
    request = a_request()
    async with server.registrations() as registrations:
        registrations.written(request, KAFKA)
        for _ in range(2):
            registrations.again()
            await until(lambda: not len(registrations))

    assert server.has == [request, request]


async def test_what_is_over_is_not_begun() -> None:
    """Leaving what was never entered is no error: an opening that failed is left, too."""
    registrations = Registrations(Server().register)

    await registrations.__aexit__()

    assert len(registrations) == 0
