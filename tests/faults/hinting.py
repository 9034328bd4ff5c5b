"""A gateway that hints at a question which begins its thread, for tests of what becomes of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    ChatError,
    OverloadedError,
    TransportError,
)
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.use_cases.send_chat import Receipt
from tests.builders import a_question
from tests.faults.gateway import Gateway
from tests.faults.logs import SlowLog
from tests.faults.workers import Worker
from tests.faults.world import World

WAIT = timedelta(seconds=30)


class Asking:
    """One question that begins the thread ``t``, asked of a gateway, and what became of it.

    Args:
        world: Where.
        mode: What the agent does about it.
        kept_after: See `SlowLog`.
        ends_after: See `SlowLog`.
        error: See `SlowLog`.
        kill_at: The step at which the gateway dies.
    """

    def __init__(
        self,
        world: World,
        mode: str = "answer",
        *,
        kept_after: float | None = 0.0,
        ends_after: float = 0.0,
        error: Callable[[ChatRequest], ChatError] | None = None,
        kill_at: int | None = None,
    ) -> None:
        self.world = world
        self.log = log = SlowLog(
            broker=world.broker, kept_after=kept_after, ends_after=ends_after, error=error
        )
        self.gateway = Gateway(world, kill_at=kill_at, requests=log)
        question = beginning(f"{mode} 1")
        self.task = asyncio.create_task(self.gateway.ask(question, wait=WAIT))

    @property
    def request(self) -> ChatRequest:
        """What was hinted at."""
        [request] = self.world.hints.given
        return request

    async def receipt(self) -> Receipt:
        """Return the receipt that its asker got."""
        receipt = await self.task
        assert receipt is not None
        return receipt

    async def entry(self) -> Entry | None:
        """Return what the ledger knows of it."""
        found = await self.world.ledger.find([self.request.correlation_id])
        return found.get(self.request.correlation_id)

    async def settled(self) -> Outcome | None:
        """Return how it is settled, as far as the ledger knows."""
        entry = await self.entry()
        return entry.settlement.outcome if entry and entry.settlement else None

    def logged(self) -> list[Outcome]:
        """Return what the response log tells of it, once for each time."""
        mine = self.request.correlation_id
        return [o for o, _ in self.world.responses.read() if o.correlation_id == mine]

    async def left(self) -> list[str]:
        """Return what anybody could still read of it or of its thread."""
        world, request = self.world, self.request
        page = await world.history.page(request.thread_id, after=None, limit=100)
        listed = await world.conversations.newest(request.user_id, after=None, limit=100)
        stretch = await world.events.since(request.thread_id, None, limit=100)
        outcome = await self.settled()
        return [
            *[f"the turn {turn.content}" for turn in page.turns],
            *[f"the conversation {each.title}" for each in listed.conversations],
            *[f"the event {event.type.value}" for event in stretch.events],
            *([f"the answer {outcome.answer.text}"] if outcome and outcome.answer else []),
        ]

    async def answers(self) -> list[str]:
        """Return what anybody could read of an answer to it; a question that was cancelled may stay."""
        return [each for each in await self.left() if "answer to" in each or _tells_more(each)]

    async def unread(self, seconds: float) -> None:
        """Let time pass, in which nothing of it can be read."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            assert await self.left() == []
            await asyncio.sleep(0.01)


def _tells_more(each: str) -> bool:
    return each in {"the event started", "the event delta", "the event answered"}


def found_settled(worker: Worker) -> int:
    """Return how often *worker* was delivered what was settled by another answer than its own."""
    return worker.process_request.counts["settled-before"]


def unknown(request: ChatRequest) -> ChatError:
    """Return what an append ends with of which nobody can say whether the record is kept."""
    return AcceptanceUnknownError(request.correlation_id)


def refused(_: ChatRequest) -> ChatError:
    """Return what an append ends with where the log is gone."""
    return TransportError("the log is gone")


def full(_: ChatRequest) -> ChatError:
    """Return what an append ends with where too many wait."""
    return OverloadedError("the log is full")


def beginning(text: str) -> Question:
    """Return a question for which its thread was made."""
    return replace(a_question(text, thread_id="t", user_id="ann"), begins_thread=True)


@dataclass(frozen=True, kw_only=True)
class Order:
    """Seconds until the hint comes, the append ends, and the record is there."""

    takes: float = 0.0
    ends: float
    kept: float

    def ask(self, world: World, mode: str = "answer", *, kill_at: int | None = None) -> Asking:
        world.hints.takes = self.takes
        return Asking(world, mode, kept_after=self.kept, ends_after=self.ends, kill_at=kill_at)


ORDERS = {
    "offered-accepted-kept": Order(ends=0.1, kept=0.2),
    "offered-kept-accepted": Order(ends=0.2, kept=0.1),
    "accepted-offered-kept": Order(takes=0.2, ends=0.1, kept=0.3),
    "accepted-kept-offered": Order(takes=0.3, ends=0.1, kept=0.2),
    "kept-accepted-offered": Order(takes=0.3, ends=0.2, kept=0.1),
    "kept-offered-accepted": Order(takes=0.2, ends=0.3, kept=0.1),
    "kept-for-the-heir": Order(ends=0.1, kept=10.0),
    "all-for-the-heir": Order(ends=10.0, kept=9.9),
    "hinted-to-the-heir": Order(takes=10.0, ends=0.1, kept=10.2),
}


def in_every_order(*but: str) -> pytest.MarkDecorator:
    orders = {name: order for name, order in ORDERS.items() if name not in but}
    return pytest.mark.parametrize("order", orders.values(), ids=orders)
