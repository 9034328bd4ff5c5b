"""Hints over a real server: who hears them, and what becomes of those that nobody hears."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from brokers.redis import RedisServer
from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.hints import RedisHeardHints, RedisHints
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.requests import Hints
from tests.builders import a_question, a_request, an_outcome
from tests.contracts.hints import HintsContract, Settled
from tests.integration.redis.stores import Stores, answers, beating, comes
from tests.waiting import until

HERE, THERE = 3, 4


def partition_of(thread_id: ThreadId) -> int | None:
    return {"here": HERE, "there": THERE}.get(thread_id)


def in_thread(name: str) -> ChatRequest:
    return a_request(a_question(thread_id=name))


@dataclass
class Two:
    """A gateway that hints, and a worker that hears what is hinted at in its partitions."""

    stores: Stores
    hints: RedisHints
    heard: RedisHeardHints
    assigned: set[int]
    told: list[tuple[Hint, str]] = field(default_factory=list)

    async def hears(self, *partitions: int) -> None:
        """Give the worker these partitions, and return once it hears them and no others."""
        self.assigned.clear()
        self.assigned.update(partitions)
        channels = {names.hints(partition) for partition in partitions}

        async def is_so() -> bool:
            heard = await self.stores.raw.pubsub_channels("chat.hints:*")
            return set(heard) == channels

        await comes(is_so)

    def tell(self, hint: Hint, reply_to: str) -> None:
        self.told.append((hint, reply_to))


@asynccontextmanager
async def two(url: str) -> AsyncGenerator[Two]:
    async with Stores(url) as stores:
        worker, assigned = uuid4().hex, {HERE}
        async with (
            beating(stores, worker),
            RedisHeardHints(
                stores.connection, process_id=worker, assigned=lambda: assigned
            ) as heard,
        ):
            hints = RedisHints(stores.connection, reply_to="gateway-1", partition_of=partition_of)
            scene = Two(stores, hints, heard, assigned)
            heard.on_hint = scene.tell
            await scene.hears(HERE)
            yield scene


@pytest.fixture
async def scene(database: str) -> AsyncGenerator[Two]:
    async with two(database) as scene:
        yield scene


class TestRedisHints(HintsContract):
    @pytest.fixture
    async def both(self, database: str) -> AsyncGenerator[Two]:
        async with two(database) as scene:
            scene.hints._partition_of = lambda _: HERE
            yield scene

    @pytest.fixture
    def hints(self, both: Two) -> Hints:
        return both.hints

    @pytest.fixture
    def heard(self, both: Two) -> HeardHints:
        return both.heard

    @pytest.fixture
    def is_heard(self, both: Two) -> Settled:
        async def at_once() -> None:
            await both.hears(HERE)

        return at_once


async def test_it_says_where_it_will_be_delivered_and_who_waits(scene: Two) -> None:
    scene.hints.give(in_thread("here"))
    await until(lambda: bool(scene.told))

    ((hint, reply_to),) = scene.told
    assert (hint.partition, reply_to) == (HERE, "gateway-1")


async def test_only_the_worker_of_the_partition_hears_it_whichever_it_has_by_now(
    scene: Two,
) -> None:
    await scene.hears(THERE)
    scene.hints.give(in_thread("here"))
    theirs = in_thread("there")
    scene.hints.give(theirs)
    await until(lambda: bool(scene.told))

    assert [(hint.request, hint.partition) for hint, _ in scene.told] == [(theirs, THERE)]


async def test_where_nobody_hears_it_is_left_for_a_while_in_that_partition_alone(
    scene: Two,
) -> None:
    there = in_thread("there")
    scene.hints.give(there)
    await until(lambda: not scene.hints.give(there))

    assert scene.hints.give(in_thread("here"))

    await scene.hears(HERE, THERE)
    await until(lambda: scene.hints.give(there) is not None)
    await until(lambda: len(scene.told) == 2)


async def test_where_the_partition_is_not_known_nothing_is_hinted_at(scene: Two) -> None:
    assert not scene.hints.give(in_thread("nowhere"))


async def test_what_is_no_hint_is_dropped_and_counted(scene: Two) -> None:
    for rubbish in (b"", b"{}", b"\xff"):
        await scene.stores.raw.publish(names.hints(HERE), rubbish)
    request = in_thread("here")
    scene.hints.give(request)
    await until(lambda: bool(scene.told))

    assert [hint.request for hint, _ in scene.told] == [request]
    assert scene.heard.dropped == 3


async def test_while_the_server_is_away_nothing_is_hinted_at_and_later_it_is_again(
    own_server: RedisServer,
) -> None:
    async with two(own_server.url) as scene:
        own_server.kill()
        request = in_thread("here")
        await until(lambda: not scene.hints.give(request))

        own_server.start()
        await comes(lambda: answers(scene.stores))
        await scene.hears(HERE)
        async with asyncio.timeout(10):
            while not scene.told:
                scene.hints.give(request)
                await asyncio.sleep(0.05)
    assert scene.told[0][0].request == request


async def test_offers_that_fail_are_told_of_once_until_they_do_no_more(
    own_server: RedisServer,
) -> None:
    request = in_thread("here")
    hint = Hint(request=request, partition=None, durability=Durability.KAFKA)
    early = EarlyAnswer(outcome=an_outcome(request), said=())
    async with Stores(own_server.url, answered_by=timedelta(seconds=1)) as stores:
        offers = stores.ledger.offers
        own_server.kill()
        with capture_logs() as logs:
            offers.offer(hint, early)
            await until(lambda: offers._is_failing)
            offers.accept(hint)
            await asyncio.sleep(0)
        assert [log["event"] for log in logs].count("offers_fail") == 1

        own_server.start()
        await comes(lambda: answers(stores))
        offers.offer(hint, early)
        offers.accept(hint)
        await until(lambda: not offers._is_failing and bool(offers.met))

        assert [*await stores.ledger.find([request.correlation_id])] == [request.correlation_id]
