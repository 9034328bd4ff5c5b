"""Marks of what a server is known to have, when it is restarted, failed over or emptied."""

from datetime import UTC, datetime, timedelta

from brokers.redis import RedisServer
from cse_chat.domain.model.claims import Claim, Incomplete
from cse_chat.domain.model.outcomes import Durability
from tests.builders import a_request
from tests.integration.redis.stores import DAY, Stores


async def completed(stores: Stores, partition: int) -> str:
    """Vouch for *partition*; return the run of the server."""
    run_id = (await stores.marks.read([partition]))[partition].run_id
    await stores.marks.complete([partition], run_id)
    return run_id


async def test_a_restarted_server_is_complete_until_the_time_of_its_mark(
    own_server: RedisServer, own_stores: Stores
) -> None:
    await completed(own_stores, 3)
    await own_stores.written()

    own_server.restart()

    later = (await own_stores.marks.read([3]))[3]
    assert not later.is_complete
    assert later.until is not None
    assert abs(later.until - datetime.now(UTC)) < timedelta(minutes=1)
    assert list(await own_stores.marks.refresh([3])) == [3]


async def test_nothing_is_claimed_at_a_restarted_server_before_it_is_complete(
    own_server: RedisServer, own_stores: Stores
) -> None:
    await completed(own_stores, 3)
    own_server.restart()
    request = a_request()

    claim = own_stores.ledger.claim
    assert await claim(request, Durability.KAFKA, partition=3) == Incomplete()

    await completed(own_stores, 3)
    assert isinstance(await claim(request, Durability.KAFKA, partition=3), Claim)


async def test_nothing_is_claimed_at_an_emptied_server_before_it_is_complete(
    own_stores: Stores,
) -> None:
    await completed(own_stores, 3)
    await own_stores.raw.flushall()

    verdict = await own_stores.ledger.claim(a_request(), Durability.KAFKA, partition=3)

    assert verdict == Incomplete()
    assert list(await own_stores.marks.refresh([3])) == [3]


async def test_a_server_that_restarts_while_all_is_applied_is_not_complete(
    own_server: RedisServer, own_stores: Stores
) -> None:
    before = (await own_stores.marks.read([3]))[3]
    own_server.restart()

    await own_stores.marks.complete([3], before.run_id)

    assert not (await own_stores.marks.read([3]))[3].is_complete


async def test_a_mark_lives_no_longer_than_what_it_vouches_for(stores: Stores) -> None:
    await completed(stores, 3)

    assert 0 < await stores.raw.pttl("chat.applied:3") <= DAY / timedelta(milliseconds=1)


async def test_refreshing_prolongs_a_mark(stores: Stores) -> None:
    await completed(stores, 3)
    await stores.raw.pexpire("chat.applied:3", 10_000)

    assert list(await stores.marks.refresh([3])) == []

    assert await stores.raw.pttl("chat.applied:3") > 10_000
