"""What a worker hears of cancellations, and what holds when it hears nothing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.cancellations import RedisCancellations
from cse_chat.domain.errors import ClaimLostError, TransportError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.entrypoints.periodic import repeated
from cse_chat.entrypoints.worker.stopping import StopCancelled
from tests.builders import NOON, a_question, a_request, an_outcome, turns_of
from tests.integration.redis.stores import Stores, answers, comes, hearing
from tests.waiting import until

KAFKA = Durability.KAFKA
RACES = 300
HEAD_STARTS = (0, 0.001, 0.003, 0.01)  # seconds
RENEWED_EVERY = timedelta(milliseconds=500)


async def claimed(stores: Stores, request: ChatRequest) -> Claim:
    claim = await stores.ledger.claim(request, KAFKA)
    assert isinstance(claim, Claim)
    return claim


def cancel_chat(stores: Stores) -> CancelChat:
    return CancelChat(
        ledger=stores.ledger,
        record_history=RecordHistory(ledger=stores.ledger),
        now=lambda: NOON,
    )


@pytest.fixture
async def two(database: str) -> AsyncGenerator[tuple[Stores, Stores]]:
    """A gateway and a worker."""
    async with Stores(database) as gateway, Stores(database) as worker:
        yield gateway, worker


@pytest.fixture
async def told(
    two: tuple[Stores, Stores],
) -> AsyncGenerator[tuple[list[CorrelationId], RedisCancellations]]:
    async with hearing(two[1]) as cancellations:
        heard: list[CorrelationId] = []
        cancellations.on_cancelled = heard.append
        yield heard, cancellations


Told = tuple[list[CorrelationId], RedisCancellations]


async def test_only_the_cancellation_of_what_runs_is_heard(
    two: tuple[Stores, Stores], told: Told
) -> None:
    gateway, worker = two
    waiting, answered, released, running = (a_request() for _ in range(4))
    await gateway.ledger.register(waiting, KAFKA)
    for request in (answered, released, running):
        claim = await claimed(worker, request)
        if request is released:
            await worker.ledger.release(claim, spent=False)

    await gateway.ledger.settle(an_outcome(waiting, Status.CANCELLED))
    await gateway.ledger.settle(an_outcome(answered))
    await gateway.ledger.settle(an_outcome(released, Status.CANCELLED))
    for _ in range(2):
        await gateway.ledger.settle(an_outcome(running, Status.CANCELLED))
    last = a_request()
    await claimed(worker, last)
    await gateway.ledger.settle(an_outcome(last, Status.CANCELLED))

    await until(lambda: last.correlation_id in told[0])
    assert told[0] == [running.correlation_id, last.correlation_id]


async def test_what_strangers_say_is_dropped_and_the_next_is_heard(
    two: tuple[Stores, Stores], told: Told
) -> None:
    gateway, worker = two
    heard, cancellations = told
    rubbish = [
        b"",
        b"rubbish",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        b'{"type":"other","correlation_id":"550e8400-e29b-41d4-a716-446655440000"}',
        b'{"type":"cancelled","correlation_id":7}',
        b'{"type":"cancelled","correlation_id":"*"}',
    ]
    for message in rubbish:
        assert await gateway.raw.publish(names.CONTROL, message) == 1

    request = a_request()
    await claimed(worker, request)
    await gateway.ledger.settle(an_outcome(request, Status.CANCELLED))

    await until(lambda: bool(heard))
    assert (heard, cancellations.dropped) == ([request.correlation_id], len(rubbish))


async def test_a_connection_that_is_killed_is_made_anew(
    two: tuple[Stores, Stores], told: Told
) -> None:
    gateway, worker = two
    await gateway.raw.client_kill_filter(_type="pubsub")
    await comes(lambda: _one_listens(gateway))

    request = a_request()
    await claimed(worker, request)
    await gateway.ledger.settle(an_outcome(request, Status.CANCELLED))

    await until(lambda: told[0] == [request.correlation_id])


async def _one_listens(stores: Stores) -> bool:
    [(_, number)] = await stores.raw.pubsub_numsub(names.CONTROL)
    return number == 1


class Attempt:
    """One attempt that says something again and again, until its claim is lost."""

    def __init__(self, worker: Stores) -> None:
        self.keep_claims = KeepClaims(claims=worker.ledger)
        self._worker = worker
        self.began = asyncio.Event()

    async def run(self, request: ChatRequest) -> Claim:
        claim = await claimed(self._worker, request)
        with self.keep_claims.holding(claim) as held:
            try:
                async with asyncio.timeout(10) as limit:
                    held.stops(limit)
                    self.began.set()
                    await asyncio.Event().wait()
            except TimeoutError:
                assert held.lost
        return claim

    @asynccontextmanager
    async def running(self, request: ChatRequest) -> AsyncGenerator[asyncio.Task[Claim]]:
        task = asyncio.create_task(self.run(request))
        await self.began.wait()
        yield task


async def test_what_runs_is_stopped_before_its_claim_is_renewed(
    two: tuple[Stores, Stores],
) -> None:
    gateway, worker = two
    attempt, request = Attempt(worker), a_request(a_question(user_id="ann"))
    async with (
        hearing(worker) as cancellations,
        StopCancelled(cancellations=cancellations, keep_claims=attempt.keep_claims),
        attempt.running(request) as running,
        asyncio.timeout(5),
    ):
        await cancel_chat(gateway)(request.correlation_id, request.user_id)

        claim = await running

    utterance = Utterance(number=1, said=Delta("late"))
    with pytest.raises(ClaimLostError):
        await worker.ledger.record(claim, [utterance])


async def test_what_runs_is_stopped_when_the_cancellation_is_never_heard(
    two: tuple[Stores, Stores],
) -> None:
    """By the renewal of its claim, within a second."""
    gateway, worker = two
    attempt, request = Attempt(worker), a_request(a_question(user_id="ann"))
    async with (
        repeated(attempt.keep_claims, every=RENEWED_EVERY),
        attempt.running(request) as running,
        asyncio.timeout(5),
    ):
        await cancel_chat(gateway)(request.correlation_id, request.user_id)

        await running


async def test_a_cancelled_request_keeps_its_thread_until_its_agent_has_stopped(
    two: tuple[Stores, Stores],
) -> None:
    """One at a time: an agent that does not stop at once may still be at work."""
    gateway, worker = two
    question = a_question(user_id="ann")
    first, second = a_request(question), a_request(question)
    claim = await claimed(worker, first)
    await gateway.ledger.settle(an_outcome(first, Status.CANCELLED))

    assert not isinstance(await worker.ledger.claim(second, KAFKA), Claim)
    assert await worker.ledger.renew([claim]) == [claim]
    await worker.ledger.release(claim, spent=False)

    await claimed(worker, second)


async def test_of_a_cancellation_and_an_answer_at_once_one_wins_and_both_are_told_it(
    two: tuple[Stores, Stores],
) -> None:
    gateway, worker = two
    cancel = cancel_chat(gateway)
    winners: dict[Status, int] = {}

    async def answered(request: ChatRequest, claim: Claim, turns: int) -> Settlement:
        for _ in range(turns):  # so that now the one is first and now the other
            await asyncio.sleep(0)
        # Cancelling reads before it settles: by turns alone it would seldom be first.
        await asyncio.sleep(HEAD_STARTS[turns % len(HEAD_STARTS)])
        return await worker.ledger.settle(an_outcome(request), claim=claim)

    async def cancelled(request: ChatRequest, turns: int) -> Outcome:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await cancel(request.correlation_id, request.user_id)

    for number in range(RACES):
        request = a_request()
        claim = await claimed(worker, request)

        told, settlement = await asyncio.gather(
            cancelled(request, number % 7), answered(request, claim, number % 11)
        )

        assert told == settlement.outcome
        winners[told.status] = winners.get(told.status, 0) + 1
        [entry] = (await gateway.ledger.find([request.correlation_id])).values()
        assert entry.settlement is not None
        assert entry.settlement.outcome == told
        page = await gateway.history.page(request.thread_id, after=None, limit=9)
        assert page.turns == turns_of(request, told)
    assert winners.keys() == {Status.ANSWERED, Status.CANCELLED}


async def test_a_cancellation_while_the_server_is_away_is_not_told_as_one(
    own_server: RedisServer, hasty: Stores
) -> None:
    """And once it is back, cancelling again decides."""
    request = a_request(a_question(user_id="ann"))
    await hasty.ledger.register(request, KAFKA)
    own_server.kill()
    with pytest.raises(TransportError):
        await cancel_chat(hasty)(request.correlation_id, request.user_id)

    own_server.start()
    await comes(lambda: answers(hasty))

    outcome = await cancel_chat(hasty)(request.correlation_id, request.user_id)
    assert outcome.status is Status.CANCELLED


async def test_what_is_cancelled_before_it_could_be_registered_has_both_turns(
    stores: Stores,
) -> None:
    """It is known here alone, and nobody else can tell what was asked."""
    request = a_request()
    stores.ledger.registrations.keep(request, KAFKA)

    settlement = await stores.ledger.settle(an_outcome(request, Status.CANCELLED))

    page = await stores.history.page(request.thread_id, after=None, limit=9)
    assert page.turns == turns_of(request, settlement.outcome)
