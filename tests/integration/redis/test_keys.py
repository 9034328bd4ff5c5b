"""What stands in Redis, as the contract names it, and for how long."""

import json
from datetime import timedelta

import pytest

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.ledger import CLAIM
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import NotOwnerError, ThreadDeletedError
from cse_chat.domain.model.claims import Claim, Tail
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import is_user_id
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request, a_thread_id, an_outcome, turns_of
from tests.integration.redis.stores import DAY, LEASE, Overheard, Stores, comes

KAFKA = Durability.KAFKA
MONTH = timedelta(days=30)
SOON = timedelta(seconds=5)


async def test_a_registered_request_stands_under_the_names_of_the_contract(stores: Stores) -> None:
    request = a_request(a_question(user_id="ann"))
    cid, thread = request.correlation_id, request.thread_id

    await stores.ledger.register(request, KAFKA)

    held = await stores.snapshot()
    assert set(held) == {
        f"chat.request:{cid}",
        f"chat:{thread}:open",
        f"chat:{thread}:owner",
        f"chat:{thread}:messages",
        f"chat:{thread}:meta",
        f"chat:{thread}:events",
        "chat:user:ann:threads",
    }
    row = held[f"chat.request:{cid}"]
    assert (row["user"], row["thread"], row["status"]) == ("ann", thread, "accepted")
    assert held[f"chat:{thread}:open"] == [cid]
    assert held[f"chat:{thread}:owner"] == "ann"
    assert held["chat:user:ann:threads"] == [thread]
    [turn] = map(json.loads, held[f"chat:{thread}:messages"])
    assert (turn["role"], turn["content"], turn["correlation_id"]) == ("user", "Top stocks?", cid)
    meta = held[f"chat:{thread}:meta"]
    assert (meta["run_id"], len(meta["epoch"])) == (stores.connection.run_id, 16)


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.FAILED])
async def test_the_mailbox_and_the_requests_channel_have_the_response_as_it_is(
    stores: Stores, status: Status
) -> None:
    """A gateway of the original design subscribes to it, and reads no more than the JSON."""
    request = a_request()
    outcome = an_outcome(request, status)
    name = names.response(request.correlation_id)
    async with stores.raw.pubsub() as pubsub:
        await pubsub.subscribe(name)
        await pubsub.get_message(timeout=5)

        await stores.ledger.settle(outcome)
        await stores.ledger.settle(an_outcome(request, text="later"))

        message = await pubsub.get_message(timeout=5)
        await stores.raw.publish(name, "marker")
        marker = await pubsub.get_message(timeout=5)

    assert message["data"].encode() == encode_outcome(outcome)
    assert marker["data"] == "marker"
    assert await stores.raw.get(name) == encode_outcome(outcome).decode()


async def test_the_gateway_that_registered_it_is_told(database: str) -> None:
    """The worker that settles it need not know who waits."""
    request = a_request()
    async with Stores(database, gateway="g1") as gateway, Stores(database) as worker:
        await gateway.ledger.register(request, KAFKA)

        heard = await _heard(worker, names.replies("g1"), an_outcome(request))

    assert heard == an_outcome(request)


async def test_the_gateway_that_the_record_names_is_told(database: str) -> None:
    request = a_request()
    async with Stores(database, gateway="g1") as worker, Stores(database, gateway="g2") as other:
        claim = await worker.ledger.claim(request, KAFKA)
        assert isinstance(claim, Claim)

        heard = await _heard(other, names.replies("g1"), an_outcome(request))

    assert heard == an_outcome(request)


async def test_a_request_of_which_nobody_knew_who_waits_learns_it(database: str) -> None:
    request = a_request()
    async with Stores(database) as worker, Stores(database, gateway="g1") as gateway:
        await worker.ledger.claim(request, KAFKA)
        await gateway.ledger.register(request, KAFKA)

        heard = await _heard(worker, names.replies("g1"), an_outcome(request))

    assert heard == an_outcome(request)


async def test_what_ends_together_ends_at_the_same_moment(stores: Stores) -> None:
    request = a_request()
    cid, thread = request.correlation_id, request.thread_id
    for _ in range(2):
        await stores.ledger.register(a_request(a_question(user_id="ann", thread_id=thread)), KAFKA)

    await stores.ledger.settle(an_outcome(request), asked=Turn.asking(request))
    await stores.ledger.mark(cid, Tail.RESPONSE)
    await stores.ledger.marks.written()

    ends = {key: await stores.raw.pexpiretime(key) for key in await stores.snapshot()}
    of_request = {ends[names.request(cid)], ends[names.response(cid)]}
    of_thread = {
        ends[key]
        for key in (
            names.meta(thread),
            names.messages(thread),
            names.open_requests(thread),
            names.events(thread),
            names.threads_of(request.user_id),
        )
    }
    assert (len(of_request), len(of_thread)) == (1, 1)
    now = 1000 * (await stores.raw.time())[0]
    assert of_thread.pop() - now == pytest.approx(DAY.total_seconds() * 1000, abs=60_000)
    assert ends[names.owner(thread)] - now == pytest.approx(
        MONTH.total_seconds() * 1000, abs=60_000
    )


async def test_what_is_marked_is_known_for_its_time_from_then_on(stores: Stores) -> None:
    request = a_request()
    await stores.ledger.settle(an_outcome(request))
    for key in (names.request(request.correlation_id), names.response(request.correlation_id)):
        await stores.raw.expire(key, 10)

    await stores.ledger.mark(request.correlation_id, Tail.RESPONSE)
    await stores.ledger.marks.written()

    for key in (names.request(request.correlation_id), names.response(request.correlation_id)):
        assert await stores.raw.ttl(key) > DAY.total_seconds() / 2


