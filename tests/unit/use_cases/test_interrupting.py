"""Who interrupts cancels what is open before it, and nothing else."""

from dataclasses import replace

import pytest

from cse_chat.domain.errors import (
    MalformedRecordError,
    TransportError,
)
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.model.questions import IfBusy
from cse_chat.domain.use_cases.take_place import REPLACED
from tests.builders import a_question, a_thread_id, an_outcome
from tests.unit.use_cases.busy_threads import KEPT, NOT_AT_ALL, Gone, Thread


@pytest.fixture
def thread() -> Thread:
    return Thread()


async def test_who_interrupts_cancels_all_before_it_and_is_first(thread: Thread) -> None:
    earlier = [await thread.ask() for _ in range(3)]
    await thread.memory.ledger.settle(an_outcome(earlier[0].request))

    receipt = await thread.ask(IfBusy.INTERRUPT)

    outcomes = [await thread.memory.outcome_of(r.request) for r in earlier]
    assert [o.status for o in outcomes] == [Status.ANSWERED, Status.CANCELLED, Status.CANCELLED]
    assert outcomes[1].problem == REPLACED
    assert receipt.queue_position == 0
    assert await thread.status_of(receipt.request) is Status.ACCEPTED


async def test_who_interrupts_cancels_what_runs_and_nothing_that_comes_later(
    thread: Thread,
) -> None:
    running = (await thread.ask()).request
    await thread.memory.ledger.claim(running, KEPT)
    interrupting = await thread.ask(IfBusy.INTERRUPT)
    later = await thread.ask()

    assert await thread.status_of(running) is Status.CANCELLED
    assert await thread.status_of(interrupting.request) is Status.ACCEPTED
    assert later.queue_position == 1


async def test_who_interrupts_cancels_what_is_accepted_here_and_not_registered(
    thread: Thread,
) -> None:
    request, waiting = await thread.under_way()

    receipt = await thread.ask(IfBusy.INTERRUPT)

    told = (await waiting).outcome
    assert told is not None
    assert (told.correlation_id, told.problem) == (request.correlation_id, REPLACED)
    assert receipt.queue_position == 0


async def test_who_interrupts_touches_no_other_thread(thread: Thread) -> None:
    bystander = await thread.ask()
    thread.id = a_thread_id()

    await thread.ask(IfBusy.INTERRUPT)

    assert await thread.status_of(bystander.request) is Status.ACCEPTED


@pytest.mark.parametrize("error", [TransportError("gone"), MalformedRecordError("row")])
async def test_what_cannot_be_read_now_stays_before_it(thread: Thread, error: Exception) -> None:
    """It is accepted, and says so: it waits as if it were enqueued."""
    earlier = await thread.ask()
    take_place = replace(thread.send_chat.take_place, lineup=Gone(error))  # type: ignore[arg-type] # one call is used

    receipt = await replace(thread.send_chat, take_place=take_place)(
        a_question(thread_id=thread.id, user_id="ann"), wait=NOT_AT_ALL, if_busy=IfBusy.INTERRUPT
    )

    assert receipt.queue_position == 1
    assert await thread.status_of(earlier.request) is Status.ACCEPTED


async def test_what_cannot_be_cancelled_now_stays_before_it(thread: Thread) -> None:
    earlier = await thread.ask()
    take_place = thread.send_chat.take_place
    cancel_chat = replace(take_place.cancel_chat, record_history=Gone(TransportError("gone")))  # type: ignore[arg-type] # it is called the same
    take_place = replace(take_place, cancel_chat=cancel_chat)

    receipt = await replace(thread.send_chat, take_place=take_place)(
        a_question(thread_id=thread.id, user_id="ann"), wait=NOT_AT_ALL, if_busy=IfBusy.INTERRUPT
    )

    assert receipt.queue_position == 1
    assert await thread.status_of(earlier.request) is Status.ACCEPTED
