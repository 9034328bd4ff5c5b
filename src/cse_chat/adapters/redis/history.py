"""`History` as a list for each thread; the ledger's scripts write it."""

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.wire.turns import decode_turn
from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.history import Page
from cse_chat.domain.model.ids import ThreadId

_PAGE = script("page")
_CURSOR_DIGITS = 15  # more turns than any thread can have, and exact as Lua's numbers


class RedisHistory:
    """Reads what the ledger's scripts wrote: the newest 1,000 turns of each thread.

    A cursor is the number of a turn, which stays when older ones are dropped.
    """

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def page(self, thread_id: ThreadId, *, after: str | None, limit: int) -> Page:
        """See `History.page`.

        Raises:
            InvalidRequestError: *after* is no such cursor.
            TransportError: It cannot be read now.
            MalformedRecordError: What is stored is no turn.
        """
        keys = [names.messages(thread_id), names.meta(thread_id)]
        before, values = await self._connection.run(_PAGE, keys, _number_of(after), limit + 1)
        turns = tuple(map(decode_turn, values[:limit]))
        following = str(before + limit) if len(values) > limit else None
        return Page(turns=turns, next=following)


def _number_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _CURSOR_DIGITS):
        rule = "must be the `next` of an earlier page"
        raise InvalidRequestError(Violation(("after",), rule))
    return int(cursor)
