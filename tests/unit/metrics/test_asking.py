"""Every question is counted once, as what it became for who asked."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    ChatError,
    NotAcceptedError,
    NotFoundError,
    NotOwnerError,
    OverloadedError,
    TransportError,
)
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest, IfBusy, Question
from cse_chat.domain.use_cases.send_chat import Receipt
from cse_chat.entrypoints.metrics.asking import AskedTally, CountedAsking, CountedRequestLog
from tests.builders import a_correlation_id, a_question, a_request, an_outcome

WAIT = timedelta(seconds=1)


class Log:
    """Takes everything, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    async def append(self, _: ChatRequest) -> Durability:
        if self._error:
            raise self._error
        return Durability.MEMORY


class Scene:
    """A use case that accepts what it is told to, and ends as it is told to."""

    def __init__(self, *, log: Log | None = None) -> None:
        self.tally = AskedTally()
        self.log = CountedRequestLog(log or Log(), self.tally)
        self.may_end = asyncio.Event()
        self.ends_with: Exception | Status | None = None

    async def ask(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        request = a_request(question)
        await self.log.append(request)
        await asyncio.wait_for(self.may_end.wait(), wait.total_seconds())
        if isinstance(self.ends_with, Exception):
            raise self.ends_with
        outcome = an_outcome(request, status=self.ends_with) if self.ends_with else None
        return Receipt(request=request, durability=Durability.MEMORY, outcome=outcome)

    @property
    def counted(self) -> dict[str, int]:
        return {outcome: count for outcome, count in self.tally.outcomes.items() if count}


@pytest.mark.parametrize(
    "status", [Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED]
)
async def test_an_outcome_that_comes_in_time_is_counted_as_what_it_is(status: Status) -> None:
    scene = Scene()
    scene.ends_with = status
    scene.may_end.set()

    await CountedAsking(scene.ask, scene.tally)(a_question(), wait=WAIT)

    assert scene.counted == {status: 1}
    assert scene.tally.accepted == 1
    assert scene.tally.response_seconds.count == 1


async def test_while_its_sender_waits_it_is_in_flight() -> None:
    scene = Scene()
    asking = asyncio.create_task(CountedAsking(scene.ask, scene.tally)(a_question(), wait=WAIT))
    await asyncio.sleep(0)

    assert (scene.tally.accepted, scene.tally.in_flight, scene.counted) == (1, 1, {})
    scene.may_end.set()
    await asking
    assert (scene.tally.accepted, scene.tally.in_flight, scene.counted) == (1, 0, {"left-open": 1})
    assert scene.tally.response_seconds.count == 0


async def test_who_goes_away_leaves_it_open() -> None:
    scene = Scene()
    asking = asyncio.create_task(CountedAsking(scene.ask, scene.tally)(a_question(), wait=WAIT))
    await asyncio.sleep(0)

    asking.cancel()
    await asyncio.wait({asking})

    assert scene.counted == {"left-open": 1}


async def test_what_is_accepted_and_then_fails_is_open_all_the_same() -> None:
    """Whose the thread is was not known when it was accepted."""
    scene = Scene()
    scene.ends_with = NotOwnerError("t")
    scene.may_end.set()

    with pytest.raises(NotOwnerError):
        await CountedAsking(scene.ask, scene.tally)(a_question(), wait=WAIT)

    assert scene.counted == {"left-open": 1}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotFoundError("t"), "not-found"),
        (OverloadedError("full"), "overloaded"),
        (NotAcceptedError("no"), "not-accepted"),
        (AcceptanceUnknownError(a_correlation_id()), "acceptance-unknown"),
        (TransportError("away"), "error"),
        (ValueError("ours"), "error"),
    ],
)
async def test_what_is_not_accepted_is_counted_by_the_reason(error: Exception, reason: str) -> None:
    scene = Scene(log=Log(error))

    with pytest.raises((ChatError, ValueError)):
        await CountedAsking(scene.ask, scene.tally)(a_question(), wait=WAIT)

    assert scene.counted == {reason: 1}
    assert (scene.tally.accepted, scene.tally.accepting) == (0, 0)


async def test_what_another_settled_was_accepted_although_the_log_did_not_say_so() -> None:
    tally, request = AskedTally(), a_request()

    async def ask(
        question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        assert tally.accepting == 1
        return Receipt(request=request, durability=Durability.KAFKA, outcome=an_outcome(request))

    await CountedAsking(ask, tally)(request.question, wait=WAIT)

    assert tally.accepted == 1
    assert tally.outcomes["answered"] == 1
    assert (tally.in_flight, tally.accepting) == (0, 0)


async def test_questions_that_are_asked_at_once_are_counted_apart() -> None:
    scene = Scene()
    ask = CountedAsking(scene.ask, scene.tally)
    scene.may_end.set()

    await asyncio.gather(ask(a_question(), wait=WAIT), ask(a_question(), wait=WAIT))

    assert (scene.tally.accepted, scene.counted) == (2, {"left-open": 2})
