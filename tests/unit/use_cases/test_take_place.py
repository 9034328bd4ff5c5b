"""What asking does about earlier questions of the thread that are not settled."""

import asyncio
from dataclasses import replace

import pytest

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    NotAcceptedError,
    NotFoundError,
    OverloadedError,
    ThreadBusyError,
    TransportError,
)
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.model.questions import IfBusy
from cse_chat.domain.use_cases.send_chat import Receipt
from tests.builders import a_question, a_request, an_outcome
from tests.memory import LEASE
from tests.unit.use_cases.busy_threads import LONG, NOT_AT_ALL, GatedLog, Gone, Thread
from tests.waiting import until


@pytest.fixture
def thread() -> Thread:
    return Thread()


@pytest.mark.parametrize("if_busy", IfBusy)
async def test_in_a_thread_that_is_not_busy_everybody_may_ask(
    thread: Thread, if_busy: IfBusy
) -> None:
    receipt = await thread.ask(if_busy)

    assert (receipt.outcome, receipt.queue_position) == (None, 0)
    assert await thread.status_of(receipt.request) is Status.ACCEPTED


async def test_who_enqueues_waits_behind_and_is_told_how_many_are_before(thread: Thread) -> None:
    receipts = [await thread.ask() for _ in range(3)]

    assert [receipt.queue_position for receipt in receipts] == [0, 1, 2]


async def test_who_enqueues_and_is_answered_soon_asks_nobody_for_its_place(
    thread: Thread,
) -> None:
    """The quick path: neither ledger nor lineup has a call at all here."""

    class Unasked:
        """Has no calls."""

    take_place = replace(thread.send_chat.take_place, ledger=Unasked(), lineup=Unasked())  # type: ignore[arg-type] # that is the point
    thread.send_chat = replace(thread.send_chat, take_place=take_place, ledger=Unasked())  # type: ignore[arg-type] # as above
    asking = asyncio.create_task(thread.ask(wait=LONG))
    await until(lambda: len(thread.memory.log) == 1)
    [delivery] = await thread.memory.log.unfinished()
    outcome = an_outcome(delivery.request)

    thread.memory.replies.deliver(outcome)

    assert (await asking).outcome == outcome


async def test_who_would_not_wait_is_refused_and_nothing_is_kept(thread: Thread) -> None:
    first = await thread.ask()

    with pytest.raises(ThreadBusyError):
        await thread.ask(IfBusy.REJECT)

    assert len(thread.memory.log) == len(thread.memory.ledger) == 1
    await thread.memory.ledger.settle(an_outcome(first.request))
    assert (await thread.ask(IfBusy.REJECT)).queue_position == 0


async def test_of_many_who_would_not_wait_one_is_accepted(thread: Thread) -> None:
    results = await asyncio.gather(
        *(thread.ask(IfBusy.REJECT) for _ in range(20)), return_exceptions=True
    )

    assert [type(r) for r in results].count(ThreadBusyError) == 19
    assert len(thread.memory.log) == 1


async def test_of_two_gateways_one_lets_a_question_through(thread: Thread) -> None:
    """What the second knows of the first is in the ledger."""
    other = replace(thread.send_chat, take_place=thread.memory.take_place())
    question = a_question(thread_id=thread.id, user_id="ann")

    results = await asyncio.gather(
        *(
            send(question, wait=NOT_AT_ALL, if_busy=IfBusy.REJECT)
            for _ in range(10)
            for send in (thread.send_chat, other)
        ),
        return_exceptions=True,
    )

    assert [type(r) for r in results].count(Receipt) == 1
    assert len(thread.memory.log) == 1


async def test_what_is_accepted_here_and_not_registered_counts(thread: Thread) -> None:
    _, waiting = await thread.under_way()

    with pytest.raises(ThreadBusyError):
        await thread.ask(IfBusy.REJECT)

    waiting.cancel()


async def test_what_is_being_accepted_here_counts(thread: Thread) -> None:
    log = GatedLog(thread.memory.log)
    thread.send_chat = replace(thread.send_chat, requests=log)
    accepting = asyncio.create_task(thread.ask())
    await until(lambda: len(log.asked) == 1)

    with pytest.raises(ThreadBusyError):
        await thread.ask(IfBusy.REJECT)

    log.let.set()
    await accepting
    assert len(thread.memory.log) == 1


