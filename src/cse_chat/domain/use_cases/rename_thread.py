"""Give a conversation another name."""

from dataclasses import dataclass

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.threads import Conversation, checked_title
from cse_chat.domain.ports.conversations import Conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameThread:
    """Let a thread's owner choose its title; that is no use of it."""

    conversations: Conversations

    async def __call__(self, thread_id: ThreadId, user_id: UserId, title: str) -> Conversation:
        """Return the thread as it is then.

        Raises:
            InvalidRequestError: *title* is none.
            NotFoundError: Nothing is kept of the thread, or it is another user's.
            TransportError: It may or may not have the title; repeating is right.
        """
        checked = checked_title(title)
        is_there = await self.conversations.rename(thread_id, user_id, checked)
        found = await self.conversations.find(thread_id, user_id) if is_there else None
        if found is None:
            raise NotFoundError(f"thread {thread_id}")
        return found
