"""Delete a conversation."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.errors import NotFoundError, NotOwnerError
from cse_chat.domain.model.audit import AuditKind, AuditRecord
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.model.threads import Removed
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.threads import Threads
from cse_chat.domain.use_cases.record_history import THREAD_DELETED, RecordHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What was deleted.

    Attributes:
        cancelled: Open requests that were settled for it.
        removed: What was kept.
    """

    cancelled: int
    removed: Removed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteThread:
    """Let a thread's owner delete it, for good.

    Each step can be repeated, and the one that makes it unfindable is the last: a deletion that
    broke off is done by deleting again. The audit log is told first: whoever builds everything up
    again from the logs leaves out what is deleted there (ADR 0028).
    """

    threads: Threads
    conversations: Conversations
    ledger: Ledger
    record_history: RecordHistory
    audit: AuditLog
    new_id: Callable[[], str]
    now: Callable[[], datetime]

    async def __call__(self, thread_id: ThreadId, user_id: UserId) -> Deletion:
        """Return what was deleted, once nothing of it is left but what the logs keep.

        Raises:
            NotFoundError: Nobody ever used the thread, it is another user's, or deleted already.
            TransportError: Some of it may still be there; repeating is right.
            MalformedRecordError: What is kept of an open request cannot be read.
        """
        if await self.threads.owner(thread_id) != user_id:
            raise NotFoundError(f"thread {thread_id}")
        await self.audit.append(self._record(thread_id, user_id))
        cancelled = 0
        while True:
            try:
                result = await self.conversations.remove(thread_id, user_id)
            except NotOwnerError as error:  # somebody was faster
                raise NotFoundError(f"thread {thread_id}") from error
            if isinstance(result, Removed):
                return Deletion(cancelled=cancelled, removed=result)
            cancelled += await self._cancel(result.ids)

    def _record(self, thread_id: ThreadId, user_id: UserId) -> AuditRecord:
        return AuditRecord(
            id=self.new_id(),
            kind=AuditKind.DELETED,
            thread_id=thread_id,
            user_id=user_id,
            at=self.now(),
        )

    async def _cancel(self, ids: Collection[CorrelationId]) -> int:
        """Settle what of *ids* is open; return how many that were."""
        cancelled = 0
        found = await self.ledger.find(ids)
        if not found:  # gone by now; or unreadable, which is only said of one alone
            await self.ledger.find([*ids][:1])
        # The last first: the one that runs is stopped at once, and the next would begin.
        for entry in reversed([*found.values()]):
            outcome = Outcome.unanswered(
                entry,
                Status.CANCELLED,
                THREAD_DELETED,
                at=self.now(),
                durability=entry.durability,
            )
            settlement = await self.record_history(outcome)
            cancelled += settlement.outcome == outcome
        return cancelled
