"""Sockets at gateways of their own, over a real Kafka and Redis."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle, pairwise
from pathlib import Path

import httpx
import pytest

from tests.builders import a_thread_id
from tests.integration.processes import RunningProcess, environment
from tests.integration.roles.conftest import Servers
from tests.integration.sockets.clients import Client, Frame, events, is_event, talking

Start = Callable[..., RunningProcess]
_QUESTIONS = 10


@pytest.fixture
def start(tmp_path: Path, servers: Servers) -> Iterator[Start]:
    """Start a role over the servers; it is gone when the test ends."""
    with ExitStack() as started:

        def begin(role: str, name: str, **settings: str) -> RunningProcess:
            folder = tmp_path / name
            env = environment(folder, **servers.settings, **settings)
            return started.enter_context(RunningProcess(folder, env, role=role))

        yield begin


async def test_who_asks_at_one_gateway_is_followed_at_another(start: Start) -> None:
    one, other = start("gateway", "one"), start("gateway", "other")
    start("worker", "worker")
    thread = a_thread_id()

    async with talking(one.url, thread) as asker, talking(other.url, thread) as follower:
        await follower.says("follow")
        await asker.says("ask", ref="a", message="Top stocks?")
        accepted, *told = await asker.hears_the_outcome()
        heard = await follower.hears_the_outcome()

    assert (accepted["ref"], accepted["durability"]) == ("a", "kafka")
    assert [event["type"] for event in told] == ["accepted", "started", "delta", "answered"]
    assert heard == told


async def test_what_a_socket_accepted_is_known_at_every_gateway(start: Start) -> None:
    """At once, though nobody has begun with it."""
    one, other = start("gateway", "one"), start("gateway", "other")

    async with talking(one.url, a_thread_id()) as asker:
        await asker.says("ask", ref="a", message="Top stocks?")
        accepted = await asker.hears()
        async with httpx.AsyncClient(base_url=other.url, trust_env=False) as http:
            found = await http.get(f"/api/chat/{accepted['correlation_id']}")

    assert (found.status_code, found.json()["status"]) == (202, "accepted")


async def test_what_waits_is_cancelled_from_another_gateway(start: Start) -> None:
    one, other = start("gateway", "one"), start("gateway", "other")
    thread = a_thread_id()

    async with talking(one.url, thread) as asker, talking(other.url, thread) as canceller:
        await asker.says("ask", ref="a", message="Top stocks?")
        accepted = await asker.hears()
        await canceller.says("cancel", ref="c", correlation_id=accepted["correlation_id"])
        settled = await canceller.hears()
        *_, outcome = await asker.hears_the_outcome()

    assert settled["outcome"]["status"] == "cancelled"
    assert (outcome["type"], outcome["correlation_id"]) == (
        "cancelled",
        accepted["correlation_id"],
    )


async def test_a_gateway_that_drains_is_left_for_another_without_a_hole(start: Start) -> None:
    one, other = start("gateway", "one"), start("gateway", "other")
    start("worker", "worker", AGENT__ECHO_SECONDS="1")
    thread = a_thread_id()

    async with talking(other.url, thread) as witness, talking(one.url, thread) as client:
        await witness.says("follow")
        await client.says("ask", ref="a", message="Top stocks?")
        told = events(await client.hears_until(lambda frame: frame["type"] == "started"))
        one.terminate()
        assert await client.is_closed_with() == 1012
        async with talking(other.url, thread) as again:
            await again.says("follow", after=told[-1]["cursor"])
            told += await again.hears_the_outcome()
        whole = await witness.hears_the_outcome()

    assert told == whole
    assert one.process.wait(timeout=10) == 0


async def ask_all(client: Client) -> None:
    for n in range(_QUESTIONS):
        await client.says("ask", ref=str(n), message=f"Question {n}")


def number_of_outcomes(told: list[Frame]) -> int:
    return sum(frame.get("is_final", False) for frame in told)


async def test_a_hundred_breaks_between_two_gateways_make_no_difference_of_a_byte(
    start: Start,
) -> None:
    urls = cycle([start("gateway", "one").url, start("gateway", "other").url])
    start("worker", "worker")
    thread = a_thread_id()
    told: list[Frame] = []
    connections = 0

    async with asyncio.timeout(60), talking(next(urls), thread) as witness:
        await witness.says("follow")
        await ask_all(witness)
        while number_of_outcomes(told) < _QUESTIONS or connections < 100:
            connections += 1
            if number_of_outcomes(told) == _QUESTIONS:
                told.clear()  # once more, from the beginning
            async with talking(next(urls), thread) as client:
                await client.says("follow", after=told[-1]["cursor"] if told else None)
                told.append(await client.hears())
                if connections % 2:
                    await client.vanishes()
        whole: list[Frame] = []
        while number_of_outcomes(whole) < _QUESTIONS:
            whole += filter(is_event, await witness.hears_the_outcome())

    assert told == whole
    offsets = [int(event["cursor"].partition("-")[2]) for event in whole]
    assert all(later == earlier + 1 for earlier, later in pairwise(offsets))
