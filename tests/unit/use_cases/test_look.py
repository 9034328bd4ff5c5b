"""Looking at what happened, now and then; and what is told where nothing more will come."""

import asyncio
from contextlib import aclosing

from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.events import Ended, EventType
from cse_chat.domain.model.outcomes import Durability, Status
from tests.builders import a_question, a_request, an_outcome
from tests.contracts.recorded import utterances
from tests.memory import Memory
from tests.unit.use_cases.followers import (
    ANN,
    IDLE,
    NOW,
    SOON,
    following,
    following_one,
    running,
    taken,
    types_of,
)
from tests.waiting import until


async def test_what_has_happened_can_be_read_without_following() -> None:
    memory = Memory()
    request, claim = await running(memory)
    await memory.ledger.settle(an_outcome(request, Status.FAILED), claim=claim)

    look = await following(memory).look(request.thread_id, ANN, after=None, wait=NOW)
    [_, started, failed] = look.told
    rest = await following(memory).look(request.thread_id, ANN, after=started.cursor, wait=NOW)
    nothing = await following(memory).look(request.thread_id, ANN, after=look.cursor, wait=NOW)

    assert types_of(look.told) == ["accepted", "started", EventType.FAILED]
    assert rest.told == (failed,)
    assert (nothing.told, nothing.cursor, nothing.over) == ((), failed.cursor, False)


async def test_whoever_looks_with_patience_is_told_as_soon_as_something_happens() -> None:
    memory = Memory()
    request, claim = await running(memory)
    look = await following(memory).look(request.thread_id, ANN, after=None, wait=IDLE)

    looking = [
        asyncio.create_task(
            following(memory).look(request.thread_id, ANN, after=look.cursor, wait=IDLE)
        ),
        asyncio.create_task(
            following_one(memory).look(request.correlation_id, ANN, after=look.cursor, wait=IDLE)
        ),
    ]
    await until(lambda: len(memory.events.followers) == 2)
    await memory.ledger.settle(an_outcome(request), claim=claim)
    of_thread, of_request = await asyncio.gather(*looking)

    assert types_of(of_thread.told) == types_of(of_request.told) == ["answered"]
    assert (of_thread.over, of_request.over) == (False, True)
    assert len(memory.events.followers) == 0


async def test_a_look_ends_with_its_patience_and_with_the_process() -> None:
    memory = Memory()
    request, _ = await running(memory)
    look = following_one(memory).look
    last = (await look(request.correlation_id, ANN, after=None, wait=NOW)).cursor

    late = await look(request.correlation_id, ANN, after=last, wait=SOON)
    looking = asyncio.create_task(look(request.correlation_id, ANN, after=last, wait=IDLE))
    await until(lambda: len(memory.events.followers) == 1)
    memory.events.followers.let_go()
    cut = await looking

    assert [(one.told, one.cursor, one.over) for one in (late, cut)] == [((), last, False)] * 2


async def test_what_happened_to_others_is_passed_by_and_not_looked_at_again() -> None:
    memory = Memory()
    first, claim = await running(memory)
    second = a_request(a_question(thread_id=first.thread_id))
    await memory.ledger.register(second, Durability.MEMORY)
    look = following_one(memory).look
    accepted = await look(second.correlation_id, ANN, after=None, wait=NOW)
    await memory.ledger.record(claim, utterances(Delta("JKH")))

    nothing = await look(second.correlation_id, ANN, after=accepted.cursor, wait=NOW)

    assert types_of(accepted.told) == ["accepted"]
    assert nothing.told == ()
    assert nothing.cursor.offset == accepted.cursor.offset + 1


async def test_behind_the_outcome_of_a_request_nothing_is_told_and_nobody_waits() -> None:
    memory = Memory()
    request, claim = await running(memory)
    await memory.ledger.settle(an_outcome(request), claim=claim)
    other = a_request(a_question(thread_id=request.thread_id))
    follow = following_one(memory)
    look = await follow.look(request.correlation_id, ANN, after=None, wait=IDLE)
    await memory.ledger.register(other, Durability.MEMORY)

    again = await follow.look(request.correlation_id, ANN, after=look.cursor, wait=IDLE)
    tellings = follow(request.correlation_id, ANN, after=look.cursor, idle=IDLE)

    assert (types_of(look.told)[-1], look.over) == ("answered", True)
    assert (again.told, again.over) == ((), True)
    assert [told async for told in tellings] == []


async def test_an_outcome_whose_events_are_gone_is_told_to_who_asks_for_all() -> None:
    memory = Memory()
    request, claim = await running(memory)
    outcome = an_outcome(request)
    await memory.ledger.settle(outcome, claim=claim)
    memory.events.forget(request.thread_id)

    tellings = following_one(memory)(request.correlation_id, ANN, after=None, idle=IDLE)
    told = [one async for stretch in tellings for one in stretch]

    assert isinstance(told[-1], Ended)
    assert told[-1].outcome == outcome


async def test_whoever_follows_a_request_past_its_deadline_is_told_that_it_expired() -> None:
    memory = Memory()
    request, _ = await running(memory)

    async with aclosing(
        following_one(memory)(request.correlation_id, ANN, after=None, idle=SOON)
    ) as stretches:
        await taken(stretches, 2)
        memory.clock.now = request.deadline
        told = await taken(stretches, 1)

    assert types_of(told) == ["expired"]


async def test_whoever_follows_is_told_at_once_that_there_is_nothing() -> None:
    memory = Memory()
    first, _ = await running(memory)
    second = a_request(a_question(thread_id=first.thread_id))
    await memory.ledger.register(second, Durability.MEMORY)
    look = await following(memory).look(first.thread_id, ANN, after=None, wait=NOW)

    for tellings in (
        following(memory)(first.thread_id, ANN, after=look.cursor, idle=IDLE),
        following_one(memory)(first.correlation_id, ANN, after=look.told[1].cursor, idle=IDLE),
    ):
        async with aclosing(tellings), asyncio.timeout(5):
            assert not await anext(tellings)
