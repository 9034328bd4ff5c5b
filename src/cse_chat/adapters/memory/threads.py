"""`Threads` and `History` as mappings in this process."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count, islice

from cse_chat.adapters.memory.expiring import ExpiringDict
from cse_chat.domain.errors import (
    InvalidRequestError,
    NotOwnerError,
    ThreadDeletedError,
    Violation,
)
from cse_chat.domain.model.history import Page, Role, Turn
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.threads import title_of

_THREAD_WEIGHT = 600  # bytes, measured, beside the text
_TURN_WEIGHT = 500
_NOBODY = UserId("")  # who has a deleted thread; no user has this name
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
            ThreadDeletedError: It was deleted.
        """
        owner = self._owners.get(thread_id)
        if owner is None:
            self._owners.put(thread_id, user_id)
        elif owner == _NOBODY:
            raise ThreadDeletedError(thread_id)
        elif owner != user_id:
            raise NotOwnerError(thread_id)

    def is_free_for(self, thread_id: ThreadId, user_id: UserId) -> bool:
        """Say whether *user_id* owns it, or could."""
        return self._owners.get(thread_id) in {None, user_id}

    def is_deleted(self, thread_id: ThreadId) -> bool:
        """Say whether it was deleted, as far as that is remembered."""
        return self._owners.get(thread_id) == _NOBODY

    def delete_now(self, thread_id: ThreadId) -> None:
        """Let nobody have it again, for as long as an owner is remembered."""
        self._owners.put(thread_id, _NOBODY)

    async def owner(self, thread_id: ThreadId) -> UserId | None:
        """See `Threads.owner`."""
        return self._owners.get(thread_id)


class KeptConversation:
    """The turns of one thread, in order, each with its number.

    Attributes:
        used: Numbers its last use among those of all threads.
    """

    __slots__ = (
        "_next_number",
        "created",
        "title",
        "turns",
        "updated",
        "used",
        "user_id",
        "weight",
    )

    def __init__(self, user_id: UserId, created: datetime) -> None:
        self.user_id = user_id
        self.created = self.updated = created
        self.title = ""
        self.used = 0
        self.weight = _THREAD_WEIGHT
        self.turns: dict[tuple[CorrelationId, Role], tuple[int, Turn]] = {}
        self._next_number = 1

    @property
    def turns_ever(self) -> int:
        """How many turns there were."""
        return self._next_number - 1

    def add(self, turn: Turn, *, cap: int) -> None:
        """Put *turn* at the end, unless it stands already; of more than *cap* the oldest goes."""
        key = (turn.correlation_id, turn.role)
        if key in self.turns:
            return
        if turn.role is Role.USER:
            self.title = self.title or title_of(turn.content)
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
        now: Callable[[], datetime],
        ttl: timedelta,
        cap: int = 16_000_000,
        turns_per_thread: int = 1_000,
    ) -> None:
        self._now = now
        self._uses = count(1)
        self._turns_per_thread = turns_per_thread
        self._threads: ExpiringDict[ThreadId, KeptConversation] = ExpiringDict(
            cap=cap, ttl=ttl, monotonic=monotonic, weigh=lambda conversation: conversation.weight
        )

    def add(self, thread_id: ThreadId, turns: Iterable[Turn], *, user_id: UserId) -> None:
        """Put *turns* at the end of a thread of *user_id*, except those that stand already."""
        now = self._now()
        conversation = self._threads.get(thread_id) or KeptConversation(user_id, now)
        conversation.updated, conversation.used = now, next(self._uses)
        for turn in turns:
            conversation.add(turn, cap=self._turns_per_thread)
        self._threads.put(thread_id, conversation)

    def find(self, thread_id: ThreadId) -> KeptConversation | None:
        """Return what is kept of a thread."""
        return self._threads.get(thread_id)

    def newest(self) -> Iterator[tuple[ThreadId, KeptConversation]]:
        """Yield what is kept of all threads, last used first; none may be used meanwhile."""
        return self._threads.newest()

    def forget(self, thread_id: ThreadId) -> None:
        """Keep nothing of a thread."""
        self._threads.pop(thread_id)

    async def page(self, thread_id: ThreadId, *, after: str | None, limit: int) -> Page:
        """See `History.page`."""
        behind = _number_of(after)
        conversation = self._threads.get(thread_id)
        numbered = conversation.turns.values() if conversation else ()
        found = list(islice((t for t in numbered if t[0] > behind), limit + 1))
        shown = found[:limit]
        following = str(shown[-1][0]) if len(found) > limit else None
        return Page(turns=tuple(turn for _, turn in shown), next=following)

    def only_asked(self, thread_id: ThreadId) -> bool:
        """Say whether nothing but one question was ever said in a thread."""
        conversation = self._threads.get(thread_id)
        return conversation is not None and conversation.turns_ever == 1

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
