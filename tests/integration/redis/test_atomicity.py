"""A server that is full, or holds what is none of ours: a step is done or it is not."""

from collections.abc import Awaitable, Callable

import pytest

from cse_chat.adapters.redis import names
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability, Status
from tests.builders import a_request, an_outcome
from tests.contracts.early_answers import early_answer
from tests.integration.redis.stores import Stores, comes

KAFKA = Durability.KAFKA
Call = Callable[[], Awaitable[object]]


@pytest.fixture
def stores(own_stores: Stores) -> Stores:
    return own_stores


async def test_a_server_that_is_full_writes_all_of_a_step_or_nothing(stores: Stores) -> None:
    known, unknown = a_request(), a_request()
    claim = await stores.ledger.claim(known, KAFKA)
    assert isinstance(claim, Claim)
    before = await stores.snapshot()
    await stores.raw.config_set("maxmemory", 1)

    calls: list[Call] = [
        lambda: stores.ledger.claim(unknown, KAFKA),
        lambda: stores.ledger.claim(unknown, KAFKA, early=early_answer(unknown)),
        lambda: stores.ledger.settle(an_outcome(unknown)),
        lambda: stores.ledger.settle(an_outcome(known), claim=claim),
    ]
    for call in calls:
        with pytest.raises(TransportError, match="OutOfMemory"):
            await call()
    await stores.ledger.register(unknown, KAFKA)

    assert await stores.snapshot() == before
    await stores.raw.config_set("maxmemory", 0)
    settlement = await stores.ledger.settle(an_outcome(known), claim=claim)
    assert settlement.outcome == an_outcome(known)
    await comes(lambda: stores.ledger.find([unknown.correlation_id]))


async def test_a_claim_is_kept_and_given_up_even_if_the_server_is_full(stores: Stores) -> None:
    """That takes no memory, and an agent whose claim runs out would be paid for twice."""
    claim = await stores.ledger.claim(a_request(), KAFKA)
    assert isinstance(claim, Claim)
    await stores.raw.config_set("maxmemory", 1)

    assert await stores.ledger.renew([claim]) == []
    await stores.ledger.release(claim, spent=False)

    assert await stores.raw.hget(names.meta(claim.thread_id), "claimed") is None


@pytest.mark.parametrize(
    "kind", ["request", "owner", "open_requests", "messages", "meta", "events", "threads_of"]
)
async def test_a_key_that_holds_something_else_is_found_before_anything_is_written(
    stores: Stores, kind: str
) -> None:
    request = a_request()
    of_what = {"request": request.correlation_id, "threads_of": request.user_id}
    key = getattr(names, kind)(of_what.get(kind, request.thread_id))
    if kind == "events":
        await stores.raw.hset(key, "no", "kind that is written here")
    else:
        await stores.raw.xadd(key, {"no": "kind that is written here"})

    calls: list[Call] = [
        lambda: stores.ledger.claim(request, KAFKA),
        lambda: stores.ledger.claim(request, KAFKA, early=early_answer(request)),
        lambda: stores.ledger.settle(an_outcome(request), asked=Turn.asking(request)),
    ]
    for call in calls:
        with pytest.raises(TransportError, match="WRONGTYPE"):
            await call()

    assert await stores.raw.keys() == [key]


async def test_what_a_full_server_could_not_take_is_known_here_all_the_same(
    stores: Stores,
) -> None:
    """It is accepted and will be answered: whoever reads it must not be told that there is none."""
    request = a_request()
    await stores.raw.config_set("maxmemory", 1)

    await stores.ledger.register(request, KAFKA)
    found = await stores.ledger.find([request.correlation_id])
    settled = await stores.ledger.find([request.correlation_id], settled_only=True)

    entry = found[request.correlation_id]
    assert (entry.status, entry.user_id, entry.thread_id, entry.deadline, entry.durability) == (
        Status.ACCEPTED,
        request.user_id,
        request.thread_id,
        request.deadline,
        KAFKA,
    )
    assert settled == {}
