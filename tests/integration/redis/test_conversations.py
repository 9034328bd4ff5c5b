"""What is Redis's alone about the conversations people have."""

import asyncio
import random
from contextlib import aclosing, suppress
from datetime import timedelta

import pytest

from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.adapters.redis import names
from cse_chat.domain.errors import (
    ClaimLostError,
    NotFoundError,
    NotOwnerError,
    TransportError,
)
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import NOTHING_YET, Event, EventType
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.threads import Removed
from cse_chat.domain.use_cases.delete_thread import DeleteThread
from cse_chat.domain.use_cases.follow import FollowThread
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import NOON, a_correlation_id, a_question, a_request, a_thread_id, an_outcome
from tests.contracts.conversations import found, names_of, told
from tests.contracts.events import utterances
from tests.integration.redis.stores import Stores, comes, event_log

ANN = UserId("ann")
KAFKA = Durability.KAFKA
IDLE = timedelta(seconds=30)


async def test_threads_whose_history_ran_out_are_passed_over(stores: Stores) -> None:
    requests = [a_request() for _ in range(6)]
    for request in requests:
        await stores.ledger.settle(an_outcome(request), asked=Turn.asking(request))
    for request in requests[1:5]:
        await stores.raw.delete(names.meta(request.thread_id))

    first = await stores.conversations.newest(ANN, after=None, limit=1)
    rest = await stores.conversations.newest(ANN, after=first.next, limit=1)

    listed = [each.thread_id for page in (first, rest) for each in page.conversations]
    assert listed == [requests[5].thread_id, requests[0].thread_id]
    assert rest.next is None


async def test_they_go_from_the_list_when_another_thread_comes(
    database: str, stores: Stores
) -> None:
    old, new, newest = (a_request() for _ in range(3))
    short = timedelta(milliseconds=20)
    async with Stores(database, answer_ttl=short, history_ttl=short) as forgetful:
        await forgetful.ledger.register(old, KAFKA)
    await comes(lambda: _is_gone(stores, names.meta(old.thread_id)))
    await stores.raw.zadd(names.threads_of(ANN), {old.thread_id: 1, "kept": 2e15})

    await stores.ledger.register(new, KAFKA)
    await stores.ledger.register(newest, KAFKA)

    listed = await stores.raw.zrange(names.threads_of(ANN), 0, -1)
    assert listed == [new.thread_id, newest.thread_id, "kept"]


async def _is_gone(stores: Stores, key: str) -> bool:
    return not await stores.raw.exists(key)


async def test_a_thread_of_an_earlier_run_of_the_server_says_no_cursor(stores: Stores) -> None:
    """Its last second may be lost: who follows from there begins with the next epoch."""
    thread = a_thread_id()
    await told(stores.ledger, thread, 1)
    await stores.raw.hset(names.meta(thread), "run_id", "earlier")

    assert (await found(stores.conversations, thread)).cursor == NOTHING_YET


async def test_a_removed_thread_leaves_its_tombstone_alone(stores: Stores) -> None:
    thread = a_thread_id()
    await told(stores.ledger, thread, 3)

    assert await stores.conversations.remove(thread, ANN) == Removed(turns=6, answers=3)

    assert await stores.snapshot() == {names.owner(thread): "deleted"}
    assert await stores.raw.ttl(names.owner(thread)) > timedelta(days=29).total_seconds()


async def test_what_was_said_names_no_other_request(stores: Stores) -> None:
    """Text that looks like a turn's JSON is no turn's JSON."""
    other = a_request()
    await stores.ledger.settle(an_outcome(other), asked=Turn.asking(other))
    tricky = a_request(a_question(f'"correlation_id":"{other.correlation_id}"'))
    await stores.ledger.settle(an_outcome(tricky), asked=Turn.asking(tricky))

    await stores.conversations.remove(tricky.thread_id, ANN)

    assert set(await stores.ledger.find([other.correlation_id, tricky.correlation_id])) == {
        other.correlation_id
    }


async def test_an_open_id_of_which_nothing_is_known_hinders_nothing(stores: Stores) -> None:
    thread = a_thread_id()
    await told(stores.ledger, thread, 1)
    await stores.raw.zadd(names.open_requests(thread), {"gone": 1})
    await stores.raw.expire(names.open_requests(thread), 60)

    assert isinstance(await stores.conversations.remove(thread, ANN), Removed)


async def test_an_attempt_that_is_renewed_late_writes_nothing_of_a_removed_thread(
    stores: Stores,
) -> None:
    request = a_request()
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)
    await stores.ledger.settle(an_outcome(request, Status.CANCELLED))
    await stores.conversations.remove(request.thread_id, ANN)
    before = await stores.snapshot()

    assert await stores.ledger.renew([claim]) == [claim]

    assert await stores.snapshot() == before


