"""`Threads` and `History` as mappings in this process."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice

from cse_chat.adapters.memory.expiring import ExpiringDict
from cse_chat.domain.errors import InvalidRequestError, NotOwnerError, Violation
from cse_chat.domain.model.history import Page, Role, Turn
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId

_THREAD_WEIGHT = 600  # bytes, measured, beside the text
_TURN_WEIGHT = 500
_CURSOR_DIGITS = 15  # more turns than any thread can have, and still a quick int()


class InMemoryThreads:
    """Remembers owners until *ttl* after their last use, of the last *cap* threads."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        cap: int = 10_000,
        ttl: timedelta = timedelta(days=30),
    ) -> None:
        self._owners: ExpiringDict[ThreadId, UserId] = ExpiringDict(
            cap=cap, ttl=ttl, monotonic=monotonic
        )

    async def own(self, thread_id: ThreadId, user_id: UserId) -> None:
        """See `Threads.own`."""
        if not self.is_free_for(thread_id, user_id):
            raise NotOwnerError(thread_id)
        self._owners.put(thread_id, user_id)

    def own_now(self, thread_id: ThreadId, user_id: UserId) -> None:
        """Own in the same step as what depends on it; of one's own it is no new use.

        Raises:
            NotOwnerError: It is another's.
        """
        owner = self._owners.get(thread_id)
        if owner is None:
            self._owners.put(thread_id, user_id)
        elif owner != user_id:
            raise NotOwnerError(thread_id)

    def is_free_for(self, thread_id: ThreadId, user_id: UserId) -> bool:
        """Say whether *user_id* owns it, or could."""
        return self._owners.get(thread_id) in {None, user_id}

    async def owner(self, thread_id: ThreadId) -> UserId | None:
        """See `Threads.owner`."""
        return self._owners.get(thread_id)


class _Conversation:
    """The turns of one thread, in order, each with its number."""

    __slots__ = ("_next_number", "turns", "weight")

    def __init__(self) -> None:
        self.weight = _THREAD_WEIGHT
        self.turns: dict[tuple[CorrelationId, Role], tuple[int, Turn]] = {}
        self._next_number = 1

    def add(self, turn: Turn, *, cap: int) -> None:
        key = (turn.correlation_id, turn.role)
        if key in self.turns:
            return
        self.turns[key] = (self._next_number, turn)
        self._next_number += 1
        self.weight += _weight_of(turn)
        if len(self.turns) > cap:
            _, oldest = self.turns.pop(next(iter(self.turns)))
            self.weight -= _weight_of(oldest)


class InMemoryHistory:
    """Keeps each thread until *ttl* after its last turn.

    Kept are the newest turns of a thread, and the last used threads, up to *cap* characters in
    all, in which a turn and a thread count for what they take beside their text.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        ttl: timedelta,
        cap: int = 16_000_000,
        turns_per_thread: int = 1_000,
    ) -> None:
        self._turns_per_thread = turns_per_thread
        self._threads: ExpiringDict[ThreadId, _Conversation] = ExpiringDict(
            cap=cap, ttl=ttl, monotonic=monotonic, weigh=lambda conversation: conversation.weight
        )

    def add(self, thread_id: ThreadId, turns: Iterable[Turn]) -> None:
        """Put *turns* at the end, except those that stand already."""
        conversation = self._threads.get(thread_id) or _Conversation()
        for turn in turns:
            conversation.add(turn, cap=self._turns_per_thread)
        self._threads.put(thread_id, conversation)

    async def page(self, thread_id: ThreadId, *, after: str | None, limit: int) -> Page:
        """See `History.page`."""
        behind = _number_of(after)
        conversation = self._threads.get(thread_id)
        numbered = conversation.turns.values() if conversation else ()
        found = list(islice((t for t in numbered if t[0] > behind), limit + 1))
        shown = found[:limit]
        following = str(shown[-1][0]) if len(found) > limit else None
        return Page(turns=tuple(turn for _, turn in shown), next=following)

    def recent(self, thread_id: ThreadId, limit: int) -> tuple[Turn, ...]:
        """Return the turns of the last *limit* settled requests, oldest first; see `Claim`."""
        conversation = self._threads.get(thread_id)
        if conversation is None:
            return ()
        turns = conversation.turns
        settled = (cid for cid, role in reversed(turns) if role is Role.AGENT)
        newest = frozenset(islice(settled, limit))
        return tuple(turn for (cid, _), (_, turn) in turns.items() if cid in newest)


def _weight_of(turn: Turn) -> int:
    return _TURN_WEIGHT + len(turn.content)


def _number_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _CURSOR_DIGITS):
        rule = "must be the `next` of an earlier page"
        raise InvalidRequestError(Violation(("after",), rule))
    return int(cursor)
