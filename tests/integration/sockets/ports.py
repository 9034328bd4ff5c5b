"""Ports and use cases that fail or wait when they are told to."""

import asyncio
from datetime import timedelta

from typing_extensions import override

from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.threads import InMemoryThreads
from cse_chat.domain.errors import ChatError, MalformedRecordError, TransportError
from cse_chat.domain.model.events import Cursor, Stretch
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.domain.use_cases.send_chat import Receipt, SendChat
from cse_chat.entrypoints import clock


class FailingEvents(InMemoryEvents):
    """Cannot be read at first: once for each of *failures*."""

    def __init__(self, *failures: ChatError) -> None:
        super().__init__(
            monotonic=clock.steady_seconds,
            now=clock.SteadyClock(),
            new_epoch=clock.new_epoch,
            ttl=timedelta(hours=1),
        )
        self.failures = list(failures)

    @override
    async def since(self, thread_id: ThreadId, after: Cursor | None, *, limit: int) -> Stretch:
        if self.failures:
            raise self.failures.pop()
        return await super().since(thread_id, after, limit=limit)


class HeldEvents(FailingEvents):
    """Cannot be read, and says so once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = asyncio.Event()
        self.let_go = asyncio.Event()

    @override
    async def since(self, thread_id: ThreadId, after: Cursor | None, *, limit: int) -> Stretch:
        self.entered.set()
        await self.let_go.wait()
        raise MalformedRecordError("no event")


class AwayThreads(InMemoryThreads):
    """Cannot be asked while it *is_away*."""

    def __init__(self) -> None:
        super().__init__(monotonic=clock.steady_seconds)
        self.is_away = False
        self.asked = 0

    @override
    async def own(self, thread_id: ThreadId, user_id: UserId) -> None:
        self.asked += 1
        if self.is_away:
            raise TransportError("away")
        await super().own(thread_id, user_id)


class HeldThreads(InMemoryThreads):
    """Says whose a thread is once it is let go."""

    def __init__(self) -> None:
        super().__init__(monotonic=clock.steady_seconds)
        self.entered = asyncio.Event()
        self.let_go = asyncio.Event()

    @override
    async def own(self, thread_id: ThreadId, user_id: UserId) -> None:
        self.entered.set()
        await self.let_go.wait()
        await super().own(thread_id, user_id)


class HeldAsking:
    """Asks as `send_chat` does, once it is let go.

    Attributes:
        send_chat: Set before anything is asked.
    """

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.let_go = asyncio.Event()
        self.send_chat: SendChat | None = None

    async def __call__(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        self.entered.set()
        await self.let_go.wait()
        assert self.send_chat
        return await self.send_chat(question, wait=wait, if_busy=if_busy)
