"""`Conversations` over what this process keeps anyway."""

from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads, KeptConversation
from cse_chat.domain.errors import InvalidRequestError, NotOwnerError, Violation
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.threads import (
    UNTITLED,
    Conversation,
    ConversationPage,
    Removed,
    StillOpen,
)

_CURSOR_DIGITS = 16


class InMemoryConversations:
    """Looks through all threads that are kept; no call awaits anything, so each is one step."""

    def __init__(
        self,
        *,
        threads: InMemoryThreads,
        history: InMemoryHistory,
        events: InMemoryEvents,
        ledger: InMemoryLedger,
    ) -> None:
        self._threads = threads
        self._history = history
        self._events = events
        self._ledger = ledger

    async def newest(self, user_id: UserId, *, after: str | None, limit: int) -> ConversationPage:
        """See `Conversations.newest`."""
        before = _number_of(after) if after is not None else None
        found: list[tuple[ThreadId, KeptConversation]] = []
        for thread_id, kept in self._history.newest():
            if kept.user_id == user_id and (before is None or kept.used < before):
                found.append((thread_id, kept))
                if len(found) > limit:
                    break
        shown = found[:limit]
        return ConversationPage(
            conversations=tuple(self._conversation(*each) for each in shown),
            next=str(shown[-1][1].used) if len(found) > limit else None,
        )

    async def find(self, thread_id: ThreadId, user_id: UserId) -> Conversation | None:
        """See `Conversations.find`."""
        kept = self._of(thread_id, user_id)
        return self._conversation(thread_id, kept) if kept else None

    async def rename(self, thread_id: ThreadId, user_id: UserId, title: str) -> bool:
        """See `Conversations.rename`."""
        kept = self._of(thread_id, user_id)
        if kept is None:
            return False
        kept.title = title
        return True

    async def remove(self, thread_id: ThreadId, user_id: UserId) -> Removed | StillOpen:
        """See `Conversations.remove`."""
        if await self._threads.owner(thread_id) != user_id:
            raise NotOwnerError(thread_id)
        open_ones = self._ledger.open_in(thread_id)
        if open_ones:
            return StillOpen(open_ones)
        kept = self._history.find(thread_id)
        turns = kept.turns if kept else {}
        self._threads.delete_now(thread_id)
        self._history.forget(thread_id)
        answers = self._ledger.forget(thread_id, {correlation_id for correlation_id, _ in turns})
        self._events.end(thread_id)
        return Removed(turns=len(turns), answers=answers)

    def _of(self, thread_id: ThreadId, user_id: UserId) -> KeptConversation | None:
        kept = self._history.find(thread_id)
        return kept if kept and kept.user_id == user_id else None

    def _conversation(self, thread_id: ThreadId, kept: KeptConversation) -> Conversation:
        return Conversation(
            thread_id=thread_id,
            title=kept.title or UNTITLED,
            created=kept.created,
            updated=kept.updated,
            turns=kept.turns_ever,
            busy=bool(self._ledger.open_in(thread_id)),
            cursor=self._events.last(thread_id),
        )


def _number_of(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _CURSOR_DIGITS):
        rule = "must be the `next` of an earlier page"
        raise InvalidRequestError(Violation(("after",), rule))
    return int(cursor)
