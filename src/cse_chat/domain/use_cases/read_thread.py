"""Read how a conversation stands."""

from dataclasses import dataclass

from cse_chat.domain.errors import NotFoundError
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.threads import Conversation
from cse_chat.domain.ports.conversations import Conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadThread:
    """Tell a thread's owner how it stands."""

    conversations: Conversations

    async def __call__(self, thread_id: ThreadId, user_id: UserId) -> Conversation:
        """Return what is known of it.

        Raises:
            NotFoundError: Nothing is kept of the thread, or it is another user's.
            TransportError: It cannot be read now.
        """
        found = await self.conversations.find(thread_id, user_id)
        if found is None:
            raise NotFoundError(f"thread {thread_id}")
        return found
