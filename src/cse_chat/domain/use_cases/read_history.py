"""Read what was said in a thread."""

from dataclasses import dataclass

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.history import Page
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.ports.threads import History, Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHistory:
    """Give a thread's owner its turns, page by page."""

    threads: Threads
    history: History

    async def __call__(
        self, thread_id: ThreadId, user_id: UserId, *, after: str | None, limit: int
    ) -> Page:
        """Return up to *limit* turns behind *after*, oldest first.

        Raises:
            NotFoundError: Nobody ever used the thread, or it is another user's.
            InvalidRequestError: *after* is no cursor of ours.
            TransportError: The history cannot be read now.
        """
        if await self.threads.owner(thread_id) != user_id:
            raise NotFoundError(f"thread {thread_id}")
        return await self.history.page(thread_id, after=after, limit=limit)
