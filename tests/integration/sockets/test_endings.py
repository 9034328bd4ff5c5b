"""How sockets end, and that nothing of them is left."""

import asyncio
import time
from datetime import timedelta

import pytest

from cse_chat.domain.errors import MalformedRecordError, NotFoundError, TransportError
from cse_chat.entrypoints.sockets import SocketLimits
from tests.gateway.graphs import HeldAgent
from tests.integration.sockets.agents import HangingAgent, TalkativeAgent
from tests.integration.sockets.clients import Client, Frame, events, talking
from tests.integration.sockets.ports import AwayThreads, FailingEvents, HeldAsking, HeldEvents
from tests.integration.sockets.services import Service, a_service
from tests.waiting import until

SHORTLY = timedelta(milliseconds=300)


def is_left(service: Service) -> bool:
    """Say whether nobody talks any more, and nobody follows."""
    return not len(service.container.sockets()) and not len(
        service.container.memory_events().followers
    )


async def comes_and_goes(service: Service, number: int) -> None:
    """Say nothing or something; close as one should, or be gone."""
    async with talking(service.url, f"t{number % 7}") as client:
        if number % 4 == 1:
            await client.says("follow")
        if number % 4 == 2:
            await client.says("ask", ref="a", message="Top stocks?")
            await client.hears()
        if number % 3 == 0:
            await client.vanishes()


async def test_a_thousand_that_come_and_go_leave_nothing_behind() -> None:
    async with a_service() as service:
        await comes_and_goes(service, 2)
        await until(lambda: is_left(service))
        before = asyncio.all_tasks()

        for first in range(0, 1_000, 50):
            async with asyncio.TaskGroup() as tasks:
                for number in range(first, first + 50):
                    tasks.create_task(comes_and_goes(service, number))
        await until(lambda: is_left(service))

        await until(lambda: asyncio.all_tasks() <= before)
        assert sum(service.closed.values()) == 1_001
        assert set(service.closed) <= {"1000", "1005"}


async def test_a_client_that_hangs_up_cancels_nothing() -> None:
    agent = HeldAgent()
    async with a_service(agent) as service:
        async with talking(service.url) as client:
            await client.says("ask", ref="a", message="Top stocks?")
            await client.hears()
        await until(lambda: is_left(service))
        agent.let_go.set()

        async with talking(service.url) as again:
            await again.says("follow")
            told = await again.hears_the_outcome()

    assert told[-1]["response"] == "Top stocks?, after 0 exchanges"


async def test_whoever_hangs_up_at_once_has_asked() -> None:
    async with a_service() as service:
        async with talking(service.url) as client:
            await client.says("ask", ref="a", message="Top stocks?")
        async with talking(service.url) as again:
            await again.says("follow")
            told = await again.hears_the_outcome()

    assert told[-1]["type"] == "answered"


async def test_a_draining_service_sends_what_is_there_and_closes_with_1012() -> None:
    async with a_service(HangingAgent()) as service:
        async with (
            talking(service.url) as asker,
            talking(service.url) as follower,
            talking(service.url) as idle,
            talking(service.url, subprotocol=None) as plain,
        ):
            await follower.says("follow")
            await asker.says("ask", ref="a", message="Top stocks?")
            await asker.hears_until(lambda frame: frame["type"] == "delta")
            service.container.gateway().drain()

            assert await asker.is_closed_with() == 1012
            assert await follower.is_closed_with() == 1012
            assert await idle.is_closed_with() == 1012
            assert await plain.is_closed_with() == 1012
        await until(lambda: is_left(service))
        async with talking(service.url) as late:
            assert await late.is_closed_with() == 1012


async def test_what_cannot_be_read_while_all_are_to_leave_breaks_no_socket() -> None:
    held = HeldEvents()
    async with a_service(memory_events=held) as service, talking(service.url) as client:
        await client.says("follow")
        await held.entered.wait()
        service.container.gateway().drain()
        for _ in range(20):  # until it waits for its follower
            await asyncio.sleep(0)
        held.let_go.set()

        assert await client.is_closed_with() == 1012


async def test_a_drain_waits_for_nobody_who_cannot_be_told_because_a_store_is_away() -> None:
    threads = AwayThreads()
    async with a_service(memory_threads=threads) as service, talking(service.url) as client:
        threads.is_away = True
        asked = threads.asked
        await client.says("follow")
        await until(lambda: threads.asked > asked)
        service.container.gateway().drain()

        async with asyncio.timeout(5):  # not as long as it would finish what is in hand
            assert await client.is_closed_with() == 1012


async def test_what_is_in_hand_is_finished_before_a_drain_closes() -> None:
    """Its sender is told its id, and can follow it elsewhere."""
    asking = HeldAsking()
    async with a_service(counted_asking=asking) as service, talking(service.url) as client:
        asking.send_chat = service.container.send_chat()
        await client.says("ask", ref="a", message="Top stocks?")
        await asking.entered.wait()
        service.container.gateway().drain()
        asking.let_go.set()
        reply = await client.hears()

        assert (reply["type"], reply["ref"]) == ("accepted", "a")
        assert await client.is_closed_with() == 1012


