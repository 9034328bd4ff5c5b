"""A ledger that lost something is given back what the response log keeps."""

import asyncio
from datetime import datetime, timedelta

import pytest

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.model.claims import Tail
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.use_cases.apply_responses import OVERLAP
from cse_chat.domain.use_cases.process_request import Progress
from tests.builders import NOON, a_question, a_request, an_outcome, turns_of
from tests.memory import Memory, ScriptedAgent
from tests.unit.use_cases.ledger_loss import Scene

EARLIER = timedelta(minutes=20)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """With a request in hand in partition 0."""
    scene.in_hand(a_request(), appended=NOON)
    return scene


async def test_what_was_answered_is_settled_again_with_both_turns(busy: Scene) -> None:
    request = a_request()
    outcome = an_outcome(request)
    busy.log.kept.append(Answered(outcome=outcome, request=request))

    await busy.apply(0)

    assert await busy.memory.outcome_of(request) == outcome
    assert await busy.turns(request) == turns_of(request, outcome)


async def test_an_answer_whose_question_is_gone_stands_alone(busy: Scene) -> None:
    request = a_request()
    outcome = an_outcome(request)
    busy.log.kept.append(Answered(outcome=outcome, request=None))

    await busy.apply(0)

    assert await busy.turns(request) == (Turn.answering(outcome),)


@pytest.mark.parametrize(
    ("status", "proven"),
    [
        (Status.ANSWERED, {Tail.HISTORY, Tail.RESPONSE}),
        (Status.EXPIRED, {Tail.HISTORY, Tail.RESPONSE}),
        (Status.FAILED, {Tail.HISTORY, Tail.RESPONSE, Tail.DEAD_LETTER}),
    ],
)
async def test_its_tail_is_not_done_again(busy: Scene, status: Status, proven: set[Tail]) -> None:
    request = a_request()
    busy.log.kept.append(Answered(outcome=an_outcome(request, status), request=request))

    await busy.apply(0)

    entry = (await busy.memory.ledger.find([request.correlation_id]))[request.correlation_id]
    assert entry.settlement is not None
    assert entry.settlement.done == proven


async def test_what_the_ledger_has_stays_as_it_is(busy: Scene) -> None:
    request = a_request()
    winner = an_outcome(request, text="first")
    await busy.memory.record_history(winner, request=request)
    busy.log.kept.append(Answered(outcome=an_outcome(request, text="late"), request=request))

    await busy.apply(0)

    assert await busy.memory.outcome_of(request) == winner
    assert await busy.turns(request) == turns_of(request, winner)


async def test_an_id_that_is_anothers_by_now_does_not_stop_the_rest(busy: Scene) -> None:
    taken = a_request()
    await busy.memory.ledger.register(
        a_request(a_question(user_id="bob"), correlation_id=taken.correlation_id),
        Durability.KAFKA,
    )
    other = a_request()
    busy.log.kept += [
        Answered(outcome=an_outcome(taken), request=taken),
        Answered(outcome=an_outcome(other), request=other),
    ]

    await busy.apply(0)

    assert await busy.memory.outcome_of(other) == an_outcome(other)


async def test_what_is_in_hand_is_registered_behind_the_answers(scene: Scene) -> None:
    question = a_question()
    before, waiting = a_request(question), a_request(question)
    scene.log.kept.append(Answered(outcome=an_outcome(before), request=before))
    scene.in_hand(waiting, appended=NOON)

    await scene.apply(0)

    expected = (*turns_of(before, an_outcome(before)), Turn.asking(waiting))
    assert await scene.turns(waiting) == expected


async def test_in_hand_may_be_what_is_not_ours_to_register(scene: Scene) -> None:
    await scene.memory.threads.own(a_question(thread_id="t").thread_id, a_question().user_id)
    scene.in_hand(a_request(a_question(thread_id="t", user_id="bob")), appended=NOON)

    await scene.apply(0)

    assert scene.marks.complete_now == {0}


async def test_without_a_mark_it_begins_before_the_first_request_in_hand(scene: Scene) -> None:
    scene.in_hand(a_request(), appended=NOON - EARLIER)
    scene.in_hand(a_request(), appended=NOON)

    await scene.apply(0)

    assert scene.log.asked == [{0: NOON - EARLIER - OVERLAP}]


