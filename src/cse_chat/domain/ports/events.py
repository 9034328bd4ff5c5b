"""What happens in a thread, for those who follow it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import NamedTuple, Protocol

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor, Event, Stretch, Utterance
from cse_chat.domain.model.ids import ThreadId

MOST_BYTES_AT_ONCE = 262_144
"""Of a thread's events that are read together: whoever takes them slowly holds so much."""


class News(NamedTuple):  # a frozen dataclass takes three times as long to make
    """What was heard of a thread since it was last asked for.

    Attributes:
        events: In their order; possibly none.
        missed: Whether there may be others behind them: then it is read what there is.
        over: Whether nothing more will be heard here: the process ends.
    """

    events: tuple[Event, ...] = ()
    missed: bool = False
    over: bool = False


NextNews = Callable[[timedelta | None], Awaitable[News]]
"""Waits so long for news, at most; ``None``: as long as it takes.

One wait at a time; it may be cancelled and repeated.
"""


class EventRecorder(Protocol):
    """Takes what an attempt says. Contract: ``tests/contracts/recording.py``.

    Everything else that happens is recorded by the ledger, in the step in which it happens:
    accepted by `Ledger.register` and `Claims.claim`, started by `Claims.claim`, the rest of what
    was said and the outcome by `Ledger.settle`.
    """

    async def record(self, claim: Claim, said: Sequence[Utterance]) -> None:
        """Give each of *said* its position, and tell who follows; what has one already, skip.

        It can be read before it is heard of.

        Args:
            claim: The attempt's.
            said: In order; the first follows on the last that was recorded, or repeats some.

        Raises:
            ClaimLostError: A later claim has fenced this one off, or the request is settled.
            TransportError: Some may or may not be recorded; repeating is right.
        """
        ...


class EventLog(Protocol):
    """The events of each thread: kept up to a number and an age, then the oldest go.

    Contract: ``tests/contracts/events.py``.
    """

    async def since(self, thread_id: ThreadId, after: Cursor | None, *, limit: int) -> Stretch:
        """Return up to *limit* events behind *after*, oldest first; none behind `MOST_BYTES_AT_ONCE`.

        Exactly those, or a gap and the oldest that are kept: when some of them are gone, when
        *after* is of another epoch, or of a position that never was.

        Args:
            thread_id: Whose events.
            after: ``None`` for the oldest that are kept, without a gap.
            limit: At least 1.

        Raises:
            TransportError: They cannot be read now.
        """
        ...

    def follow(self, thread_id: ThreadId) -> AbstractAsyncContextManager[NextNews]:
        """Listen; the ``async with`` body starts once all that is recorded from now on is heard.

        News are at most once, and never the truth: whoever follows reads from its cursor after
        it began to listen, whenever it `missed` something, and when what it hears does not follow
        on what it has.

        Raises:
            NotListeningError: Listening is not confirmed, now or when it is entered.
        """
        ...
