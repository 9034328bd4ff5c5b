"""Deleting a thread: what goes, whatever breaks on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.audit import AuditKind
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.model.threads import Removed
from cse_chat.domain.use_cases.delete_thread import DeleteThread, Deletion
from cse_chat.domain.use_cases.record_history import THREAD_DELETED, RecordHistory
from tests.builders import NOON, a_correlation_id, a_thread_id, an_outcome
from tests.memory import Memory
from tests.unit.use_cases.deleted_threads import ANN, BOB, is_gone, talked


@dataclass
class Breaks:
    """Stands before a port, and lets the call of a number break: before it is done, or after."""

    port: Any
    numbers: "count[int]"
    at: int
    done: bool

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self.port, name)

        async def through(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 -- whatever it takes
            breaks = next(self.numbers) == self.at
            if breaks and not self.done:
                raise TransportError("away")
            result = await call(*arguments, **named)
            if breaks:
                raise TransportError("away")
            return result

        return through


def breaking(memory: Memory, *, at: int, done: bool) -> DeleteThread:
    numbers = count(1)

    def stands_before(port: object) -> Any:  # noqa: ANN401 -- as which port it is used
        return Breaks(port, numbers, at, done)

    return DeleteThread(
        threads=stands_before(memory.threads),
        conversations=stands_before(memory.conversations),
        ledger=stands_before(memory.ledger),
        record_history=RecordHistory(ledger=stands_before(memory.ledger)),
        audit=stands_before(memory.audit),
        new_id=a_correlation_id,
        now=memory.clock,
    )


async def test_open_requests_are_cancelled_and_the_rest_is_gone() -> None:
    memory = Memory()
    answered, waiting = await talked(memory)

    deletion = await memory.delete_thread()(answered.thread_id, ANN)

    assert deletion == Deletion(cancelled=1, removed=Removed(turns=4, answers=1))
    assert await is_gone(memory, answered.thread_id)
    assert await memory.ledger.find([answered.correlation_id]) == {}
    outcome = await memory.outcome_of(waiting)
    assert (outcome.status, outcome.problem) == (Status.CANCELLED, THREAD_DELETED)
    [record] = memory.audit.read()
    assert (record.kind, record.thread_id, record.user_id, record.at) == (
        AuditKind.DELETED,
        answered.thread_id,
        ANN,
        NOON,
    )


async def test_a_thread_whose_history_ran_out_can_be_deleted() -> None:
    """It is still its owner's."""
    memory = Memory()
    answered, waiting = await talked(memory)
    await memory.ledger.settle(an_outcome(waiting, Status.EXPIRED))
    memory.history.forget(answered.thread_id)

    deletion = await memory.delete_thread()(answered.thread_id, ANN)

    assert deletion.removed.turns == 0
    with pytest.raises(NotFoundError):
        await memory.delete_thread()(answered.thread_id, ANN)


async def test_what_is_anothers_unknown_or_deleted_is_not_found_and_not_on_record() -> None:
    memory = Memory()
    answered, _ = await talked(memory)

    for thread, user in ((answered.thread_id, BOB), (a_thread_id(), ANN)):
        with pytest.raises(NotFoundError):
            await memory.delete_thread()(thread, user)

    assert memory.audit.read() == ()
    await memory.delete_thread()(answered.thread_id, ANN)
    with pytest.raises(NotFoundError):
        await memory.delete_thread()(answered.thread_id, ANN)
    assert len(memory.audit.read()) == 1


async def test_of_two_who_delete_at_once_one_does() -> None:
    memory = Memory()
    answered, _ = await talked(memory)

    results = await asyncio.gather(
        *(memory.delete_thread()(answered.thread_id, ANN) for _ in range(2)),
        return_exceptions=True,
    )

    assert [type(result) for result in results].count(Deletion) == 1
    assert {type(result) for result in results} == {Deletion, NotFoundError}
    assert await is_gone(memory, answered.thread_id)


@pytest.mark.parametrize("done", [False, True], ids=["not done", "reply lost"])
@pytest.mark.parametrize("at", range(1, 7))
async def test_a_deletion_that_broke_off_is_finished_by_deleting_again(
    at: int, *, done: bool
) -> None:
    """Whichever step it was; and it is on record before anything of the thread changes."""
    memory = Memory()
    answered, waiting = await talked(memory)
    thread = answered.thread_id

    with pytest.raises(TransportError):
        await breaking(memory, at=at, done=done)(thread, ANN)

    is_untouched = (await memory.threads.owner(thread)) == ANN and waiting.correlation_id in (
        memory.ledger.open_in(thread)
    )
    assert memory.audit.read() or is_untouched
    with suppress(NotFoundError):  # all that was left to do was to say so
        await memory.delete_thread()(thread, ANN)
    assert await is_gone(memory, thread)
    assert await memory.ledger.find([answered.correlation_id]) == {}
    assert (await memory.outcome_of(waiting)).status is Status.CANCELLED


async def test_these_are_all_steps() -> None:
    """So the test before leaves none out."""
    memory = Memory()
    answered, _ = await talked(memory)

    deletion = await breaking(memory, at=7, done=False)(answered.thread_id, ANN)

    assert deletion.cancelled == 1
