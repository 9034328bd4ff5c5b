"""Marks, which are written for many requests at once."""

import pytest

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.domain.model.claims import Tail
from cse_chat.domain.model.ids import CorrelationId
from tests.builders import a_request, an_outcome
from tests.integration.redis.stores import Stores
from tests.waiting import until, until_it

DONE = f"done:{Tail.RESPONSE}"


async def _settled(stores: Stores, number: int) -> list[CorrelationId]:
    requests = [a_request() for _ in range(number)]
    for request in requests:
        await stores.ledger.settle(an_outcome(request))
    return [request.correlation_id for request in requests]


async def _are_marked(stores: Stores, ids: list[CorrelationId]) -> bool:
    return all([await stores.raw.hexists(names.request(cid), DONE) for cid in ids])


async def test_the_marks_of_a_moment_go_in_one_script(own_stores: Stores) -> None:
    known, *ids = await _settled(own_stores, 50)
    await own_stores.ledger.mark(known, Tail.RESPONSE)
    await own_stores.ledger.marks.written()  # the server has the script now
    await own_stores.raw.config_resetstat()

    for cid in ids:
        await own_stores.ledger.mark(cid, Tail.RESPONSE)
    await until_it(lambda: _are_marked(own_stores, ids))

    stats = await own_stores.raw.info("commandstats")
    assert stats["cmdstat_evalsha"]["calls"] == 1


async def test_a_mark_waits_until_the_server_is_back(
    own_server: RedisServer, own_stores: Stores
) -> None:
    ids = await _settled(own_stores, 1)
    own_server.kill()

    await own_stores.ledger.mark(ids[0], Tail.RESPONSE)
    await until(lambda: own_stores.connection.is_failing)
    own_server.revive()

    await until_it(lambda: _are_marked(own_stores, ids))


async def test_what_cannot_be_marked_holds_up_no_other(stores: Stores) -> None:
    [cid] = await _settled(stores, 1)
    odd = a_request().correlation_id
    await stores.raw.set(names.request(odd), "no row", ex=60)

    await stores.ledger.mark(odd, Tail.RESPONSE)
    await stores.ledger.mark(cid, Tail.RESPONSE)

    await until_it(lambda: _are_marked(stores, [cid]))


@pytest.mark.parametrize("number", [1, 250])
async def test_closing_writes_what_is_left(database: str, number: int) -> None:
    async with Stores(database) as reader:
        async with Stores(database) as stores:
            ids = await _settled(stores, number)
            for cid in ids:
                await stores.ledger.mark(cid, Tail.RESPONSE)

        assert await _are_marked(reader, ids)


async def test_row_and_mailbox_of_what_is_marked_at_once_end_as_they_did(stores: Stores) -> None:
    """Less than a second is not worth two commands for each answer."""
    [cid] = await _settled(stores, 1)
    keys = (names.request(cid), names.response(cid))
    before = [await stores.raw.pexpiretime(key) for key in keys]

    await stores.ledger.mark(cid, Tail.RESPONSE)
    await stores.ledger.marks.written()

    assert await _are_marked(stores, [cid])
    assert [await stores.raw.pexpiretime(key) for key in keys] == before
    assert len(set(before)) == 1


async def test_who_has_been_forgotten_is_not_made_known_by_a_mark(stores: Stores) -> None:
    cid = a_request().correlation_id

    await stores.ledger.mark(cid, Tail.RESPONSE)
    await stores.ledger.marks.written()

    assert await stores.snapshot() == {}
