import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    CancelUnavailableError,
    NotFoundError,
    TransportError,
)
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.cancel_chat import CANCELLED, CancelChat
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_correlation_id, a_question, a_request, an_outcome, turns_of
from tests.memory import Memory, ScriptedAgent
from tests.waiting import until

SOON = timedelta(seconds=5)
ANN = UserId("ann")


@pytest.fixture
async def request_(memory: Memory) -> ChatRequest:
    """A registered one, of Ann."""
    request = a_request(a_question(user_id=ANN))
    await memory.ledger.register(request, Durability.MEMORY)
    return request


@pytest.fixture
def memory() -> Memory:
    return Memory()


async def kinds_of(memory: Memory, request: ChatRequest) -> Sequence[EventType]:
    stretch = await memory.events.since(request.thread_id, None, limit=99)
    return [event.type for event in stretch.events]


async def test_a_request_that_waits_is_cancelled(memory: Memory, request_: ChatRequest) -> None:
    outcome = await memory.cancel_chat()(request_.correlation_id, ANN)

    assert (outcome.status, outcome.problem) == (Status.CANCELLED, CANCELLED)
    assert (outcome.durability, outcome.attempt) == (Durability.MEMORY, 0)
    assert await memory.outcome_of(request_) == outcome
    page = await memory.history.page(request_.thread_id, after=None, limit=9)
    assert page.turns == turns_of(request_, outcome)
    assert await kinds_of(memory, request_) == [EventType.ACCEPTED, EventType.CANCELLED]


async def test_cancelling_again_tells_the_same(memory: Memory, request_: ChatRequest) -> None:
    cancel = memory.cancel_chat()
    first = await cancel(request_.correlation_id, ANN)
    memory.clock.advance(SOON)

    assert await cancel(request_.correlation_id, ANN) == first
    assert await kinds_of(memory, request_) == [EventType.ACCEPTED, EventType.CANCELLED]


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.FAILED, Status.EXPIRED])
async def test_an_outcome_that_was_first_stays_and_is_told(
    memory: Memory, request_: ChatRequest, status: Status
) -> None:
    await memory.ledger.settle(an_outcome(request_, status))

    outcome = await memory.cancel_chat()(request_.correlation_id, ANN)

    assert outcome == an_outcome(request_, status)


async def test_an_answer_that_is_settled_between_looking_and_cancelling_wins(
    memory: Memory, request_: ChatRequest
) -> None:
    answer = an_outcome(request_)

    class Overtaken:
        find = memory.ledger.find

        async def settle(self, outcome: Outcome, **_: object) -> Settlement:
            await memory.ledger.settle(answer)
            return await memory.ledger.settle(outcome)

    overtaken = Overtaken()
    cancel = CancelChat(
        ledger=overtaken,  # type: ignore[arg-type] # of its calls two are used
        record_history=RecordHistory(ledger=overtaken),  # type: ignore[arg-type] # as above
        now=memory.clock,
    )

    assert await cancel(request_.correlation_id, ANN) == answer


async def test_what_is_unknown_or_anothers_is_not_found(
    memory: Memory, request_: ChatRequest
) -> None:
    cancel = memory.cancel_chat()

    with pytest.raises(NotFoundError):
        await cancel(a_correlation_id(), ANN)
    with pytest.raises(NotFoundError):
        await cancel(request_.correlation_id, UserId("bob"))

    [entry] = (await memory.ledger.find([request_.correlation_id])).values()
    assert entry.status is Status.ACCEPTED


@pytest.mark.parametrize("call", ["find", "settle"])
async def test_what_cannot_be_decided_now_is_told_as_that(
    memory: Memory, request_: ChatRequest, call: str
) -> None:
    class Gone:
        find = memory.ledger.find
        settle = memory.ledger.settle

    async def fail(*_: object, **__: object) -> None:
        raise TransportError("gone")

    gone = Gone()
    setattr(gone, call, fail)
    cancel = CancelChat(
        ledger=gone,  # type: ignore[arg-type] # of its calls two are used
        record_history=RecordHistory(ledger=gone),  # type: ignore[arg-type] # as above
        now=memory.clock,
    )

    with pytest.raises(CancelUnavailableError) as raised:
        await cancel(request_.correlation_id, ANN)

    assert isinstance(raised.value, TransportError)


async def test_no_agent_runs_for_what_was_cancelled_before(memory: Memory) -> None:
    """But its tail is written, as that of any outcome."""
    request = a_request(a_question(user_id=ANN))
    delivery = await memory.delivered(request)
    await memory.ledger.register(request, Durability.MEMORY)
    await memory.cancel_chat()(request.correlation_id, ANN)
    agent = ScriptedAgent()

    await memory.process_request(agent)(delivery, Progress())

    assert agent.asked == []
    [(recorded, _)] = memory.responses.read()
    assert recorded.status is Status.CANCELLED


async def test_what_runs_is_stopped_and_says_nothing_more(memory: Memory) -> None:
    """By the renewal of its claim alone: nobody has heard of the cancellation."""
    request = a_request(a_question(user_id=ANN))
    delivery = await memory.delivered(request)
    agent = ScriptedAgent(asyncio.Event())
    progress = Progress()
    processing = asyncio.create_task(memory.process_request(agent)(delivery, progress))
    await agent.started.wait()

    outcome = await memory.cancel_chat()(request.correlation_id, ANN)
    await memory.keep_claims()
    async with asyncio.timeout(5):
        await processing

    assert await memory.outcome_of(request) == outcome
    assert await kinds_of(memory, request) == [
        EventType.ACCEPTED,
        EventType.STARTED,
        EventType.CANCELLED,
    ]
    assert progress.ended == "settled-before"
    [(recorded, _)] = memory.responses.read()
    assert recorded == outcome


async def test_the_thread_goes_on_with_its_next_request_at_once(memory: Memory) -> None:
    question = a_question(user_id=ANN)
    first, second = a_request(question), a_request(question)
    deliveries = [await memory.delivered(request) for request in (first, second)]
    agent = ScriptedAgent(asyncio.Event(), "second")
    process = memory.process_request(agent, slots=2)
    processing = asyncio.create_task(process(deliveries[0], Progress()))
    await agent.started.wait()

    await memory.cancel_chat()(first.correlation_id, ANN)
    await memory.keep_claims()
    await processing

    assert isinstance(await memory.ledger.claim(second, Durability.MEMORY), Claim)


async def test_who_waits_for_the_answer_is_told_at_once(memory: Memory) -> None:
    sending = asyncio.create_task(memory.send_chat()(a_question(user_id=ANN), wait=SOON))
    await until(lambda: len(memory.ledger) == 1)
    [delivery] = await memory.log.unfinished()

    cancelled = await memory.cancel_chat()(delivery.request.correlation_id, ANN)

    assert (await sending).outcome == cancelled
