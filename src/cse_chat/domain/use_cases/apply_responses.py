"""Give a ledger that was restarted, failed over or emptied back what the response log keeps."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cse_chat.domain.errors import IdConflictError, NotOwnerError, TransportError
from cse_chat.domain.model.applied import Answered, AppliedMark
from cse_chat.domain.model.claims import Tail
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.ports.applied import AppliedMarks, ResponseReader, Window
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.use_cases.record_history import RecordHistory

OVERLAP: Final = timedelta(seconds=60)
"""What a server may have lost before its last mark, and how far clocks may differ; also, for how
long gateways register again what they accepted."""


@dataclass(slots=True, kw_only=True)
class ApplyResponses:
    """See that the ledger has what was answered in the partitions that are worked on here.

    One that has nothing in hand is looked at, too: gateways register again what they accepted
    lately, and what was answered of it must not stand open until it expires. But nobody vouches for
    it without a mark: what comes from it first may be older than what was looked at.

    One pass at a time. Settling is "the first wins" and adds a turn once, so that applying what
    the ledger has already changes nothing, whoever else does it at the same time.
    """

    marks: AppliedMarks
    responses: ResponseReader
    ledger: Ledger
    record_history: RecordHistory
    window: Window
    assigned: Callable[[], Collection[int]]
    now: Callable[[], datetime]
    _looked_at: dict[int, str] = field(default_factory=dict, init=False)
    _passes: int = field(default=0, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def __call__(self, partition: int) -> None:
        """Make a pass over all partitions that lack a mark, *partition* too, or wait for another's.

        `Claims.claim` says whether it was enough: look there again.

        Raises:
            TransportError: A store failed, or *partition* is another's by now, who applies it;
                repeating is right.
        """
        if partition not in self.window.partitions:
            raise TransportError("the partition is no longer ours")
        await self._pass_or_wait()

    async def _pass_or_wait(self) -> None:
        seen = self._passes
        async with self._turn:
            if self._passes != seen:
                return  # somebody made one while we waited
            try:
                await self._pass({*self.window.partitions, *self.assigned()})
            finally:
                self._passes += 1

    async def keep(self) -> None:
        """Refresh the marks of what is worked on, and apply what lacks one.

        Run it as often as claims are renewed.

        Raises:
            TransportError: A store failed; the next time goes on.
        """
        if await self.marks.refresh({*self.window.partitions, *self.assigned()}):
            await self._pass_or_wait()

    async def _pass(self, partitions: Collection[int]) -> None:
        marks = await self.marks.read(partitions)
        lacking = {p: mark for p, mark in marks.items() if not mark.is_complete}
        vouched = self.window.partitions
        unknown = {p for p, mark in lacking.items() if mark.until is None and p not in vouched}
        seen = {p for p in unknown if self._looked_at.get(p) == lacking[p].run_id}
        times = {p: self._beginning(p, mark) for p, mark in lacking.items() if p not in seen}
        async with aclosing(self.responses.since(times)) as batches:
            async for batch in batches:
                await self._settle(batch)
        for partition in times:
            await self._register_unfinished(partition)
        self._looked_at.update({p: lacking[p].run_id for p in unknown})
        for run_id, applied in _by_run(lacking).items():
            await self.marks.complete([p for p in applied if p not in unknown], run_id)

    def _beginning(self, partition: int, mark: AppliedMark) -> datetime:
        """Return from when on *partition* may hold what a redelivery must find settled."""
        unfinished = self.window.unfinished(partition)
        first = min((delivery.record.timestamp for delivery in unfinished), default=self.now())
        if mark.until is None:
            return min(first, self.now() - OVERLAP) - OVERLAP
        return min(first, mark.until - OVERLAP)

    async def _register_unfinished(self, partition: int) -> None:
        # After the answers, so that it stands behind them in the history.
        for delivery in self.window.unfinished(partition):
            with suppress(IdConflictError, NotOwnerError):  # told when it is processed
                await self.ledger.register(delivery.request, delivery.durability)

    async def _settle(self, batch: Sequence[Answered]) -> None:
        """Settle *batch*, threads beside each other, and each thread in its order."""
        threads: defaultdict[ThreadId, list[Answered]] = defaultdict(list)
        for answered in batch:
            threads[answered.outcome.thread_id].append(answered)
        await _all_of(self._settle_in_turn(thread) for thread in threads.values())

    async def _settle_in_turn(self, thread: Sequence[Answered]) -> None:
        for answered in thread:
            with suppress(IdConflictError):  # somebody else's by now: theirs stays
                await self._settle_one(answered)

    async def _settle_one(self, answered: Answered) -> None:
        outcome = answered.outcome
        settlement = await self.record_history(outcome, request=answered.request)
        # A dead letter is put before the response: the record of the latter proves both.
        proven = {Tail.RESPONSE, *([Tail.DEAD_LETTER] if outcome.status is Status.FAILED else [])}
        for tail in sorted(proven - settlement.done):
            await self.ledger.mark(outcome.correlation_id, tail)


def _by_run(marks: Mapping[int, AppliedMark]) -> Mapping[str, list[int]]:
    """Return the partitions by the run that was asked: it may have changed between two of them."""
    runs: defaultdict[str, list[int]] = defaultdict(list)
    for partition, mark in marks.items():
        runs[mark.run_id].append(partition)
    return runs


async def _all_of(parts: Iterable[Awaitable[None]]) -> None:
    """Await all *parts* beside each other to their end, and then raise the first error."""
    for result in await asyncio.gather(*parts, return_exceptions=True):
        if result is not None:
            raise result
