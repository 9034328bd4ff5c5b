"""An engine at work over a log in memory, for the tests of the engine."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.outcomes import Problem
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.lanes import Lanes
from tests.builders import a_question, a_request
from tests.memory import Memory

Act = Callable[[str], Awaitable[None]]


@dataclass
class Work:
    """Processing that tells what it did, and does what it is told."""

    act: Act | None = None
    pause: Callable[[timedelta], Awaitable[None]] | None = None  # of the engine
    began: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    refusals: int = 0  # how often giving up fails
    answering: frozenset[str] = frozenset()
    finishing: frozenset[str] = frozenset()
    hurried: int = 0
    awaited: list[str] = field(default_factory=list)  # when it ended

    async def process(self, delivery: Delivery, progress: Progress) -> None:
        text = delivery.request.question.text
        self.began.append(text)
        progress.answering = text in self.answering
        progress.is_finishing = text in self.finishing
        if self.act:
            await self.act(text)
        if progress.is_awaited:
            self.awaited.append(text)
        self.ended.append(text)

    def hurry(self) -> None:
        self.hurried += 1

    async def abandon(self, delivery: Delivery, problem: Problem) -> None:
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError("a bug in giving up")
        self.abandoned.append(problem.slug)


class Running:
    """An engine over a log in memory, running while entered."""

    def __init__(
        self, work: Work, *, window_records: int = 100, window_bytes: int = 1_000_000
    ) -> None:
        self.memory = Memory()
        self.engine = WorkerEngine(
            source=self.memory.log,
            lanes=Lanes(),
            process=work.process,
            abandon=work.abandon,
            hurry=work.hurry,
            window_records=window_records,
            window_bytes=window_bytes,
            pause=work.pause or self.memory.pause,
        )

    async def ask(self, text: str, thread: str) -> None:
        await self.memory.log.append(a_request(a_question(text, thread_id=thread)))

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self.engine.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await asyncio.wait({self._reading})
        await self.engine.drain(timedelta(0))


async def waiting(event: asyncio.Event) -> None:
    await event.wait()


async def settled_down() -> None:
    """Give every task that could run the chance to."""
    for _ in range(20):
        await asyncio.sleep(0)