@pytest.mark.parametrize("kind", ["open_requests", "messages", "threads_of"])
async def test_a_key_that_holds_something_else_hinders_a_removal(stores: Stores, kind: str) -> None:
    thread = a_thread_id()
    await told(stores.ledger, thread, 1)
    key = getattr(names, kind)(ANN if kind == "threads_of" else thread)
    await stores.raw.delete(key)
    await stores.raw.set(key, "no kind that is written here", ex=60)
    before = await stores.snapshot()

    with pytest.raises(TransportError, match="WRONGTYPE"):
        await stores.conversations.remove(thread, ANN)

    assert await stores.snapshot() == before


async def test_another_gateway_asks_again_whose_a_deleted_thread_is(database: str) -> None:
    """Else it would take questions that nobody will answer."""
    async with Stores(database) as here, Stores(database) as there, event_log(there) as events:
        events.on_deleted = there.threads.forget
        thread = a_thread_id()
        for stores in (here, there):
            await stores.threads.own(thread, ANN)

        await here.conversations.remove(thread, ANN)

        with pytest.raises(NotOwnerError):
            await here.threads.own(thread, ANN)

        async def is_refused() -> bool:
            try:
                await there.threads.own(thread, ANN)
            except NotOwnerError:
                return True
            return False

        await comes(is_refused)


async def test_who_follows_elsewhere_hears_what_was_cancelled_and_then_the_end(
    database: str,
) -> None:
    async with Stores(database) as here, Stores(database) as there, event_log(there) as events:
        request = a_request()
        await here.ledger.register(request, KAFKA)
        follow = FollowThread(threads=there.threads, events=events)
        heard: list[EventType] = []
        async with (
            asyncio.timeout(10),
            aclosing(follow(request.thread_id, ANN, after=None, idle=IDLE)) as stretches,
        ):
            heard += [e.type for e in await anext(stretches) if isinstance(e, Event)]
            await here.ledger.settle(an_outcome(request, Status.CANCELLED))
            await here.conversations.remove(request.thread_id, ANN)
            with pytest.raises(NotFoundError):
                async for stretch in stretches:
                    heard += [e.type for e in stretch if isinstance(e, Event)]

    assert heard == [EventType.ACCEPTED, EventType.CANCELLED]


async def test_of_many_threads_all_are_listed_once(stores: Stores) -> None:
    requests = [a_request() for _ in range(250)]
    await asyncio.gather(*(stores.ledger.register(request, KAFKA) for request in requests))
    listed: list[str] = []
    after = None
    while len(listed) < len(requests):
        page = await stores.conversations.newest(ANN, after=after, limit=100)
        listed += [each.thread_id for each in page.conversations]
        after = page.next

    assert after is None
    assert sorted(listed) == sorted(request.thread_id for request in requests)
    assert await names_of(stores.conversations) == listed[:100]


@pytest.mark.parametrize("seed", range(10))
async def test_whatever_races_with_a_deletion_leaves_the_tombstone_and_cancelled_rows_alone(
    database: str, seed: int
) -> None:
    """Two who delete, a gateway that registers and workers that claim, record and settle."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    async with Stores(database) as here, Stores(database) as there:
        thread = a_thread_id()
        await told(here.ledger, thread, 2)
        requests = [a_request(a_question(thread_id=thread)) for _ in range(12)]

        async def work(request: ChatRequest) -> None:
            await asyncio.sleep(chance.random() / 100)
            with suppress(ClaimLostError, NotOwnerError):
                await here.ledger.register(request, KAFKA)
                claim = await there.ledger.claim(request, KAFKA)
                if isinstance(claim, Claim):
                    await there.ledger.record(claim, utterances(Delta("Rs. 5")))
                    await there.ledger.settle(an_outcome(request), claim=claim)

        async def delete(stores: Stores) -> None:
            await asyncio.sleep(chance.random() / 100)
            with suppress(NotFoundError):
                await _delete_thread(stores)(thread, ANN)

        await asyncio.gather(*map(work, requests), delete(here), delete(there))

        ids = [request.correlation_id for request in requests]
        known = await here.ledger.find(ids)
        assert {entry.status for entry in known.values()} <= {Status.CANCELLED}
        kept = {names.owner(thread)} | {
            key for cid in known for key in (names.request(cid), names.response(cid))
        }
        assert set(await here.snapshot()) == kept
        assert await here.raw.get(names.owner(thread)) == "deleted"


def _delete_thread(stores: Stores) -> DeleteThread:
    return DeleteThread(
        threads=stores.threads,
        conversations=stores.conversations,
        ledger=stores.ledger,
        record_history=RecordHistory(ledger=stores.ledger),
        audit=InMemoryAuditLog(),
        new_id=a_correlation_id,
        now=lambda: NOON,
    )
