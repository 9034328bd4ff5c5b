"""`ReadAnswer`, `ReadHistory` and `SweepReplies`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.domain.errors import NotFoundError, NotListeningError
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.model.outcomes import Asked, Durability, Outcome, Status
from cse_chat.domain.ports.replies import NextReply
from cse_chat.domain.use_cases.read_history import ReadHistory
from tests.builders import a_correlation_id, a_question, a_request, a_thread_id, an_outcome
from tests.memory import Memory
from tests.waiting import until

ANN, BOB = UserId("ann"), UserId("bob")
SOON = timedelta(seconds=2)


class Deaf:
    """Hears nothing, and says so; counts who wants to."""

    def __init__(self) -> None:
        self.asked = 0

    def listen(self, correlation_id: object, *, request: object) -> object:
        self.asked += 1
        raise NotListeningError("away")


class LateReplies:
    """Begins to listen just after the outcome was told."""

    def __init__(self, memory: Memory, outcome: Outcome) -> None:
        self._memory = memory
        self._outcome = outcome

    @asynccontextmanager
    async def listen(
        self, correlation_id: CorrelationId, *, request: Asked | None
    ) -> AsyncGenerator[NextReply]:
        await self._memory.ledger.settle(self._outcome)
        async with self._memory.replies.listen(correlation_id, request=request) as next_reply:
            yield next_reply


async def test_an_open_request_tells_its_status() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)

    entry = await memory.read_answer()(request.correlation_id, ANN)

    assert (entry.status, entry.settlement) == (Status.ACCEPTED, None)


async def test_an_outcome_is_read_long_after_it_was_announced() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.settle(an_outcome(request))
    memory.clock.advance(timedelta(hours=23))

    entry = await memory.read_answer()(request.correlation_id, ANN, wait=SOON)

    assert entry.settlement is not None
    assert entry.settlement.outcome == an_outcome(request)


async def test_what_is_anothers_looks_like_what_is_unknown() -> None:
    memory = Memory()
    request = a_request(a_question(user_id="ann"))
    await memory.ledger.settle(an_outcome(request))

    for correlation_id in (request.correlation_id, a_correlation_id()):
        with pytest.raises(NotFoundError):
            await memory.read_answer()(correlation_id, BOB)


async def test_a_wait_is_woken_by_the_outcome() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)
    reading = asyncio.create_task(memory.read_answer()(request.correlation_id, ANN, wait=SOON))
    await until(lambda: len(memory.replies) == 1)

    await memory.ledger.settle(an_outcome(request))

    assert (await reading).status is Status.ANSWERED


async def test_a_wait_is_not_woken_by_what_names_another_thread() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)
    reading = asyncio.create_task(memory.read_answer()(request.correlation_id, ANN, wait=SOON))
    await until(lambda: len(memory.replies) == 1)

    forged = replace(an_outcome(request), thread_id=a_thread_id())
    assert not memory.replies.tell(forged)
    await memory.ledger.settle(an_outcome(request))

    entry = await reading
    assert entry.settlement
    assert entry.settlement.outcome == an_outcome(request)


async def test_an_outcome_between_reading_and_listening_is_not_missed() -> None:
    """It is announced to nobody, and read once it is listened for."""
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)
    late = LateReplies(memory, an_outcome(request))
    read_answer = replace(memory.read_answer(), replies=late)  # type: ignore[arg-type] # one call is used

    async with asyncio.timeout(1):
        entry = await read_answer(request.correlation_id, ANN, wait=timedelta(minutes=1))

    assert entry.status is Status.ANSWERED


async def test_nothing_is_listened_for_that_is_unknown() -> None:
    memory = Memory()
    deaf = Deaf()
    read_answer = replace(memory.read_answer(), replies=deaf)  # type: ignore[arg-type] # one call is used

    with pytest.raises(NotFoundError):
        await read_answer(a_correlation_id(), ANN, wait=SOON)
    assert deaf.asked == 0


async def test_where_nothing_can_be_heard_what_is_known_is_told_at_once() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)
    read_answer = replace(memory.read_answer(), replies=Deaf())  # type: ignore[arg-type] # one call is used

    async with asyncio.timeout(1):
        entry = await read_answer(request.correlation_id, ANN, wait=timedelta(minutes=1))

    assert entry.status is Status.ACCEPTED


async def test_a_wait_that_is_over_tells_what_is_known() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)

    entry = await memory.read_answer()(request.correlation_id, ANN, wait=timedelta(milliseconds=5))

    assert entry.status is Status.ACCEPTED


async def test_reading_past_the_deadline_settles_it_expired() -> None:
    """All workers may be gone: the sender is told all the same."""
    memory = Memory()
    request = a_request(deadline=timedelta(minutes=1))
    await memory.ledger.register(request, Durability.MEMORY)
    memory.clock.advance(timedelta(minutes=1))

    entry = await memory.read_answer()(request.correlation_id, ANN)

    assert entry.status is Status.EXPIRED
    [_, turn] = (await memory.history.page(request.thread_id, after=None, limit=2)).turns
    assert turn.status is Status.EXPIRED


async def test_a_wait_ends_with_the_deadline() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(milliseconds=5))
    await memory.ledger.register(request, Durability.MEMORY)
    reading = asyncio.create_task(memory.read_answer()(request.correlation_id, ANN, wait=SOON))
    await until(lambda: len(memory.replies) == 1)
    memory.clock.advance(timedelta(milliseconds=5))

    assert (await reading).status is Status.EXPIRED


async def test_the_history_of_a_thread_is_its_owners() -> None:
    memory = Memory()
    read_history = ReadHistory(threads=memory.threads, history=memory.history)
    request = a_request(a_question(user_id="ann"))
    await memory.ledger.register(request, Durability.MEMORY)

    page = await read_history(request.thread_id, ANN, after=None, limit=10)

    assert [turn.content for turn in page.turns] == [request.question.text]
    for thread, user in ((request.thread_id, BOB), (a_thread_id(), ANN)):
        with pytest.raises(NotFoundError):
            await read_history(thread, user, after=None, limit=10)


async def test_a_sweep_tells_who_waits_what_was_lost() -> None:
    """In batches: here of two, for five who wait."""
    memory = Memory(loses_announcements=True)
    requests = [a_request() for _ in range(5)]
    heard: list[str] = []

    async def wait_for(number: int) -> None:
        async with memory.replies.listen(requests[number].correlation_id) as next_reply:
            outcome = await next_reply(timedelta(seconds=2))
            heard.append(outcome.correlation_id if outcome else "nothing")

    async with asyncio.timeout(2), asyncio.TaskGroup() as waits:
        for number in range(5):
            waits.create_task(wait_for(number))
        await asyncio.sleep(0)
        for request in requests[:4]:
            await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(timedelta(milliseconds=500))
        assert await memory.sweep_replies()() == 4
        await memory.ledger.settle(an_outcome(requests[4]))
        assert await memory.sweep_replies()() >= 1

    assert sorted(heard) == sorted(request.correlation_id for request in requests)


async def test_a_sweep_tells_nothing_of_what_is_open() -> None:
    memory = Memory()
    request = a_request()
    await memory.ledger.register(request, Durability.MEMORY)

    async with memory.replies.listen(request.correlation_id):
        memory.clock.advance(timedelta(seconds=1))
        assert await memory.sweep_replies()() == 0


async def test_a_sweep_leaves_young_waits_alone() -> None:
    memory = Memory(loses_announcements=True)
    request = a_request()
    await memory.ledger.settle(an_outcome(request))

    async with memory.replies.listen(request.correlation_id):
        assert await memory.sweep_replies()() == 0
