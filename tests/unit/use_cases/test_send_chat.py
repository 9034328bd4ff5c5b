import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    ChatError,
    NotAcceptedError,
    NotFoundError,
    NotListeningError,
    OverloadedError,
    TransportError,
)
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_question, an_outcome
from tests.memory import Memory
from tests.waiting import until

SOON = timedelta(seconds=2)
AT_ONCE = timedelta(0)


class AnsweringLog:
    """A log whose append does something first, and then may fail."""

    def __init__(self, act: Callable[[ChatRequest], Awaitable[object]]) -> None:
        self._act = act

    async def append(self, request: ChatRequest) -> Durability:
        await self._act(request)
        return Durability.MEMORY


class UnsettlableLedger:
    """A ledger whose store is gone when something is to be settled."""

    async def register(self, request: ChatRequest, durability: Durability) -> None: ...

    async def find(self, ids: object) -> dict[object, object]:
        raise TransportError("gone")

    async def settle(
        self,
        outcome: Outcome,
        *,
        asked: Turn | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        raise TransportError("gone")

    async def mark(self, correlation_id: object, tail: object) -> None: ...


async def test_an_outcome_that_comes_before_append_returns_is_heard() -> None:
    """Listening is first, so nothing slips between asking and listening."""
    memory = Memory()

    async def settle_at_once(request: ChatRequest) -> None:
        await memory.ledger.settle(an_outcome(request))

    send = replace(memory.send_chat(), requests=AnsweringLog(settle_at_once))
    receipt = await send(a_question(), wait=SOON)

    assert receipt.outcome == an_outcome(receipt.request)


async def test_an_accepted_question_is_in_the_log_with_its_deadline() -> None:
    memory = Memory()

    receipt = await memory.send_chat()(a_question("Why?"), wait=AT_ONCE)

    [delivery] = await memory.log.unfinished()
    assert delivery.request == receipt.request
    assert receipt.request.deadline - receipt.request.asked_at == timedelta(minutes=5)
    assert (receipt.durability, receipt.outcome) == (Durability.MEMORY, None)


async def test_who_waits_in_vain_is_let_go_and_the_question_is_kept_once() -> None:
    """The replies can be heard no more: the answer comes all the same, and is read later."""
    memory = Memory()
    asking = asyncio.create_task(memory.send_chat()(a_question(), wait=timedelta(minutes=1)))
    await until(lambda: bool(len(memory.ledger)))

    memory.replies.give_up()
    receipt = await asking

    assert (receipt.listened, receipt.outcome) == (False, None)
    [delivery] = await memory.log.unfinished()
    assert delivery.request == receipt.request


async def test_who_waits_in_vain_before_it_is_registered_is_registered_then() -> None:
    memory = Memory()
    send = memory.send_chat(unregistered_for=timedelta(minutes=1))
    asking = asyncio.create_task(send(a_question(), wait=timedelta(minutes=2)))
    await until(lambda: bool(len(memory.log)))

    memory.replies.give_up()
    receipt = await asking

    assert not receipt.listened
    assert receipt.request.correlation_id in await memory.ledger.find(
        [receipt.request.correlation_id]
    )


async def test_the_asker_owns_the_thread() -> None:
    memory = Memory()
    question = a_question(user_id="ann")

    await memory.send_chat()(question, wait=AT_ONCE)

    assert await memory.threads.owner(question.thread_id) == "ann"


async def test_the_thread_of_another_is_not_found_and_nothing_is_kept() -> None:
    memory = Memory()
    question = a_question(user_id="bob")
    await memory.threads.own(question.thread_id, UserId("ann"))

    with pytest.raises(NotFoundError):
        await memory.send_chat()(question, wait=SOON)

    assert len(memory.log) == 0


async def test_a_question_is_accepted_while_nobody_can_say_whose_the_thread_is() -> None:
    """Whoever claims it asks again; a store that is away must not keep the log from taking it."""
    memory = Memory()

    class Gone:
        async def own(self, thread_id: object, user_id: object) -> None:
            raise TransportError("gone")

    send = replace(memory.send_chat(), threads=Gone())  # type: ignore[arg-type] # one call is used
    receipt = await send(a_question(), wait=AT_ONCE)

    assert receipt.outcome is None
    assert len(memory.log) == 1


async def test_where_no_reply_can_be_heard_nobody_waits() -> None:
    memory = Memory()

    class Deaf:
        def listen(self, correlation_id: object, *, request: object) -> object:
            raise NotListeningError("away")

    send = replace(memory.send_chat(), replies=Deaf())  # type: ignore[arg-type] # one call is used
    receipt = await send(a_question(), wait=SOON)

    assert (receipt.outcome, receipt.listened) == (None, False)
    found = await memory.ledger.find([receipt.request.correlation_id])
    assert found[receipt.request.correlation_id].status is Status.ACCEPTED


async def test_a_request_is_known_before_its_sender_learns_its_id() -> None:
    """Whatever the wait: any gateway can be asked for it at once."""
    memory = Memory()

    for wait in (AT_ONCE, timedelta(milliseconds=10)):
        receipt = await memory.send_chat()(a_question(), wait=wait)
        found = await memory.ledger.find([receipt.request.correlation_id])
        assert found[receipt.request.correlation_id].status is Status.ACCEPTED


async def test_a_quick_answer_needs_no_registration() -> None:
    """The fast path: the ledger hears of the request from the worker alone."""
    memory = Memory()

    async def settle_soon(request: ChatRequest) -> None:
        asyncio.get_running_loop().call_soon(memory.replies.deliver, an_outcome(request))

    send = replace(memory.send_chat(), requests=AnsweringLog(settle_soon))
    receipt = await send(a_question(), wait=SOON)

    assert receipt.outcome is not None
    assert await memory.ledger.find([receipt.request.correlation_id]) == {}


async def test_a_late_answer_is_heard_within_the_wait() -> None:
    memory = Memory()
    sending = asyncio.create_task(memory.send_chat()(a_question(), wait=SOON))
    await until(lambda: len(memory.ledger) == 1)  # registered: the first part of the wait is over
    [delivery] = await memory.log.unfinished()

    await memory.ledger.settle(an_outcome(delivery.request))

    assert (await sending).outcome == an_outcome(delivery.request)


async def test_a_lost_announcement_is_found_in_the_ledger_before_giving_up() -> None:
    memory = Memory(loses_announcements=True)

    async def settle(request: ChatRequest) -> None:
        await memory.ledger.settle(an_outcome(request))

    send = replace(memory.send_chat(), requests=AnsweringLog(settle))
    receipt = await send(a_question(), wait=timedelta(milliseconds=10))

    assert receipt.outcome == an_outcome(receipt.request)


async def test_giving_up_leaves_no_listener() -> None:
    memory = Memory()
    sending = asyncio.create_task(memory.send_chat()(a_question(), wait=SOON))
    await until(lambda: len(memory.replies) == 1)

    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert (len(memory.replies), len(memory.log)) == (0, 1)


@pytest.mark.parametrize(
    ("refusal", "told"),
    [(TransportError("gone"), NotAcceptedError), (OverloadedError("full"), OverloadedError)],
)
async def test_a_refused_append_is_told_and_nothing_is_kept(
    refusal: ChatError, told: type[ChatError]
) -> None:
    memory = Memory()

    async def refuse(_: ChatRequest) -> None:
        raise refusal

    send = replace(memory.send_chat(), requests=AnsweringLog(refuse))
    with pytest.raises(told):
        await send(a_question(), wait=SOON)

    assert len(memory.ledger) == len(memory.replies) == 0


async def test_an_unknown_append_is_cancelled_so_that_it_is_known() -> None:
    """The log may hold it: whoever takes it finds it settled, and no agent runs."""
    memory = Memory()
    appended: list[ChatRequest] = []

    async def lose_the_acknowledgement(request: ChatRequest) -> None:
        appended.append(request)
        raise AcceptanceUnknownError(request.correlation_id)

    send = replace(memory.send_chat(), requests=AnsweringLog(lose_the_acknowledgement))
    with pytest.raises(NotAcceptedError):
        await send(a_question(), wait=SOON)

    assert (await memory.outcome_of(appended[0])).status is Status.CANCELLED


async def test_an_unknown_append_that_is_answered_already_is_accepted() -> None:
    """The log held it, and a worker was faster than the cancellation."""
    memory = Memory()

    async def answer_and_lose_the_acknowledgement(request: ChatRequest) -> None:
        await memory.record_history(an_outcome(request), request=request)
        raise AcceptanceUnknownError(request.correlation_id)

    log = AnsweringLog(answer_and_lose_the_acknowledgement)
    receipt = await replace(memory.send_chat(), requests=log)(a_question(), wait=SOON)

    assert receipt.outcome == an_outcome(receipt.request)
    assert receipt.durability is Durability.MEMORY


async def test_an_unknown_append_that_cannot_be_cancelled_is_told_as_unknown() -> None:
    memory = Memory()

    async def lose_the_acknowledgement(request: ChatRequest) -> None:
        raise AcceptanceUnknownError(request.correlation_id)

    send = replace(
        memory.send_chat(),
        requests=AnsweringLog(lose_the_acknowledgement),
        record_history=RecordHistory(ledger=UnsettlableLedger()),  # type: ignore[arg-type] # of its calls one is used
    )
    with pytest.raises(AcceptanceUnknownError) as raised:
        await send(a_question(), wait=SOON)

    assert raised.value.correlation_id


async def test_a_ledger_that_cannot_be_read_changes_nothing_about_the_acceptance() -> None:
    memory = Memory()
    send = replace(memory.send_chat(), ledger=UnsettlableLedger())  # type: ignore[arg-type] # as above

    receipt = await send(a_question(), wait=AT_ONCE)

    assert (receipt.outcome, len(memory.log)) == (None, 1)
