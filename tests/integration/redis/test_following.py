"""Following on a real server: connections cut, notifications lost, events trimmed and lost."""

import asyncio
import random
from contextlib import aclosing
from datetime import timedelta
from uuid import uuid4

import pytest
from typing_extensions import override

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.events import RedisEventLog
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.use_cases import following
from tests.builders import a_question, a_request, a_thread_id
from tests.contracts.following import FollowingWalk
from tests.integration.redis.stores import Stores, beating, event_log
from tests.waiting import until

STEPS = 120


class LossyEventLog(RedisEventLog):
    """Hears nothing while it is told to."""

    loses = False

    @override
    def _take(self, channel: str, message: bytes) -> None:
        if not self.loses:
            super()._take(channel, message)


class RedisScene:
    """The stores of a process on a server of its own."""

    def __init__(self, stores: Stores, events: LossyEventLog) -> None:
        self._stores = stores
        self.ledger = self.claims = self.recorder = stores.ledger
        self.threads, self.events = stores.threads, events

    async def leases_run_out(self) -> None:
        await self._stores.leases_run_out()

    def lose(self, *, notifications: bool) -> None:
        self.events.loses = notifications

    async def cut(self) -> None:
        await self._stores.raw.client_kill_filter(_type="pubsub")

    async def trim(self, thread: ThreadId) -> None:
        await self._stores.raw.xtrim(names.events(thread), maxlen=2, approximate=False)

    async def forget(self, thread: ThreadId) -> None:
        """What a thread's events are of another run of the server."""
        if await self._stores.raw.exists(names.meta(thread)):
            await self._stores.raw.hset(names.meta(thread), "run_id", "another")


@pytest.mark.parametrize("seed", range(12))
async def test_each_event_once_in_order_or_a_gap(
    own_stores: Stores, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_AGAIN", timedelta(milliseconds=50))
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    gateway = uuid4().hex
    async with (
        beating(own_stores, gateway),
        LossyEventLog(own_stores.connection, gateway_id=gateway) as events,
    ):
        await FollowingWalk(RedisScene(own_stores, events), chance)(STEPS)


async def test_who_follows_when_the_connection_is_cut_hears_on(own_stores: Stores) -> None:
    """The subscription is made anew, and whoever follows reads what it may have missed."""
    async with event_log(own_stores) as events:
        scene = RedisScene(own_stores, events)  # type: ignore[arg-type] # it loses nothing here
        walk = FollowingWalk(scene, random.Random(0))  # noqa: S311 - nothing secret
        for _ in range(3):
            await walk(10)
            await scene.cut()

        assert events.gaps > 0
        assert len(events.followers) == 0
        assert events.dropped == 0


async def test_what_many_look_for_at_the_same_moment_is_read_once(own_stores: Stores) -> None:
    """All who follow a thread that is busy and says nothing look again after a while."""
    thread = a_thread_id()
    await own_stores.ledger.register(a_request(a_question(thread_id=thread)), Durability.KAFKA)
    async with event_log(own_stores) as events, asyncio.TaskGroup() as followers:
        told = 0

        async def follow() -> None:
            nonlocal told
            reader = following.Reader(events, thread, None)
            async with aclosing(reader.followed(idle=timedelta(seconds=30))) as stretches:
                async for _ in stretches:
                    told += 1

        tasks = [followers.create_task(follow()) for _ in range(200)]
        await until(lambda: told == len(tasks))
        await own_stores.ledger.register(a_request(a_question(thread_id=thread)), Durability.KAFKA)
        await until(lambda: told == 2 * len(tasks))  # all of them at once
        await own_stores.raw.config_resetstat()
        await asyncio.sleep(2.5)  # two looks
        scripts = (await own_stores.raw.info("commandstats"))["cmdstat_evalsha"]["calls"]
        for task in tasks:
            task.cancel()

    assert 2 <= scripts < len(tasks)  # heartbeats among them; else it were 400 and more
