"""Who follows in tests, and what happens there."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Event, Followed
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.follow_request import FollowRequest
from cse_chat.domain.use_cases.follow_thread import FollowThread
from tests.builders import a_request
from tests.memory import Memory

ANN, BOB = UserId("ann"), UserId("bob")
IDLE = timedelta(seconds=60)
SOON = timedelta(milliseconds=20)
NOW = timedelta(0)


def following(memory: Memory) -> FollowThread:
    return FollowThread(threads=memory.threads, events=memory.events)


def following_one(memory: Memory) -> FollowRequest:
    return FollowRequest(read_answer=memory.read_answer(), events=memory.events)


async def taken(stretches: AsyncGenerator[Sequence[Followed]], number: int) -> list[Followed]:
    """Return the next so many things that are told."""
    found: list[Followed] = []
    async with asyncio.timeout(5):
        while len(found) < number:
            found += await anext(stretches)
    return found


async def running(memory: Memory) -> tuple[ChatRequest, Claim]:
    request = a_request()
    claim = await memory.ledger.claim(request, Durability.MEMORY)
    assert isinstance(claim, Claim)
    return request, claim


def types_of(told: Sequence[Followed]) -> list[str]:
    return [one.type if isinstance(one, Event) else type(one).__name__ for one in told]
