"""Following a thread or a request: once each, in order, or a gap, whatever gets lost."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import count

import pytest

from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor, Ended, Event, Followed, Gap, Stretch
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.use_cases.follow_thread import FollowThread
from tests.builders import a_correlation_id, a_question, a_request, a_thread_id, an_outcome
from tests.contracts.recorded import utterances
from tests.memory import Memory
from tests.unit.use_cases.followers import (
    ANN,
    BOB,
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


async def test_what_was_and_what_comes_is_told_once_and_in_order() -> None:
    memory = Memory()
    request, claim = await running(memory)

    async with aclosing(
        following(memory)(request.thread_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        before = await taken(stretches, 2)
        await memory.ledger.record(claim, utterances(Delta("JKH")))
        await memory.ledger.settle(an_outcome(request), claim=claim)
        after = await taken(stretches, 2)

    assert types_of(before + after) == ["accepted", "started", "delta", "answered"]


async def test_what_is_not_heard_is_read_within_a_second_while_something_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cse_chat.domain.use_cases.following.LOOK_AGAIN", SOON)
    memory = Memory(loses_events=True)
    request, claim = await running(memory)

    async with aclosing(
        following(memory)(request.thread_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        await taken(stretches, 2)
        await memory.ledger.record(claim, utterances(Delta("JKH")))

        assert types_of(await taken(stretches, 1)) == ["delta"]


async def test_a_hole_in_what_is_heard_is_filled_first() -> None:
    memory = Memory()
    request, claim = await running(memory)

    async with aclosing(
        following(memory)(request.thread_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        await taken(stretches, 2)
        memory.loses_events = True
        await memory.ledger.record(claim, utterances(Delta("a")))
        memory.loses_events = False
        await memory.ledger.record(claim, utterances(Delta("b"), first=2, piece=1))
        told = await taken(stretches, 2)

    assert [one.cursor.offset for one in told] == [3, 4]


async def test_whoever_hears_too_much_at_once_reads_the_rest() -> None:
    memory = Memory()
    request, claim = await running(memory)

    async with aclosing(
        following(memory)(request.thread_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        await taken(stretches, 2)
        for number in range(1, 1_001):
            said = utterances(Delta("x"), first=number, piece=number - 1)
            await memory.ledger.record(claim, said)
        told = await taken(stretches, 1_000)

    assert [one.cursor.offset for one in told] == list(range(3, 1_003))


async def test_after_a_while_without_anything_it_says_so() -> None:
    memory = Memory()
    thread = a_thread_id()
    await memory.threads.own(thread, ANN)

    async with aclosing(following(memory)(thread, ANN, after=None, idle=SOON)) as stretches:
        assert [await anext(stretches), await anext(stretches)] == [(), ()]


async def test_events_that_were_lost_while_it_followed_are_a_gap() -> None:
    memory = Memory()
    request, claim = await running(memory)

    async with aclosing(
        following(memory)(request.thread_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        [*_, last] = await taken(stretches, 2)
        memory.events.forget(request.thread_id)
        await memory.ledger.record(claim, utterances(Delta("a")))
        gap, delta = await taken(stretches, 2)

    assert isinstance(gap, Gap)
    assert gap.requested == last.cursor
    assert (types_of([delta]), delta.cursor.offset) == (["delta"], 1)
    assert gap.cursor == Cursor(delta.cursor.epoch, 0)


async def test_it_ends_when_the_process_does() -> None:
    memory = Memory()
    thread = a_thread_id()
    await memory.threads.own(thread, ANN)

    async with aclosing(following(memory)(thread, ANN, after=None, idle=IDLE)) as stretches:
        assert await anext(stretches) == ()
        ending = asyncio.ensure_future(anext(stretches, None))
        await asyncio.sleep(0)
        memory.events.followers.let_go()

        assert await ending is None
    assert len(memory.events.followers) == 0


async def test_nobody_follows_the_thread_or_the_request_of_another() -> None:
    memory = Memory()
    request, _ = await running(memory)

    for stretches in (
        following(memory)(request.thread_id, BOB, after=None, idle=IDLE),
        following(memory)(a_thread_id(), ANN, after=None, idle=IDLE),
        following_one(memory)(request.correlation_id, BOB, after=None, idle=IDLE),
        following_one(memory)(a_correlation_id(), ANN, after=None, idle=IDLE),
    ):
        with pytest.raises(NotFoundError):
            await anext(stretches)
    with pytest.raises(NotFoundError):
        await following(memory).look(request.thread_id, BOB, after=None, wait=NOW)
    with pytest.raises(NotFoundError):
        await following_one(memory).look(request.correlation_id, BOB, after=None, wait=NOW)


async def test_of_a_request_only_its_own_events_are_told_up_to_its_outcome() -> None:
    memory = Memory()
    thread = a_thread_id()
    before, request, behind = (a_request(a_question(thread_id=thread)) for _ in range(3))
    for each in (before, request, behind):
        await memory.ledger.register(each, Durability.MEMORY)
    for each in (before, request):
        await memory.ledger.settle(an_outcome(each))

    stretches = following_one(memory)(request.correlation_id, ANN, after=None, idle=IDLE)
    told = [one async for stretch in stretches for one in stretch]

    assert types_of(told) == ["accepted", "answered"]
    assert {one.correlation_id for one in told if isinstance(one, Event)} == {
        request.correlation_id
    }


async def test_whoever_lost_the_outcome_with_the_events_is_told_it_all_the_same() -> None:
    memory = Memory()
    request, claim = await running(memory)
    outcome = an_outcome(request)

    async with aclosing(
        following_one(memory)(request.correlation_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        await taken(stretches, 2)
        memory.loses_events = True
        await memory.ledger.settle(outcome, claim=claim)
        memory.events.forget(request.thread_id)
        other = a_request(a_question(thread_id=request.thread_id))
        memory.loses_events = False
        await memory.ledger.register(other, Durability.MEMORY)
        told = [one async for stretch in stretches for one in stretch]

    assert types_of(told) == ["Gap", "Ended"]
    assert isinstance(told[-1], Ended)
    assert told[-1].outcome == outcome


async def test_what_happens_to_others_is_no_sign_of_life() -> None:
    memory = Memory()
    first, claim = await running(memory)
    second = a_request(a_question(thread_id=first.thread_id))
    await memory.ledger.register(second, Durability.MEMORY)

    async with aclosing(
        following_one(memory)(second.correlation_id, ANN, after=None, idle=SOON)
    ) as stretches:
        await taken(stretches, 1)
        speaking = asyncio.create_task(_speak(memory, claim))
        quiet = await anext(stretches)
        speaking.cancel()

    assert quiet == ()


async def test_who_waits_behind_one_that_never_pauses_is_told_when_the_deadline_is_over() -> None:
    memory = Memory()
    first, claim = await running(memory)
    second = a_request(a_question(thread_id=first.thread_id))
    await memory.ledger.register(second, Durability.MEMORY)

    async with aclosing(
        following_one(memory)(second.correlation_id, ANN, after=None, idle=SOON)
    ) as stretches:
        await taken(stretches, 1)
        memory.clock.now = second.deadline
        speaking = asyncio.create_task(_speak(memory, claim))
        told = await taken(stretches, 1)
        speaking.cancel()

    assert types_of(told) == ["expired"]


async def _speak(memory: Memory, claim: Claim) -> None:
    for number in count(1):
        said = utterances(Delta("x"), first=number, piece=number - 1)
        await memory.ledger.record(claim, said)
        await asyncio.sleep(0)


async def test_what_was_heard_before_the_end_is_told_before_it() -> None:
    """The outcome may come in the very moment in which the process lets everybody go."""
    memory = Memory()
    request, claim = await running(memory)
    newest = await following(memory).newest(request.thread_id)

    async with asyncio.timeout(5):
        stretches = following(memory)(request.thread_id, ANN, after=newest, idle=IDLE)
        hearing = asyncio.create_task(all_of(stretches))
        await until(lambda: len(memory.events.followers) == 1)
        await memory.ledger.settle(an_outcome(request), claim=claim)
        memory.events.followers.let_go()

        assert types_of(await hearing) == ["answered"]


async def all_of(stretches: AsyncGenerator[Sequence[Followed]]) -> list[Followed]:
    """Return all that is told until the end."""
    return [told async for stretch in stretches for told in stretch]


async def test_behind_the_newest_only_what_is_still_to_come_is_told() -> None:
    memory = Memory()
    request, claim = await running(memory)
    newest = await following(memory).newest(request.thread_id)

    await memory.ledger.record(claim, utterances(Delta("new")))

    look = await following(memory).look(request.thread_id, ANN, after=newest, wait=NOW)
    assert types_of(look.told) == ["delta"]


async def test_where_nobody_can_say_what_is_newest_all_is_told() -> None:
    """Rather told again than never."""
    memory = Memory()

    class Away:
        """An event log that cannot be read."""

        follow = memory.events.follow

        async def since(self, *_: object, **__: object) -> Stretch:
            raise TransportError("away")

    follow_thread = FollowThread(threads=memory.threads, events=Away())

    assert await follow_thread.newest(a_thread_id()) is None
