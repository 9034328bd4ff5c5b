"""What is said on a socket when all goes well."""

import asyncio
from itertools import pairwise

import pytest
from httpx import AsyncClient

from cse_chat.domain.errors import NotAcceptedError
from cse_chat.entrypoints.sockets import SocketLimits
from tests.builders import a_correlation_id
from tests.gateway.graphs import Failing
from tests.integration.sockets.agents import HangingAgent, TalkativeAgent
from tests.integration.sockets.clients import events, is_event, talking
from tests.integration.sockets.services import a_service
from tests.waiting import until


async def test_whoever_asks_is_told_all_that_comes_of_it() -> None:
    """Without a word about following: its own events cannot be missed."""
    async with a_service() as service, talking(service.url) as client:
        await client.says("ask", ref="a1", message=" Top stocks? ", metadata={"k": "v"})
        accepted, *told = await client.hears_the_outcome()

    correlation_id = accepted["correlation_id"]
    assert accepted == {
        "type": "accepted",
        "ref": "a1",
        "correlation_id": correlation_id,
        "thread_id": "t",
        "durability": "memory",
        "queue_position": 0,
    }
    assert [event["type"] for event in told] == ["accepted", "started", "delta", "answered"]
    assert all(is_event(event) for event in told)
    assert {event["correlation_id"] for event in told} == {correlation_id}
    assert told[0]["message"] == "Top stocks?"
    assert told[-1]["response"] == "Processed your query: 'Top stocks?'"


async def test_whoever_asks_is_not_told_what_was_before() -> None:
    async with a_service() as service, talking(service.url) as before:
        await before.says("ask", ref="1", message="Before")
        await before.hears_the_outcome()

        async with talking(service.url) as client:
            await client.says("ask", ref="2", message="After")
            told = events(await client.hears_the_outcome())

    assert told[0]["message"] == "After"


async def test_a_cursor_is_followed_on_by_exactly_what_is_behind_it() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_the_outcome())

        for n, seen in enumerate(told[:-1]):
            async with talking(service.url) as again:
                await again.says("follow", after=seen["cursor"])
                assert await again.hears_the_outcome() == told[n + 1 :]
        async with talking(service.url) as from_the_oldest:
            await from_the_oldest.says("follow")
            assert await from_the_oldest.hears_the_outcome() == told


async def test_following_again_begins_anew_and_ends_what_was_before() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_the_outcome())

        await client.says("follow")
        again = await client.hears_the_outcome()
        await client.says("ask", ref="b", message="And now?")
        later = events(await client.hears_the_outcome())
        await client.says("ping")

        assert (await client.hears())["type"] == "pong"
    assert again == told
    assert [event["type"] for event in later] == ["accepted", "started", "delta", "answered"]


async def test_a_cursor_of_which_nothing_is_known_is_a_gap() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_the_outcome())

        await client.says("follow", after=f"{'f' * 16}-7")
        gap, *after = await client.hears_the_outcome()

    assert (gap["type"], gap["requested"]) == ("gap", f"{'f' * 16}-7")
    assert gap["history_url"] == "/api/threads/t/messages"
    assert after == told


async def test_two_sockets_of_a_thread_are_told_the_same() -> None:
    agent = TalkativeAgent(pieces=300, size=20)
    async with (
        a_service(agent) as service,
        talking(service.url) as one,
        talking(service.url) as other,
    ):
        await one.says("follow")
        await other.says("follow")
        await one.says("ask", ref="1", message="First")
        await other.says("ask", ref="2", message="Second")
        by_socket = []
        for client in (one, other):
            frames = await client.hears_the_outcome()
            by_socket.append(events(frames + await client.hears_the_outcome()))

    assert by_socket[0] == by_socket[1]
    positions = [int(event["cursor"].partition("-")[2]) for event in by_socket[0]]
    assert all(after == before + 1 for before, after in pairwise(positions))


async def test_questions_of_a_socket_are_asked_in_their_order() -> None:
    async with a_service() as service, talking(service.url) as client:
        for n in range(10):
            await client.says("ask", ref=str(n), message=f"Question {n}")
        frames = []
        for _ in range(10):
            frames += await client.hears_the_outcome()

    replies = [frame["ref"] for frame in frames if not is_event(frame)]
    asked = [frame["message"] for frame in frames if "message" in frame]
    assert replies == [str(n) for n in range(10)]
    assert asked == [f"Question {n}" for n in range(10)]


