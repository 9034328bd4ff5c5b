"""How long what is kept of a thread lives: prolonged by who uses it, but not each time."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.adapters.redis import names
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.integration.redis.stores import DAY, Stores

KAFKA = Durability.KAFKA


async def test_whatever_is_made_of_a_thread_again_and_again_ends_with_it(stores: Stores) -> None:
    thread = a_thread_id()
    for _ in range(2):
        request, claim = await _claimed(stores, thread)
        await stores.ledger.settle(an_outcome(request), claim=claim)
    await stores.ledger.register(a_request(a_question(thread_id=thread)), KAFKA)

    ends = {key: await stores.raw.pexpiretime(key) for key in await stores.snapshot()}

    of_thread = [
        ends[key]
        for key in (
            names.meta(thread),
            names.messages(thread),
            names.open_requests(thread),
            names.events(thread),
        )
    ]
    assert len(set(of_thread)) == 1
    assert -1 not in ends.values()


async def test_a_life_is_not_prolonged_by_less_than_a_hundredth(stores: Stores) -> None:
    """It would cost as much each time as all that is written of an answer."""
    request, claim = await _claimed(stores, a_thread_id())
    meta = names.meta(request.thread_id)
    ends = await stores.raw.pexpiretime(meta)
    await asyncio.sleep(0.002)  # the clock that lives are counted by has moved on

    await stores.ledger.settle(an_outcome(request), claim=claim)

    assert await stores.raw.pexpiretime(meta) == ends


async def test_the_next_question_of_a_thread_prolongs_its_life_no_more_often(
    stores: Stores,
) -> None:
    """Only its list of open requests is new: that ends when the others do."""
    request, claim = await _claimed(stores, a_thread_id())
    await stores.ledger.settle(an_outcome(request), claim=claim)
    before = await stores.raw.pexpiretime(names.meta(request.thread_id))
    await asyncio.sleep(0.002)  # the clock that lives are counted by has moved on

    await _claimed(stores, request.thread_id)

    for kind in (names.meta, names.messages, names.events, names.open_requests):
        assert await stores.raw.pexpiretime(kind(request.thread_id)) == before


@pytest.mark.parametrize("kind", ["owner", "messages", "events", "open_requests", "threads_of"])
async def test_what_is_made_anew_of_a_thread_lives_as_long_as_its_other_keys(
    stores: Stores, kind: str
) -> None:
    """Though what is left of the thread was kept just now. A key without an end fails the test."""
    request, claim = await _claimed(stores, a_thread_id())
    await stores.ledger.settle(an_outcome(request), claim=claim)
    of_what = request.user_id if kind == "threads_of" else request.thread_id
    key = getattr(names, kind)(of_what)
    await stores.raw.delete(key)

    await _claimed(stores, request.thread_id)

    ends = await stores.raw.pexpiretime(names.meta(request.thread_id))
    assert await stores.raw.pexpiretime(key) >= ends


async def test_a_life_is_prolonged_by_more_than_a_hundredth(stores: Stores) -> None:
    request, claim = await _claimed(stores, a_thread_id())
    meta = names.meta(request.thread_id)
    a_hundredth = DAY / 100 / timedelta(milliseconds=1)
    await stores.raw.hincrby(meta, "kept_at", -int(a_hundredth) - 1)
    held = [key for key in await stores.snapshot() if key.startswith("chat:")]
    for key in held:
        await stores.raw.expire(key, 10)

    await stores.ledger.settle(an_outcome(request), claim=claim)

    kept = [key for key in held if key != names.open_requests(request.thread_id)]
    lives = [await stores.raw.ttl(key) for key in kept]
    assert min(lives) > DAY.total_seconds() / 2


async def _claimed(stores: Stores, thread: ThreadId) -> tuple[ChatRequest, Claim]:
    request = a_request(a_question(thread_id=thread))
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)
    return request, claim
