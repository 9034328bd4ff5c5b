"""Following a request of which the ledger knows nothing for a while."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import replace

import pytest

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.use_cases.follow_request import FollowRequest
from tests.builders import an_outcome
from tests.contracts.recorded import utterances
from tests.memory import Memory
from tests.unit.use_cases.followers import ANN, IDLE, SOON, running, taken, types_of


class Emptied:
    """Stands before a ledger, and knows of nothing while it is told so."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.is_empty = False

    async def find(self, ids: Collection[CorrelationId]) -> Mapping[CorrelationId, Entry]:
        return {} if self.is_empty else await self._memory.ledger.find(ids)


def following_over(memory: Memory, ledger: Emptied) -> FollowRequest:
    read_answer = replace(memory.read_answer(), ledger=ledger)  # type: ignore[arg-type] # only read
    return FollowRequest(read_answer=read_answer, events=memory.events)


async def test_who_follows_goes_on_while_a_store_that_was_emptied_is_told_again() -> None:
    memory = Memory()
    request, claim = await running(memory)
    ledger = Emptied(memory)
    follow_request = following_over(memory, ledger)

    async with aclosing(
        follow_request(request.correlation_id, ANN, after=None, idle=IDLE)
    ) as stretches:
        await taken(stretches, 2)
        ledger.is_empty = True
        memory.events.forget(request.thread_id)
        await memory.ledger.record(claim, utterances(Delta("JKH")))
        told = await taken(stretches, 2)
        told_next = asyncio.ensure_future(anext(stretches))
        await asyncio.sleep(0)
        ledger.is_empty = False
        await memory.ledger.settle(an_outcome(request), claim=claim)
        told += await told_next

    assert types_of(told) == ["Gap", "delta", "answered"]


async def test_who_follows_what_stays_unknown_is_told_once_its_deadline_is_over() -> None:
    memory = Memory()
    request, _ = await running(memory)
    ledger = Emptied(memory)
    follow_request = following_over(memory, ledger)

    async with aclosing(
        follow_request(request.correlation_id, ANN, after=None, idle=SOON)
    ) as stretches:
        await taken(stretches, 2)
        ledger.is_empty = True
        assert [await anext(stretches) for _ in range(3)] == [(), (), ()]

        memory.clock.now = request.deadline
        with pytest.raises(NotFoundError):
            await taken(stretches, 1)
