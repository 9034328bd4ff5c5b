"""Whose a thread is, and what was said in it."""

from typing import Protocol

from cse_chat.domain.model.history import Page
from cse_chat.domain.model.ids import ThreadId, UserId


class Threads(Protocol):
    """The first user who owns a thread keeps it. Contract: ``tests/contracts/threads.py``."""

    async def own(self, thread_id: ThreadId, user_id: UserId) -> None:
        """Make *user_id* the owner if nobody is; atomic among any number of callers.

        Raises:
            NotOwnerError: It is another's, or was deleted.
            TransportError: Nobody can say.
        """
        ...

    async def owner(self, thread_id: ThreadId) -> UserId | None:
        """Return whose it is; ``None`` if nobody ever used it.

        One that was deleted has an owner who is nobody, so that nobody has it again.
        """
        ...


class History(Protocol):
    """The turns of each thread, once per correlation id and role, oldest first.

    It is written by `Ledger.register`, `Claims.claim` and `Ledger.settle`, in the same step as
    what they decide. Contract: ``tests/contracts/history.py``.
    """

    async def page(self, thread_id: ThreadId, *, after: str | None, limit: int) -> Page:
        """Return up to *limit* turns behind *after*; none of an unknown thread.

        Args:
            thread_id: Whose turns.
            after: `Page.next` of the page before; ``None`` for the first.
            limit: At least 1.

        Raises:
            InvalidRequestError: *after* is no such cursor.
        """
        ...