async def test_it_begins_before_what_gateways_register_again(scene: Scene) -> None:
    """They do that for a minute's requests, and may be the first to notice."""
    scene.in_hand(a_request(), appended=NOON)

    await scene.apply(0)

    assert scene.log.asked == [{0: NOON - 2 * OVERLAP}]


@pytest.mark.parametrize(
    ("marked", "appended", "begins"),
    [
        (NOON - EARLIER, NOON, NOON - EARLIER - OVERLAP),
        (NOON, NOON - EARLIER, NOON - EARLIER),
    ],
)
async def test_with_a_mark_it_begins_before_that_or_with_the_first_request(
    scene: Scene, marked: datetime, appended: datetime, begins: datetime
) -> None:
    scene.marks.until = {0: marked}
    scene.in_hand(a_request(), appended=appended)

    await scene.apply(0)

    assert scene.log.asked == [{0: begins}]


async def test_one_pass_takes_every_partition_that_lacks_a_mark(scene: Scene) -> None:
    for partition in (1, 2, 3):
        scene.in_hand(a_request(), partition=partition, appended=NOON)
    scene.marks.complete_now.add(2)

    await scene.apply(1)

    assert set(scene.log.asked[0]) == {1, 3}
    assert scene.marks.complete_now == {1, 2, 3}


async def test_many_who_need_it_at_once_make_one_pass(busy: Scene) -> None:
    busy.log.may_go_on.clear()
    callers = [asyncio.create_task(busy.apply(0)) for _ in range(50)]
    await busy.log.is_read.wait()
    busy.log.may_go_on.set()

    await asyncio.gather(*callers)

    assert len(busy.log.asked) == 1


async def test_after_one_that_failed_the_next_who_waits_is_let_go_to_look_again(
    busy: Scene,
) -> None:
    busy.log.fails = 1
    busy.log.may_go_on.clear()
    first, second = (asyncio.create_task(busy.apply(0)) for _ in range(2))
    await busy.log.is_read.wait()
    busy.log.may_go_on.set()

    with pytest.raises(TransportError):
        await first
    await second
    assert busy.marks.complete_now == set()

    await busy.apply(0)
    assert busy.marks.complete_now == {0}


async def test_nothing_is_vouched_for_when_the_log_cannot_be_read_to_its_end(
    busy: Scene,
) -> None:
    busy.log.fails = 1

    with pytest.raises(TransportError):
        await busy.apply(0)

    assert busy.marks.complete_now == set()


async def test_nothing_is_vouched_for_when_the_server_became_another_meanwhile(
    busy: Scene,
) -> None:
    busy.log.may_go_on.clear()
    applying = asyncio.create_task(busy.apply(0))
    await busy.log.is_read.wait()
    busy.marks.run_id = "third"
    busy.log.may_go_on.set()

    await applying

    assert busy.marks.complete_now == set()


async def test_a_caller_that_is_stopped_leaves_the_way_free(busy: Scene) -> None:
    busy.log.may_go_on.clear()
    stopped = asyncio.create_task(busy.apply(0))
    await busy.log.is_read.wait()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    busy.log.may_go_on.set()

    await busy.apply(0)

    assert busy.marks.complete_now == {0}


async def test_a_redelivered_request_that_was_answered_is_not_run_again() -> None:
    """The ledger is another one, and empty: what holds is in the response log."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    agent = ScriptedAgent("once")
    await memory.process_request(agent)(delivery, Progress())
    first = await memory.outcome_of(request)
    emptied = Memory(clock=memory.clock)
    emptied.responses = memory.responses

    await emptied.process_request(agent)(delivery, Progress())

    assert len(agent.asked) == 1
    assert await emptied.outcome_of(request) == first


async def test_one_that_was_answered_is_not_expired_by_an_emptied_ledger() -> None:
    memory = Memory()
    request = a_request(deadline=timedelta(seconds=30))
    delivery = await memory.delivered(request)
    await memory.process_request(ScriptedAgent("once"))(delivery, Progress())
    memory.clock.advance(timedelta(seconds=31))
    emptied = Memory(clock=memory.clock)
    emptied.responses = memory.responses

    await emptied.process_request(ScriptedAgent())(delivery, Progress())

    assert (await emptied.outcome_of(request)).status is Status.ANSWERED
