"""What is said and asked in a thread, and what was told of it, for whoever tests with events."""

import json
from collections.abc import Sequence
from typing import Any

from cse_chat.domain.model.answers import Delta, Said, Step, StepStatus
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Event, Utterance
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.ledger import Claims, Ledger
from tests.builders import a_question, a_request, a_thread_id

STEP = Step(name="movers", label="Look for movers", status=StepStatus.DONE, detail="3 found")


def utterances(*said: Said, first: int = 1, piece: int = 0) -> tuple[Utterance, ...]:
    """Number what is said, the pieces of text by themselves."""
    numbered: list[Utterance] = []
    for number, one in enumerate(said, start=first):
        is_text = isinstance(one, Delta)
        numbered.append(Utterance(number=number, said=one, chunk_index=piece if is_text else 0))
        piece += is_text
    return tuple(numbered)


async def claimed(claims: Claims, request: ChatRequest) -> Claim:
    verdict = await claims.claim(request, Durability.MEMORY)
    assert isinstance(verdict, Claim)
    return verdict


async def busy_thread(ledger: Ledger, number: int) -> ThreadId:
    """Return a thread in which so many questions were accepted."""
    thread = a_thread_id()
    for _ in range(number):
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)
    return thread


async def told(events: EventLog, thread: ThreadId) -> list[dict[str, Any]]:
    """Return all that is kept of the thread, and see that what is said outside is inside, too."""
    found = (await events.since(thread, None, limit=999)).events
    return [_checked(event) for event in found]


def _checked(event: Event) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(event.json)
    assert (members["type"], members["cursor"], members["correlation_id"]) == (
        event.type,
        event.cursor.text,
        event.correlation_id,
    )
    return members


async def text(events: EventLog, thread: ThreadId) -> str:
    return "".join(_texts(await told(events, thread)))


def _texts(found: Sequence[dict[str, Any]]) -> list[str]:
    return [event["response"] for event in found if event["type"] == "delta"]
