"""`Lineup` in this process."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from cse_chat.adapters.memory.expiring import ExpiringDict
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.threads import InMemoryThreads
from cse_chat.domain.errors import ThreadBusyError
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.domain.model.questions import ChatRequest


class InMemoryLineup:
    """Reads the ledger's open requests; a place is kept for *lease*, of at most *cap* threads."""

    def __init__(
        self,
        *,
        ledger: InMemoryLedger,
        threads: InMemoryThreads,
        monotonic: Callable[[], float],
        lease: timedelta = timedelta(seconds=7),
        cap: int = 10_000,
    ) -> None:
        self._ledger = ledger
        self._threads = threads
        self._reserved: ExpiringDict[ThreadId, CorrelationId] = ExpiringDict(
            cap=cap, ttl=lease, monotonic=monotonic
        )

    async def reserve(self, request: ChatRequest) -> None:
        """See `Lineup.reserve`."""
        thread_id, correlation_id = request.thread_id, request.correlation_id
        self._threads.own_now(thread_id, request.user_id)
        holder = self._reserved.get(thread_id)
        # What the ledger knows is open there, or has ended.
        if holder not in {None, correlation_id} and not self._ledger.knows(holder):
            raise ThreadBusyError(thread_id)
        if self._ledger.open_in(thread_id):
            raise ThreadBusyError(thread_id)
        self._reserved.put(thread_id, correlation_id)

    async def give_back(self, request: ChatRequest) -> None:
        """See `Lineup.give_back`."""
        if self._reserved.get(request.thread_id) == request.correlation_id:
            self._reserved.pop(request.thread_id)

    async def before(self, request: ChatRequest) -> Sequence[CorrelationId]:
        """See `Lineup.before`."""
        open_ones = self._ledger.open_in(request.thread_id)
        position = self._ledger.position_of(request)
        return open_ones[:position] if position else ()
