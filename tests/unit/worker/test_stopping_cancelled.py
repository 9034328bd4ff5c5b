"""What runs of a request is stopped as soon as somebody says that it is cancelled."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import suppress

import pytest

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.use_cases.keep_claims import HeldClaim, KeepClaims
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from cse_chat.entrypoints.worker.stopping import StopCancelled
from tests.builders import a_correlation_id, a_question, a_request, an_outcome
from tests.memory import Memory
from tests.unit.worker.scenes import settled_down
from tests.waiting import until


class Asked:
    """Claims that note what they are asked for, and may wait or fail."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.renewals: list[Collection[Claim]] = []
        self.let = asyncio.Event()
        self.let.set()
        self.error: Exception | None = None

    async def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
        self.renewals.append(claims)
        await self.let.wait()
        if self.error:
            raise self.error
        return await self._memory.ledger.renew(claims)


class Scene:
    """A worker that runs one request, and hears of cancellations."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.claims = Asked(self.memory)
        self.keep_claims = KeepClaims(claims=self.claims)  # type: ignore[arg-type] # one call is used
        self.cancellations = self.memory.ledger.cancellations

    async def claimed(self) -> tuple[ChatRequest, HeldClaim]:
        request = a_request()
        claim = await self.memory.ledger.claim(request, Durability.MEMORY)
        assert isinstance(claim, Claim)
        return request, self.keep_claims.holding(claim)

    async def cancel(self, request: ChatRequest) -> None:
        await self.memory.ledger.settle(an_outcome(request, Status.CANCELLED))


@pytest.fixture
async def scene() -> AsyncGenerator[Scene]:
    scene = Scene()
    async with StopCancelled(cancellations=scene.cancellations, keep_claims=scene.keep_claims):
        yield scene


async def test_a_request_that_is_cancelled_is_stopped_at_once(scene: Scene) -> None:
    """No pass over all claims is made here."""
    request, holding = await scene.claimed()
    with holding as held:
        await scene.cancel(request)
        await until(lambda: held.lost)

    assert scene.claims.renewals == [[held.claim]]


async def test_what_is_not_cancelled_goes_on_whoever_says_so(scene: Scene) -> None:
    request, holding = await scene.claimed()
    with holding as held:
        for _ in range(3):
            scene.cancellations.tell(request.correlation_id)
            await settled_down()

    assert not held.lost
    assert len(scene.claims.renewals) == 3


async def test_of_what_does_not_run_here_nobody_is_asked(scene: Scene) -> None:
    _, holding = await scene.claimed()
    with holding as held:
        for strange in (a_correlation_id(), CorrelationId("")):
            scene.cancellations.tell(strange)
        await settled_down()

    assert (held.lost, scene.claims.renewals) == (False, [])


async def test_however_often_it_is_said_one_look_is_under_way(scene: Scene) -> None:
    request, holding = await scene.claimed()
    scene.claims.let.clear()
    with holding as held:
        await scene.cancel(request)
        for _ in range(1_000):
            scene.cancellations.tell(request.correlation_id)
        await settled_down()
        assert len(scene.claims.renewals) == 1
        scene.claims.let.set()
        await until(lambda: held.lost)


async def test_a_store_that_fails_is_asked_again_by_the_next_pass(scene: Scene) -> None:
    request, holding = await scene.claimed()
    scene.claims.error = TransportError("gone")
    with holding as held:
        await scene.cancel(request)
        await until(lambda: len(scene.claims.renewals) == 1)
        await settled_down()
        scene.claims.error = None

        await scene.keep_claims()

        assert held.lost


async def test_only_cancellations_of_what_runs_are_told() -> None:
    memory = Memory()
    told: list[CorrelationId] = []
    memory.ledger.cancellations.on_cancelled = told.append
    waiting, answered, running = (a_request() for _ in range(3))
    for request in (answered, running):
        assert isinstance(await memory.ledger.claim(request, Durability.MEMORY), Claim)

    await memory.ledger.settle(an_outcome(waiting, Status.CANCELLED))
    await memory.ledger.settle(an_outcome(answered))
    for _ in range(2):
        await memory.ledger.settle(an_outcome(running, Status.CANCELLED))

    assert told == [running.correlation_id]


async def test_closing_stops_looking() -> None:
    scene = Scene()
    request, holding = await scene.claimed()
    scene.claims.let.clear()
    stop = StopCancelled(cancellations=scene.cancellations, keep_claims=scene.keep_claims)
    with holding:
        async with stop:
            await scene.cancel(request)
            await settled_down()
        scene.cancellations.tell(request.correlation_id)
        await settled_down()

    assert len(scene.claims.renewals) == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


class Stubborn:
    """Catches its cancellation and goes on to speak."""

    def __init__(self) -> None:
        self.began = asyncio.Event()

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        self.began.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        yield Delta("I was told to stop, and say this all the same.")
        await asyncio.Event().wait()


async def test_an_agent_that_ignores_it_is_ended_where_it_speaks_and_is_not_heard() -> None:
    """Its slot and its thread are free then."""
    memory, agent = Memory(), Stubborn()
    request = a_request()
    delivery = await memory.delivered(request)
    process = memory.process_request(GuardedAgent(agent))
    stop = StopCancelled(cancellations=memory.ledger.cancellations, keep_claims=memory.keep_claims)
    async with stop, asyncio.timeout(5):
        processing = asyncio.create_task(process(delivery, Progress()))
        await agent.began.wait()
        await memory.ledger.settle(an_outcome(request, Status.CANCELLED))
        await processing

    stretch = await memory.events.since(request.thread_id, None, limit=9)
    assert [event.type for event in stretch.events] == ["accepted", "started", "cancelled"]
    assert not process.slots.locked()
    following = a_request(a_question(thread_id=request.thread_id))
    assert isinstance(await memory.ledger.claim(following, Durability.MEMORY), Claim)