async def test_what_has_just_ended_does_not_count_though_its_sender_still_waits(
    thread: Thread,
) -> None:
    """The announcement got lost, say: the ledger knows better."""
    thread.memory.loses_announcements = True
    request, waiting = await thread.under_way()
    await thread.memory.record_history(an_outcome(request), request=request)

    receipt = await thread.ask(IfBusy.REJECT)

    assert receipt.queue_position == 0
    waiting.cancel()


async def test_what_another_user_asks_in_the_thread_does_not_count(thread: Thread) -> None:
    """It is nobody's yet: whoever is first will own it."""
    log = GatedLog(thread.memory.log)
    thread.send_chat = replace(thread.send_chat, requests=log, threads=_Unsaid())  # type: ignore[arg-type] # one call is used
    accepting = [asyncio.create_task(thread.ask(user="bob"))]
    await until(lambda: len(log.asked) == 1)
    accepting.append(asyncio.create_task(thread.ask(IfBusy.REJECT, user="ann")))

    await until(lambda: len(log.asked) == 2)

    for task in accepting:
        task.cancel()


class _Unsaid:
    async def own(self, thread_id: object, user_id: object) -> None:
        """Nobody can say whose it is, as while the store is away."""


async def test_the_thread_of_another_is_not_found_by_who_would_not_wait(thread: Thread) -> None:
    thread.send_chat = replace(thread.send_chat, threads=_Unsaid())  # type: ignore[arg-type] # one call is used
    await thread.memory.threads.own(thread.id, UserId("bob"))

    with pytest.raises(NotFoundError):
        await thread.ask(IfBusy.REJECT)

    assert len(thread.memory.log) == 0


@pytest.mark.parametrize("refusal", [TransportError("gone"), OverloadedError("full")])
async def test_a_place_is_free_again_when_the_question_was_not_accepted(
    thread: Thread, refusal: Exception
) -> None:
    log = GatedLog(thread.memory.log, refusal)
    log.let.set()
    with pytest.raises((NotAcceptedError, OverloadedError)):
        await replace(thread.send_chat, requests=log)(
            a_question(thread_id=thread.id, user_id="ann"), wait=LONG, if_busy=IfBusy.REJECT
        )

    assert (await thread.ask(IfBusy.REJECT)).queue_position == 0
    assert len(thread.memory.log) == 1


async def test_a_place_is_free_again_when_an_unknown_append_was_cancelled(thread: Thread) -> None:
    log = GatedLog(thread.memory.log, AcceptanceUnknownError("id"))
    log.let.set()
    with pytest.raises(NotAcceptedError):
        await replace(thread.send_chat, requests=log)(
            a_question(thread_id=thread.id, user_id="ann"), wait=LONG, if_busy=IfBusy.REJECT
        )

    assert (await thread.ask(IfBusy.REJECT)).queue_position == 0


async def test_a_place_whose_gateway_died_runs_out(thread: Thread) -> None:
    dead = a_request(a_question(thread_id=thread.id, user_id="ann"))
    await thread.memory.lineup.reserve(dead)
    with pytest.raises(ThreadBusyError):
        await thread.ask(IfBusy.REJECT)

    thread.memory.clock.advance(LEASE)

    assert (await thread.ask(IfBusy.REJECT)).queue_position == 0


async def test_where_nobody_can_say_whether_a_thread_is_busy_nothing_is_accepted(
    thread: Thread,
) -> None:
    take_place = replace(thread.send_chat.take_place, lineup=Gone(TransportError("gone")))  # type: ignore[arg-type] # one call is used
    thread.send_chat = replace(thread.send_chat, take_place=take_place)

    with pytest.raises(TransportError):
        await thread.ask(IfBusy.REJECT)

    assert len(thread.memory.log) == 0


async def test_what_is_over_leaves_nothing_behind(thread: Thread) -> None:
    _, waiting = await thread.under_way()
    for if_busy in IfBusy:
        await asyncio.gather(thread.ask(if_busy), return_exceptions=True)
    waiting.cancel()
    await asyncio.wait({waiting})

    assert thread.send_chat.take_place.under_way == {}
