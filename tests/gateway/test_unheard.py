"""``POST /api/chat`` while no reply can be heard: Redis is away."""

from datetime import timedelta

import pytest

from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.domain.use_cases.send_chat import Receipt
from tests.builders import a_request, an_outcome
from tests.gateway.graphs import served

BODY = {"message": "Top stocks?", "thread_id": "thread_1"}


class Unheard:
    """A `SendChat` that can hear no reply; what has ended all the same is found."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    async def __call__(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        request = a_request(question)
        outcome = an_outcome(request, self._status) if self._status else None
        return Receipt(
            request=request, durability=Durability.KAFKA, outcome=outcome, listened=False
        )


@pytest.mark.parametrize("prefer", ["", "wait=5", "respond-async", "respond-async, wait=5"])
async def test_where_no_reply_can_be_heard_nobody_is_kept_waiting(prefer: str) -> None:
    """It is 202 also for who did not say that this would be welcome: nothing is wrong with it."""
    async with served(send_chat=Unheard(None)) as client:
        response = await client.post("/api/chat", json=BODY, headers={"Prefer": prefer})

    body = response.json()
    assert response.status_code == 202
    assert (body["status"], body["durability"]) == ("accepted", "kafka")
    assert response.headers["location"] == f"/api/chat/{body['correlation_id']}"
    assert response.headers["preference-applied"].startswith("respond-async")


async def test_what_ended_although_no_reply_could_be_heard_is_told_at_once() -> None:
    async with served(send_chat=Unheard(Status.ANSWERED)) as client:
        answered = await client.post("/api/chat", json=BODY)
    async with served(send_chat=Unheard(Status.FAILED)) as client:
        failed = await client.post("/api/chat", json=BODY)

    assert (answered.status_code, failed.status_code) == (200, 502)
