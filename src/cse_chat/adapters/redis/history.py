"""`History` as a list for each thread; the ledger's scripts write it."""

from itertools import islice

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.wire.turns import decode_turn
from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.history import Page, Role, Turn
from cse_chat.domain.model.ids import CorrelationId, ThreadId

_PAGE = script("page")
_CURSOR_DIGITS = 15  # more turns than any thread can have, and exact as Lua's numbers
_TURNS_A_REQUEST = 2
_WIDER = 4


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

    async def recent(self, thread_id: ThreadId, limit: int) -> tuple[Turn, ...]:
        """See `History.recent`.

        Raises:
            TransportError: It cannot be read now.
            MalformedRecordError: What is stored is no turn.
        """
        # From the end, and further back only if so many open requests are queued behind.
        read = (limit + 1) * _TURNS_A_REQUEST
        while True:
            values = await self._connection.command("LRANGE", names.messages(thread_id), -read, -1)
            turns = [decode_turn(value) for value in values]
            found = _settled(turns, limit)
            if len(found) == limit * _TURNS_A_REQUEST or len(values) < read:
                return found
            read *= _WIDER


def _settled(turns: list[Turn], limit: int) -> tuple[Turn, ...]:
    """Return the turns of the last *limit* requests that have an agent's turn."""
    settled = (turn.correlation_id for turn in reversed(turns) if turn.role is Role.AGENT)
    newest: frozenset[CorrelationId] = frozenset(islice(settled, limit))
    return tuple(turn for turn in turns if turn.correlation_id in newest)


def _number_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _CURSOR_DIGITS):
        rule = "must be the `next` of an earlier page"
        raise InvalidRequestError(Violation(("after",), rule))
    return int(cursor)
