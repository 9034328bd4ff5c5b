"""A claim that is the settlement: what stands in Redis then, who hears of it, and when it is broken off."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from cse_chat.adapters.redis import names
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.ids import ClaimToken
from cse_chat.domain.model.outcomes import Durability, Outcome
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request, a_thread_id
from tests.contracts.early_answers import early_answer
from tests.integration.redis.stores import Overheard, Stores, comes

KAFKA = Durability.KAFKA
SOON = timedelta(seconds=5)
_VARYING = re.compile(  # times, epochs, and the id of another request
    r"20\d\d-\d\d-\d\dT[0-9:.]+Z|[0-9a-f]{16}-|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
OWN = {
    "created",
    "kept_at",
    "aged_at",
    "epoch",
    "begins",
    "deadline",
    "thread",
    "user",
    "reserved_until",
}
CLAIMING = {"token", "said", "claimed", "lease"}  # what stays of a claim that is over
AGED = {"aged_offset"}  # how many events there were when the thread's first step ended


async def _registered(stores: Stores, request: ChatRequest) -> None:
    await stores.ledger.register(request, KAFKA)


async def _renamed(stores: Stores, request: ChatRequest) -> None:
    await stores.ledger.register(request, KAFKA)
    await stores.raw.hset(names.meta(request.thread_id), "title", "Mine")


async def _reserved(stores: Stores, request: ChatRequest) -> None:
    await stores.lineup.reserve(request)


async def _reserved_for_another(stores: Stores, request: ChatRequest) -> None:
    other = a_request(a_question(user_id=request.user_id, thread_id=request.thread_id))
    await stores.lineup.reserve(other)


async def _of_another_run(stores: Stores, request: ChatRequest) -> None:
    await stores.ledger.register(request, KAFKA)
    await stores.raw.hset(names.meta(request.thread_id), "run_id", "another")


async def _lost_but_open(stores: Stores, request: ChatRequest) -> None:
    await stores.ledger.register(request, KAFKA)
    await stores.raw.delete(names.request(request.correlation_id))
    await stores.raw.delete(names.messages(request.thread_id))


async def _unknown(*_: object) -> None:
    """Nothing was done before."""


@pytest.mark.parametrize(
    "prepared",
    [
        _unknown,
        _registered,
        _renamed,
        _reserved,
        _reserved_for_another,
        _of_another_run,
        _lost_but_open,
    ],
)
async def test_the_same_stands_there_as_if_it_had_been_claimed_before(
    stores: Stores, prepared: Callable[[Stores, ChatRequest], Awaitable[None]]
) -> None:
    found = []
    for is_early in (True, False):
        before = await stores.snapshot()
        request = a_request(a_question(user_id=f"ann-{a_thread_id()}"))
        await prepared(stores, request)
        await _answer(stores, request, is_early=is_early)
        held = await stores.snapshot()
        made = {key: held[key] for key in sorted(held.keys() - before.keys())}
        ends = [round(await stores.raw.pttl(key) / 100_000) for key in made]
        found.append((_plain(request, made), ends))

    assert found[0] == found[1]


async def test_all_that_is_kept_ends(stores: Stores) -> None:
    await _answer(stores, a_request(), is_early=True)

    ends = {key: await stores.raw.pexpiretime(key) for key in await stores.snapshot()}

    assert ends
    assert -1 not in ends.values()


@pytest.mark.parametrize("is_registered", [True, False])
@pytest.mark.parametrize("gateway", ["gateway-1", None])
async def test_it_is_announced_to_the_gateway_that_waits_or_to_all_of_them(
    database: str, gateway: str | None, *, is_registered: bool
) -> None:
    request = a_request()
    early = early_answer(request)
    async with Stores(database, gateway=gateway) as stores:
        if is_registered:
            await stores.ledger.register(request, KAFKA)
        channel = names.replies(gateway) if gateway else names.EVERY_GATEWAY
        async with Overheard(stores.raw, channel).listen(request.correlation_id) as next_reply:
            await stores.ledger.claim(request, KAFKA, early=early)
            heard = await next_reply(SOON)

    assert heard is not None
    assert heard.answer == early.outcome.answer
    assert stores.ledger.announced == 1


@pytest.mark.parametrize("owner", ["(deleted)", "bob"])
async def test_in_a_thread_that_is_no_longer_the_askers_it_settles_nothing(
    stores: Stores, owner: str
) -> None:
    """Who settles it is told, and leaves no turn there."""
    request = a_request()
    await stores.ledger.register(request, KAFKA)
    await stores.raw.set(names.owner(request.thread_id), owner, keepttl=True)

    verdict = await stores.ledger.claim(request, KAFKA, early=early_answer(request))

    assert isinstance(verdict, Claim)


async def test_a_claim_that_is_asked_for_once_more_stays_one(database: str) -> None:
    """Its reply got lost. It is written down as claimed, and has to be settled as that."""
    request = a_request()
    async with Stores(database, new_token=lambda: ClaimToken("same")) as stores:
        first = await stores.ledger.claim(request, KAFKA)

        again = await stores.ledger.claim(request, KAFKA, early=early_answer(request))

    assert isinstance(first, Claim)
    assert again == first


async def test_whoever_is_stopped_over_it_leaves_it_settled_or_free(database: str) -> None:
    """The server does it all the same, also as a claim where the answer is worth nothing."""
    async with Stores(database) as one, Stores(database) as other:
        for n in range(50):
            request = a_request(a_question(thread_id=a_thread_id()))
            if n % 2:  # something was said before in the thread
                await _answer(
                    one, a_request(a_question(thread_id=request.thread_id)), is_early=True
                )
            claiming = asyncio.create_task(
                one.ledger.claim(request, KAFKA, early=early_answer(request))
            )
            await asyncio.sleep(0)
            claiming.cancel()
            await asyncio.wait({claiming})

            async def seen(request: ChatRequest = request) -> Claim | Settlement | None:
                verdict = await other.ledger.claim(request, KAFKA)
                return verdict if isinstance(verdict, Claim | Settlement) else None

            verdict = await comes(seen, seconds=1)
            if n % 2:
                assert isinstance(verdict, Claim)


async def _answer(stores: Stores, request: ChatRequest, *, is_early: bool) -> Outcome:
    early = early_answer(request)
    verdict = await stores.ledger.claim(request, KAFKA, early=early if is_early else None)
    if isinstance(verdict, Claim):
        verdict = await stores.ledger.settle(early.outcome, claim=verdict, said=early.said)
    assert isinstance(verdict, Settlement)
    return verdict.outcome


def _plain(request: ChatRequest, held: dict[str, Any]) -> dict[str, object]:
    """Return what stands there of *request*, but for what is its own, times, and what a claim leaves."""

    def told(value: object) -> str:
        text = str(value)
        for own in (request.correlation_id, request.thread_id, request.user_id):
            text = text.replace(own, "")
        return _VARYING.sub("", text)

    plain: dict[str, object] = {}
    for key, value in held.items():
        if isinstance(value, dict):
            kept = value.keys() - OWN - CLAIMING - AGED
            plain[told(key)] = {field: told(value[field]) for field in sorted(kept)}
        else:
            plain[told(key)] = told(value)
    return plain