async def test_it_is_forgotten_after_its_time(database: str) -> None:
    short = timedelta(milliseconds=20)
    request = a_request()
    async with Stores(database, answer_ttl=short, history_ttl=short) as stores:
        await stores.ledger.settle(an_outcome(request), asked=Turn.asking(request))

        await comes(lambda: _is_forgotten(stores, request))

        assert await stores.threads.owner(request.thread_id) == "ann"


async def test_a_renewal_keeps_a_claim_whose_thread_would_be_forgotten(stores: Stores) -> None:
    request = a_request()
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)
    await stores.raw.pexpire(names.meta(request.thread_id), LEASE - timedelta(milliseconds=1))

    await stores.ledger.renew([claim])

    assert await stores.raw.hget(names.meta(request.thread_id), "token") == claim.token
    assert await stores.raw.pttl(names.meta(request.thread_id)) > LEASE / timedelta(milliseconds=1)


async def test_a_settled_request_is_open_no_more(stores: Stores) -> None:
    thread = a_thread_id()
    one, other = (a_request(a_question(thread_id=thread)) for _ in range(2))
    for request in (one, other):
        await stores.ledger.register(request, KAFKA)

    await stores.ledger.settle(an_outcome(one))

    assert await stores.raw.zrange(names.open_requests(thread), 0, -1) == [other.correlation_id]


async def test_a_claim_whose_reply_got_lost_is_made_once(stores: Stores) -> None:
    """The connection sends it again: the same token means the same attempt."""
    request = a_request()
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)
    cid, thread = request.correlation_id, request.thread_id
    keys = [
        names.request(cid),
        names.response(cid),
        names.owner(thread),
        names.open_requests(thread),
        names.messages(thread),
        names.meta(thread),
        names.events(thread),
        names.stream(thread),
        names.threads_of(request.user_id),
    ]

    reply = await stores.connection.run(
        CLAIM, keys, 86400000, 86400000, "e", cid, thread, "ann", 0, "", "",
        "turn", "accepted", "title", claim.token, 5000, 0, "started",
    )  # fmt: skip

    assert reply == [b"claimed", 1, 0, []]


async def test_nothing_is_written_for_who_asks_in_the_thread_of_another(stores: Stores) -> None:
    thread = a_thread_id()
    await stores.ledger.register(a_request(a_question(user_id="ann", thread_id=thread)), KAFKA)
    before = await stores.snapshot()

    for call in (stores.ledger.register, stores.ledger.claim):
        with pytest.raises(NotOwnerError):
            await call(a_request(a_question(user_id="bob", thread_id=thread)), KAFKA)

    assert await stores.snapshot() == before


async def test_a_deleted_thread_is_nobodys(stores: Stores) -> None:
    thread = a_thread_id()
    await stores.raw.set(names.owner(thread), "(deleted)", ex=60)

    for user in ("ann", "deleted"):
        with pytest.raises(ThreadDeletedError):
            await stores.ledger.claim(a_request(a_question(user_id=user, thread_id=thread)), KAFKA)
        assert await stores.threads.owner(thread) != user
    assert not is_user_id("(deleted)")


async def test_a_user_may_be_called_deleted(stores: Stores) -> None:
    request = a_request(a_question(user_id="deleted"))
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)

    settlement = await stores.ledger.settle(an_outcome(request), claim=claim)

    assert settlement.outcome.status is Status.ANSWERED
    assert await stores.threads.owner(request.thread_id) == "deleted"


async def test_of_a_long_thread_the_newest_turns_stay_with_their_numbers(stores: Stores) -> None:
    thread = a_thread_id()
    requests = [a_request(a_question(str(n), thread_id=thread)) for n in range(505)]
    for request in requests:
        await stores.ledger.settle(an_outcome(request), asked=Turn.asking(request))

    page = await stores.history.page(thread, after="1", limit=2)
    following = await stores.history.page(thread, after=page.next, limit=2)

    told = [turn for r in requests for turn in turns_of(r, an_outcome(r))]
    assert list(page.turns) == told[10:12]
    assert page.next == "12"
    assert list(following.turns) == told[12:14]


async def test_a_thread_made_here_is_owned_without_asking(database: str) -> None:
    """And nothing is written: the request's own scripts do it."""
    async with Stores(database) as stores:
        make = stores.threads.making(a_thread_id)
        thread, used = make(), make()
        ann = a_request(a_question(user_id="ann", thread_id=thread))
        await stores.threads.own(thread, ann.user_id)
        await stores.threads.own(used, ann.user_id)

        assert await stores.snapshot() == {}
        await stores.ledger.register(ann, KAFKA)
        with pytest.raises(NotOwnerError):
            await stores.threads.own(thread, a_request(a_question(user_id="bob")).user_id)


async def _heard(stores: Stores, channel: str, outcome: Outcome) -> Outcome | None:
    async with Overheard(stores.raw, channel).listen(outcome.correlation_id) as next_reply:
        await stores.ledger.settle(outcome)
        return await next_reply(SOON)


async def _is_forgotten(stores: Stores, request: ChatRequest) -> bool:
    page = await stores.history.page(request.thread_id, after=None, limit=1)
    return not page.turns and not await stores.ledger.find([request.correlation_id])
