"""A ledger that lost something, a log that remembers, and what a worker has in hand."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.applied import Answered, AppliedMark
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.entrypoints.worker.lanes import Lanes
from tests.builders import a_record
from tests.memory import Memory


@dataclass
class Log:
    """A response log with whatever is put there, that writes down how it is read."""

    kept: list[Answered] = field(default_factory=list)
    asked: list[Mapping[int, datetime]] = field(default_factory=list)
    fails: int = 0
    is_read: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_go_on.set()

    async def since(self, times: Mapping[int, datetime]) -> AsyncGenerator[Sequence[Answered]]:
        self.asked.append(times)
        self.is_read.set()
        await self.may_go_on.wait()
        if self.fails:
            self.fails -= 1
            raise TransportError("the log is away")
        for answered in self.kept:
            yield [answered]


@dataclass
class Marks:
    """What an earlier run of a server had, and what this one is told."""

    until: Mapping[int, datetime] = field(default_factory=dict)
    complete_now: set[int] = field(default_factory=set)
    run_id: str = "second"

    async def read(self, partitions: Collection[int]) -> Mapping[int, AppliedMark]:
        return {
            p: AppliedMark(
                run_id=self.run_id, is_complete=p in self.complete_now, until=self.until.get(p)
            )
            for p in partitions
        }

    async def complete(self, partitions: Collection[int], run_id: str) -> None:
        if run_id == self.run_id:
            self.complete_now.update(partitions)

    async def refresh(self, partitions: Collection[int]) -> Collection[int]:
        return [p for p in partitions if p not in self.complete_now]


@dataclass
class Scene:
    """An empty ledger, a log that remembers, and what this worker has in hand."""

    memory: Memory = field(default_factory=Memory)
    log: Log = field(default_factory=Log)
    marks: Marks = field(default_factory=Marks)
    lanes: Lanes = field(default_factory=Lanes)
    assigned: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.apply = ApplyResponses(
            marks=self.marks,
            responses=self.log,
            ledger=self.memory.ledger,
            record_history=self.memory.record_history,
            window=self.lanes,
            assigned=lambda: self.assigned,
            now=self.memory.clock,
        )

    def in_hand(self, request: ChatRequest, *, partition: int = 0, appended: datetime) -> None:
        record = a_record()
        self.lanes.take(
            Delivery(
                request=request,
                record=type(record)(
                    log="test",
                    partition=partition,
                    offset=len(self.lanes.unfinished(partition)),
                    timestamp=appended,
                    key=None,
                    value=b"",
                ),
                durability=Durability.KAFKA,
            )
        )

    async def turns(self, request: ChatRequest) -> tuple[Turn, ...]:
        page = await self.memory.history.page(request.thread_id, after=None, limit=100)
        return page.turns
