"""A thread that may be busy, and what can be wrong around it."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest, IfBusy
from cse_chat.domain.ports.requests import RequestLog
from cse_chat.domain.use_cases.send_chat import Receipt, SendChat
from tests.builders import a_question, a_thread_id
from tests.memory import Memory
from tests.waiting import until

NOT_AT_ALL = timedelta(0)
LONG = timedelta(seconds=5)
KEPT = Durability.MEMORY


class GatedLog:
    """A log that takes what it is given once it is let, or refuses it."""

    def __init__(self, log: RequestLog, refusal: Exception | None = None) -> None:
        self._log = log
        self._refusal = refusal
        self.asked: list[ChatRequest] = []
        self.let = asyncio.Event()

    async def append(self, request: ChatRequest) -> Durability:
        self.asked.append(request)
        await self.let.wait()
        if self._refusal:
            raise self._refusal
        return await self._log.append(request)


class Gone:
    """Stands in for what fails at every call."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, *_: object, **__: object) -> None:
        raise self._error

    before = __call__
    reserve = __call__


@dataclass
class Thread:
    """One thread, and a gateway that registers what is not answered for a while only."""

    memory: Memory = field(default_factory=Memory)
    unregistered_for: timedelta = LONG

    def __post_init__(self) -> None:
        self.id = a_thread_id()
        self.send_chat: SendChat = self.memory.send_chat(unregistered_for=self.unregistered_for)

    async def ask(
        self, if_busy: IfBusy = IfBusy.ENQUEUE, *, wait: timedelta = NOT_AT_ALL, user: str = "ann"
    ) -> Receipt:
        question = a_question(thread_id=self.id, user_id=user)
        return await self.send_chat(question, wait=wait, if_busy=if_busy)

    async def under_way(self) -> tuple[ChatRequest, asyncio.Task[Receipt]]:
        """Ask and wait; the ledger knows nothing of it."""
        asked = len(self.memory.log)
        waiting = asyncio.create_task(self.ask(wait=LONG))
        await until(lambda: len(self.memory.log) > asked)
        request = (await self.memory.log.unfinished())[-1].request
        assert await self.memory.ledger.find([request.correlation_id]) == {}
        return request, waiting

    async def status_of(self, request: ChatRequest) -> Status:
        [entry] = (await self.memory.ledger.find([request.correlation_id])).values()
        return entry.status
