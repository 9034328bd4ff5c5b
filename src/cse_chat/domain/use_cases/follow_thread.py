"""Tell somebody what happens in a thread."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.errors import NotFoundError, TransportError
from cse_chat.domain.model.events import NOTHING_YET, Cursor, Followed
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.threads import Threads
from cse_chat.domain.use_cases.following import Look, Reader, first_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowThread:
    """Tell a thread's owner what happens in it."""

    threads: Threads
    events: EventLog

    async def __call__(
        self, thread_id: ThreadId, user_id: UserId, *, after: Cursor | None, idle: timedelta | None
    ) -> AsyncGenerator[Sequence[Followed]]:
        """Yield at once what is kept, possibly nothing; then what comes, until it is over here.

        Args:
            thread_id: Whose events.
            user_id: Who asks.
            after: Behind which event to begin; ``None``: with the oldest that is kept.
            idle: After how long without anything nothing is yielded; ``None``: never.

        Raises:
            NotFoundError: Nobody ever used the thread, it is another user's, or was deleted: also
                in the middle, behind what happened before.
            TransportError: What happened cannot be read now.
        """
        reader = await self._reader(thread_id, user_id, after)
        async with aclosing(reader.followed(idle=idle)) as stretches:
            async for stretch in stretches:
                yield stretch
        if reader.is_deleted:
            raise NotFoundError(f"thread {thread_id}")

    async def look(
        self, thread_id: ThreadId, user_id: UserId, *, after: Cursor | None, wait: timedelta
    ) -> Look:
        """Return some of what has happened; if it is nothing, wait so long for something.

        Raises:
            NotFoundError: Nobody ever used the thread, or it is another user's.
            TransportError: What happened cannot be read now.
        """
        reader = await self._reader(thread_id, user_id, after)
        told = await first_of(reader.followed(idle=wait) if wait else reader.kept(), wait=wait)
        return Look(told=told, cursor=reader.cursor or NOTHING_YET)

    async def _reader(self, thread_id: ThreadId, user_id: UserId, after: Cursor | None) -> Reader:
        if await self.threads.owner(thread_id) != user_id:
            raise NotFoundError(f"thread {thread_id}")
        return Reader(self.events, thread_id, after)

    async def newest(self, thread_id: ThreadId) -> Cursor | None:
        """Return behind which cursor to begin to be told only what is still to come.

        It says nothing of a thread, so that anybody may ask.

        Returns:
            ``None`` when nobody can say now: whoever begins there is told what is kept, too.
        """
        try:
            return (await self.events.since(thread_id, None, limit=1)).newest
        except TransportError:
            return None
