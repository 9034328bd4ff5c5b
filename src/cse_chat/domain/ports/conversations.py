"""The conversations that somebody has, to find, name and delete."""

from typing import Protocol

from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.threads import (
    Conversation,
    ConversationPage,
    Removed,
    StillOpen,
)


class Conversations(Protocol):
    """Threads as their owners find them again; they last as long as their history.

    What they say is written by `Ledger.register`, `Claims.claim` and `Ledger.settle`, in the same
    step as what those decide. Every call may raise `TransportError`. Contracts:
    ``tests/contracts/conversations.py`` and ``tests/contracts/removal.py``.
    """

    async def newest(self, user_id: UserId, *, after: str | None, limit: int) -> ConversationPage:
        """Return up to *limit* threads of *user_id*, last used first.

        One that is used between two pages comes to the front, where the second does not look.

        Args:
            user_id: Whose.
            after: `ConversationPage.next` of the page before; ``None`` for the first.
            limit: At least 1.

        Raises:
            InvalidRequestError: *after* is no such cursor.
        """
        ...

    async def find(self, thread_id: ThreadId, user_id: UserId) -> Conversation | None:
        """Return the thread; ``None`` if nothing is kept of it, or it is another's."""
        ...

    async def rename(self, thread_id: ThreadId, user_id: UserId, title: str) -> bool:
        """Give the thread another title, which is no use of it; return whether it is there."""
        ...

    async def remove(self, thread_id: ThreadId, user_id: UserId) -> Removed | StillOpen:
        """Forget the thread in one step, and let nobody have it again while that is remembered.

        History, title and events go, and what is known of its requests but of those that were
        cancelled: these hold no words of anybody, and whoever waits or delivers such a
        request again has to find it settled. Who follows the thread is made to read it, and finds
        that it was deleted.
        Nothing is written of it from then on: `ThreadDeletedError`.

        Returns:
            What went; or what is open: then nothing was changed.

        Raises:
            NotOwnerError: It is another's, nobody's, or deleted already.
        """
        ...
