"""What was said last in a thread, for whoever claims its next request."""

from collections.abc import Sequence
from itertools import islice

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.wire.turns import decode_turn
from cse_chat.domain.model.history import Role, Turn
from cse_chat.domain.model.ids import CorrelationId, ThreadId

_TURNS_A_REQUEST = 2
_WIDER = 4


def turns_to_read(limit: int) -> int:
    """Return how many of the newest turns usually hold those of *limit* settled requests."""
    return (limit + 1) * _TURNS_A_REQUEST if limit else 0


async def recent_turns(
    connection: RedisConnection, thread_id: ThreadId, limit: int, newest: Sequence[bytes]
) -> tuple[Turn, ...]:
    """Return the turns of the last *limit* settled requests, oldest first.

    Args:
        connection: Reads further back if so many open requests are queued behind.
        thread_id: Whose turns.
        limit: How many requests.
        newest: The last `turns_to_read` turns of the thread.

    Raises:
        TransportError: It cannot be read now.
        MalformedRecordError: What is stored is no turn.
    """
    read = turns_to_read(limit)
    while True:
        turns = [decode_turn(value) for value in newest]
        found = _settled(turns, limit)
        if len(found) == limit * _TURNS_A_REQUEST or len(newest) < read:
            return found
        read *= _WIDER
        newest = await connection.command("LRANGE", names.messages(thread_id), -read, -1)


def _settled(turns: list[Turn], limit: int) -> tuple[Turn, ...]:
    """Return the turns of the last *limit* requests that have an agent's turn."""
    settled = (turn.correlation_id for turn in reversed(turns) if turn.role is Role.AGENT)
    newest: frozenset[CorrelationId] = frozenset(islice(settled, limit))
    return tuple(turn for turn in turns if turn.correlation_id in newest)
