"""What is read of the rows of requests, whatever stands in them."""

import pytest

from cse_chat.adapters.redis import names
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.outcomes import Durability, Status
from tests.builders import a_request, an_outcome
from tests.integration.redis.stores import Stores

KAFKA = Durability.KAFKA


async def test_an_outcome_that_cannot_be_read_hides_no_other(stores: Stores) -> None:
    bad, good = a_request(), a_request()
    for request in (bad, good):
        await stores.ledger.settle(an_outcome(request))
    await stores.raw.set(names.response(bad.correlation_id), "rubbish", ex=60)

    assert set(await stores.ledger.find([bad.correlation_id, good.correlation_id])) == {
        good.correlation_id
    }
    with pytest.raises(MalformedRecordError):
        await stores.ledger.find([bad.correlation_id])


async def test_a_row_that_is_none_of_ours_is_told_from_an_unknown_one(stores: Stores) -> None:
    request = a_request()
    await stores.raw.hset(names.request(request.correlation_id), "thread", "t")
    await stores.raw.expire(names.request(request.correlation_id), 60)

    with pytest.raises(MalformedRecordError):
        await stores.ledger.find([request.correlation_id])


async def test_how_an_unanswered_request_was_kept_and_tried_is_known_later(stores: Stores) -> None:
    """Its JSON does not say so."""
    request = a_request()
    failed = an_outcome(request, Status.FAILED, attempt=3)
    await stores.ledger.settle(failed)

    found = await stores.ledger.find([request.correlation_id])

    settlement = found[request.correlation_id].settlement
    assert settlement is not None
    assert settlement.outcome == failed