async def test_a_running_question_is_cancelled_for_everybody() -> None:
    agent = HangingAgent()
    async with (
        a_service(agent) as service,
        talking(service.url) as asker,
        talking(service.url) as other,
    ):
        await asker.says("ask", ref="a", message="Forever?")
        accepted, *_ = await asker.hears_until(lambda frame: frame["type"] == "delta")
        correlation_id = accepted["correlation_id"]

        await other.says("cancel", ref="c", correlation_id=correlation_id)
        settled = await other.hears()
        *_, outcome = await asker.hears_the_outcome()

    assert (settled["type"], settled["ref"]) == ("settled", "c")
    assert settled["correlation_id"] == correlation_id
    assert settled["outcome"]["status"] == "cancelled"
    assert (outcome["type"], outcome["correlation_id"]) == ("cancelled", correlation_id)
    assert outcome["problem"]["type"] == "/problems/cancelled"
    assert outcome["is_final"] is True


async def test_what_is_answered_cannot_be_cancelled_any_more() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")
        *_, answered = await client.hears_the_outcome()

        await client.says("cancel", correlation_id=answered["correlation_id"])
        settled = await client.hears()

    assert settled["ref"] is None
    assert settled["outcome"]["response"] == answered["response"]


async def test_nobody_cancels_what_is_not_there() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.says("cancel", ref="c", correlation_id=a_correlation_id())
        error = await client.hears()
        await client.says("ping", ref="still-here")

        assert await client.hears() == {"type": "pong", "ref": "still-here"}
    assert (error["type"], error["ref"]) == ("error", "c")
    assert error["problem"]["type"] == "/problems/not-found"
    assert error["problem"]["status"] == 404


async def test_a_question_that_is_not_accepted_is_an_error_with_its_name() -> None:
    failing = Failing(NotAcceptedError("away"))
    async with a_service(counted_asking=failing) as service, talking(service.url) as client:
        await client.says("ask", ref="a", message="Top stocks?")
        error = await client.hears()

    assert (error["type"], error["ref"]) == ("error", "a")
    assert error["problem"]["type"] == "/problems/not-accepted"
    assert error["retry_after"] >= 1


class NeverAsking:
    """Accepts nothing until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def __call__(self, *_: object, **__: object) -> object:
        await self.let_go.wait()
        raise NotAcceptedError("away")


async def test_more_questions_than_can_wait_are_refused_and_the_others_are_asked() -> None:
    asking = NeverAsking()
    limits = SocketLimits(waiting=2)
    async with (
        a_service(limits=limits, counted_asking=asking) as service,
        talking(service.url) as client,
    ):
        for ref in "abc":  # the first is being asked, the others wait
            await client.says("ask", ref=ref, message="Top stocks?")
            await client.says("ping")
            await client.hears()
        await client.says("ask", ref="d", message="Top stocks?")
        refused = await client.hears()
        asking.let_go.set()
        later = [await client.hears() for _ in "abc"]

    assert (refused["ref"], refused["problem"]["type"]) == ("d", "/problems/overloaded")
    assert [frame["ref"] for frame in later] == ["a", "b", "c"]
    assert {frame["problem"]["type"] for frame in later} == {"/problems/not-accepted"}


@pytest.mark.parametrize("message", ["Top stocks?", '{"type": "ask"}'])
async def test_without_a_subprotocol_a_text_is_a_question(message: str) -> None:
    """As the original design has it: nothing but events comes back."""
    async with a_service() as service, talking(service.url, subprotocol=None) as client:
        assert client.connection.subprotocol is None
        await client.connection.send(message)
        told = await client.hears_the_outcome()

    assert [event["type"] for event in told] == ["accepted", "started", "delta", "answered"]
    assert told[0]["message"] == message


async def test_without_a_subprotocol_everything_is_followed_from_the_start() -> None:
    """But not what was before it."""
    async with a_service() as service, AsyncClient(base_url=service.url) as http:
        before = await http.post("/api/chat", json={"message": "Before", "thread_id": "t"})
        assert before.status_code == 200
        async with talking(service.url, subprotocol=None) as listener:
            await until(lambda: len(service.container.memory_events().followers) == 1)
            await http.post("/api/chat", json={"message": "After", "thread_id": "t"})
            told = await listener.hears_the_outcome()

    assert told[0]["message"] == "After"


async def test_without_a_subprotocol_a_bad_question_is_an_error_all_the_same() -> None:
    async with a_service() as service, talking(service.url, subprotocol=None) as client:
        await client.connection.send("   ")
        error = await client.hears()

    assert (error["type"], error["ref"]) == ("error", None)
    assert error["problem"]["errors"] == [{"pointer": "/message", "detail": "must not be blank"}]