async def test_nobody_is_kept_who_says_nothing_and_is_told_nothing() -> None:
    limits, loop = SocketLimits(idle=SHORTLY), asyncio.get_running_loop()
    async with a_service(limits=limits) as service, talking(service.url) as client:
        opened_at = loop.time()
        while loop.time() < opened_at + 2 * SHORTLY.total_seconds():  # all of it signs of life
            await client.says("ping")
            await client.hears()
            await asyncio.sleep(0.1)  # a frame's distance, below the allowed pace

        assert await client.is_closed_with() == 4408


@pytest.mark.parametrize("first", ["drain", "look"])
async def test_a_drain_in_the_moment_in_which_all_were_idle_too_long_tells_everybody(
    first: str,
) -> None:
    limits = SocketLimits(idle=SHORTLY)
    async with (
        a_service(limits=limits) as service,
        talking(service.url) as one,
        talking(service.url) as other,
    ):
        for client in (one, other):
            await client.says("ping")
            await client.hears()
        time.sleep(SHORTLY.total_seconds() + 0.2)  # noqa: ASYNC251 -- so that nobody has looked yet
        sockets = service.container.sockets()
        sockets._look_no_more()  # by hand, in the same turn as the drain
        if first == "look":
            sockets._look(SHORTLY.total_seconds())
        sockets.let_go()
        if first == "drain":
            sockets._look(SHORTLY.total_seconds())

        assert [await one.is_closed_with(), await other.is_closed_with()] == [1012, 1012]


async def flood(client: Client) -> list[Frame]:
    """Have more said in the thread than anybody's buffers hold; return what a reader is told."""
    told = []
    for n in range(10):
        await client.says("ask", ref=str(n), message="Tell me all")
        told += events(await client.hears_the_outcome())
    return told


async def test_who_takes_nothing_is_closed_and_slows_nobody() -> None:
    """What a reader does not take costs a bounded amount for a bounded time."""
    agent = TalkativeAgent(pieces=70, size=10_000)
    limits = SocketLimits(not_taking=SHORTLY)
    async with (
        a_service(agent, limits=limits) as service,
        talking(service.url) as slow,
        talking(service.url) as quick,
    ):
        await slow.says("follow")
        slow.connection.transport.pause_reading()  # nothing is read from its socket any more
        told = await flood(quick)
        await until(lambda: "4503" in service.closed)
        slow.connection.transport.resume_reading()

        assert await slow.is_closed_with() == 4503
    assert "".join(event["response"] for event in told if event["type"] == "delta") == (
        agent.text * 10
    )


async def test_who_never_takes_anything_again_loses_the_connection() -> None:
    agent = TalkativeAgent(pieces=70, size=10_000)
    limits = SocketLimits(not_taking=SHORTLY)
    async with (
        a_service(agent, limits=limits) as service,
        talking(service.url) as slow,
    ):
        await slow.says("follow")
        slow.connection.transport.pause_reading()
        async with talking(service.url) as quick:
            await flood(quick)
        await until(lambda: not service.connections, seconds=20)
        await slow.vanishes()


async def test_a_thread_that_turns_out_to_be_anothers_is_closed() -> None:
    class Refusing:
        async def __call__(self, *_: object, **__: object) -> object:
            raise NotFoundError("thread t")

    async with (
        a_service(counted_asking=Refusing()) as service,
        talking(service.url) as client,
    ):
        await client.says("ask", ref="a", message="Top stocks?")
        error = await client.hears()

        assert error["problem"]["type"] == "/problems/not-found"
        assert await client.is_closed_with() == 4404


async def test_a_store_that_is_away_for_a_while_is_waited_for() -> None:
    """The client sees nothing of it but a pause."""
    failing = FailingEvents(TransportError("away"))
    async with a_service(memory_events=failing) as service, talking(service.url) as client:
        await client.says("follow")
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_the_outcome())

    assert [event["type"] for event in told] == ["accepted", "started", "delta", "answered"]
    assert not failing.failures


async def test_a_store_that_comes_back_is_read_from_where_it_was_left() -> None:
    failing = FailingEvents()
    async with a_service(memory_events=failing) as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Before")
        await client.hears_the_outcome()
        failing.failures.append(TransportError("away"))
        failing.followers.miss()
        await until(lambda: not failing.failures)
        await client.says("ask", ref="b", message="After")
        told = events(await client.hears_the_outcome())

    assert told[0]["message"] == "After"


async def test_whoever_asks_while_nothing_can_be_read_misses_nothing() -> None:
    """Nobody could say where the thread stood, so that all of it is told."""
    failing = FailingEvents(TransportError("away"), TransportError("still away"))
    async with a_service(memory_events=failing) as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_the_outcome())

    assert [event["type"] for event in told] == ["accepted", "started", "delta", "answered"]


async def test_what_cannot_be_read_is_an_error_and_the_socket_goes_on() -> None:
    failing = FailingEvents(MalformedRecordError("no event"))
    async with a_service(memory_events=failing) as service, talking(service.url) as client:
        await client.says("follow")
        error = await client.hears()
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_the_outcome())

    assert (error["ref"], error["problem"]["type"]) == (None, "/problems/malformed-record")
    assert told[-1]["type"] == "answered"


async def test_what_nobody_expects_closes_with_1011_and_is_logged() -> None:
    class Broken:
        async def __call__(self, *_: object, **__: object) -> object:
            raise LookupError

    async with a_service(counted_asking=Broken()) as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")

        assert await client.is_closed_with() == 1011
        await until(lambda: is_left(service))
