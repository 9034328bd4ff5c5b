"""`Threads` as a key for each thread."""

from collections import OrderedDict
from collections.abc import Callable

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.errors import NotOwnerError, TransportError
from cse_chat.domain.model.ids import ThreadId, UserId

_OWN = script("own", "owners")
_DELETED = "(deleted)"  # no user's id
_NOBODY = UserId("")  # no user has this name


class RedisThreads:
    """Owners live for 30 days after the last use of their thread.

    What is known here needs no command: owners do not change, and every script that writes to a
    thread checks again. Known are the threads that were asked for last, and those made here:
    nobody else can have them.

    Args:
        connection: Opened before it is used.
        known: How many threads are remembered.
    """

    def __init__(self, connection: RedisConnection, *, known: int = 10_000) -> None:
        self._connection = connection
        self._most_known = known
        self._known: OrderedDict[ThreadId, UserId | None] = OrderedDict()

    def making(self, new_id: Callable[[], ThreadId]) -> Callable[[], ThreadId]:
        """Return *new_id* such that who first uses what it makes owns it without being asked.

        Its ids are too long to be guessed.
        """

        def make() -> ThreadId:
            thread_id = new_id()
            self._remember(thread_id, None)
            return thread_id

        return make

    async def own(self, thread_id: ThreadId, user_id: UserId) -> None:
        """See `Threads.own`.

        While the server is away nobody can say, and it passes: whoever registers or claims a
        request of the thread checks in the same step, and nothing of another's can be read.
        """
        if thread_id in self._known and self._known[thread_id] in {None, user_id}:
            self._remember(thread_id, user_id)
            return
        try:
            is_own = await self._connection.run(_OWN, [names.owner(thread_id)], user_id)
        except TransportError:
            return
        if not is_own:
            raise NotOwnerError(thread_id)
        self._remember(thread_id, user_id)

    async def owner(self, thread_id: ThreadId) -> UserId | None:
        """See `Threads.owner`. A deleted thread has an owner that nobody is.

        Raises:
            TransportError: Nobody can say.
        """
        reply: bytes | None = await self._connection.command("GET", names.owner(thread_id))
        if reply is None:
            return None
        owner = reply.decode(errors="replace")
        return _NOBODY if owner == _DELETED else UserId(owner)

    def forget(self, thread_id: ThreadId) -> None:
        """Ask again whose it is: it was deleted."""
        self._known.pop(thread_id, None)

    def _remember(self, thread_id: ThreadId, user_id: UserId | None) -> None:
        self._known[thread_id] = user_id
        self._known.move_to_end(thread_id)
        if len(self._known) > self._most_known:
            self._known.popitem(last=False)
