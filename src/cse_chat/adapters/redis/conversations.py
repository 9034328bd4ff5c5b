"""`Conversations` as a sorted set for each user; the ledger's scripts write it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.errors import InvalidRequestError, NotOwnerError, Violation
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.threads import (
    UNTITLED,
    Conversation,
    ConversationPage,
    Removed,
    StillOpen,
)

_THREAD = script("thread", "rows", "nothing")
_RENAME = script("rename")
_REMOVE = script("remove", "owners")
_NOBODY = CorrelationId("")
_CURSOR_DIGITS = 16  # microseconds since 1970


class RedisConversations:
    """Reads the list first, and then all of its threads in one go.

    A cursor is the microsecond of the last use, which the server gives no two threads.

    Args:
        connection: Opened before it is used.
        on_deleted: Told of each thread that was deleted here; may neither wait nor raise.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        on_deleted: Callable[[ThreadId], object] = lambda _: None,
    ) -> None:
        self._connection = connection
        self._on_deleted = on_deleted

    async def newest(self, user_id: UserId, *, after: str | None, limit: int) -> ConversationPage:
        """See `Conversations.newest`."""
        before = f"({_microseconds(after)}" if after is not None else "+inf"
        found: list[tuple[Conversation, str]] = []
        while len(found) <= limit:
            listed = await self._connection.command(
                "ZRANGE", names.threads_of(user_id), before, "-inf", "BYSCORE", "REV",
                "LIMIT", 0, limit + 1, "WITHSCORES",
            )  # fmt: skip
            if not listed:
                break
            read = await asyncio.gather(
                *(self.find(ThreadId(thread.decode()), user_id) for thread, _ in listed)
            )
            used = [str(int(score)) for _, score in listed]  # whole, and exact
            # Those whose history ran out are still listed.
            found += [(each, at) for each, at in zip(read, used, strict=True) if each]
            before = f"({used[-1]}"
        shown = found[:limit]
        following = shown[-1][1] if len(found) > limit else None
        return ConversationPage(conversations=tuple(each for each, _ in shown), next=following)

    async def find(self, thread_id: ThreadId, user_id: UserId) -> Conversation | None:
        """See `Conversations.find`."""
        keys = [
            names.owner(thread_id),
            names.meta(thread_id),
            names.open_requests(thread_id),
            names.threads_of(user_id),
        ]
        reply = await self._connection.run(_THREAD, keys, user_id, thread_id)
        return _conversation(thread_id, reply) if reply else None

    async def rename(self, thread_id: ThreadId, user_id: UserId, title: str) -> bool:
        """See `Conversations.rename`."""
        keys = [names.owner(thread_id), names.meta(thread_id)]
        return bool(await self._connection.run(_RENAME, keys, user_id, title))

    async def remove(self, thread_id: ThreadId, user_id: UserId) -> Removed | StillOpen:
        """See `Conversations.remove`.

        Requests are found by their turns: of those whose turns were dropped, because a thread has
        more than it keeps, the answers stay until their time is over.
        """
        keys = [
            names.owner(thread_id),
            names.open_requests(thread_id),
            names.messages(thread_id),
            names.meta(thread_id),
            names.events(thread_id),
            names.threads_of(user_id),
        ]
        prefixes = (names.request(_NOBODY), names.response(_NOBODY))
        reply = await self._connection.run(
            _REMOVE, keys, user_id, thread_id, names.DELETIONS, *prefixes
        )
        match reply[0]:
            case b"open":
                return StillOpen(tuple(CorrelationId(each.decode()) for each in reply[1]))
            case b"removed":
                self._on_deleted(thread_id)
                return Removed(turns=reply[1], answers=reply[2])
        raise NotOwnerError(thread_id)


def _conversation(thread_id: ThreadId, reply: Sequence[Reply]) -> Conversation:
    title, created, used, turns, busy, epoch, offset = reply
    return Conversation(
        thread_id=thread_id,
        title=title.decode() or UNTITLED,
        created=_time(created),
        updated=_time(used),
        turns=int(turns),
        busy=bool(busy),
        cursor=Cursor(epoch.decode(), int(offset)),
    )


def _time(milliseconds: bytes | int) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _microseconds(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _CURSOR_DIGITS):
        rule = "must be the `next` of an earlier page"
        raise InvalidRequestError(Violation(("after",), rule))
    return int(cursor)
