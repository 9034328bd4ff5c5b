"""Workers whose agent may be asked before a request is claimed, for tests of it."""

import asyncio

from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from tests.faults.virtual_time import quiet
from tests.faults.workers import Worker
from tests.faults.world import EARLY, LEASE, SESSION, World
from tests.waiting import until

CRASHES = 3
"""After so many attempts that crash nobody tries again."""


async def reading(world: World, *, kill_at: int | None = None, slots: int = 2) -> Worker:
    """Have a worker read all there is: what is asked from now on is new."""
    worker = Worker(world, kill_at=kill_at, slots=slots)
    await worker.start()
    await world.broker.spread([worker.member])
    await quiet()
    return worker


async def frozen(world: World, told: str) -> tuple[Worker, ChatRequest]:
    """Return a worker that froze as its agent answered early, and was thrown out since."""
    worker = await reading(world)
    request = await world.ask("hold", thread="t")
    await until(lambda: bool(world.held))
    worker.freeze()
    world.held.pop(request.question.text).set_result(told)
    await asyncio.sleep(SESSION.total_seconds())
    return worker, request


async def outcome_of(world: World, request: ChatRequest) -> Outcome:
    entry = (await world.ledger.find([request.correlation_id]))[request.correlation_id]
    assert entry.settlement is not None
    return entry.settlement.outcome


async def is_answered_early(world: World, request: ChatRequest) -> bool:
    answer = (await outcome_of(world, request)).answer
    return answer is not None and answer.basis == EARLY


async def died(worker: Worker) -> None:
    await worker.bury()
    await asyncio.sleep(max(SESSION, LEASE).total_seconds())
