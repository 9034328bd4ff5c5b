"""Cancelling a request, whoever is faster."""

import pytest

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_correlation_id, a_request, an_outcome
from tests.memory import Memory

ANN, BOB = UserId("ann"), UserId("bob")


def cancelling(memory: Memory) -> CancelChat:
    return CancelChat(
        ledger=memory.ledger,
        record_history=RecordHistory(ledger=memory.ledger),
        now=memory.clock,
    )


async def test_what_is_open_is_cancelled_once() -> None:
    memory, request = Memory(), a_request()
    await memory.ledger.register(request, Durability.MEMORY)

    outcome = await cancelling(memory)(request.correlation_id, ANN)
    again = await cancelling(memory)(request.correlation_id, ANN)

    assert (outcome.status, outcome.durability) == (Status.CANCELLED, Durability.MEMORY)
    assert outcome.problem
    assert outcome.problem.slug == "cancelled"
    assert again == outcome


async def test_what_was_settled_before_holds() -> None:
    memory, request = Memory(), a_request()
    await memory.ledger.register(request, Durability.MEMORY)
    await memory.ledger.settle(an_outcome(request))

    assert (await cancelling(memory)(request.correlation_id, ANN)).status is Status.ANSWERED


async def test_nobody_cancels_anothers_or_what_is_unknown() -> None:
    memory, request = Memory(), a_request()
    await memory.ledger.register(request, Durability.MEMORY)

    with pytest.raises(NotFoundError):
        await cancelling(memory)(request.correlation_id, BOB)
    with pytest.raises(NotFoundError):
        await cancelling(memory)(a_correlation_id(), ANN)
