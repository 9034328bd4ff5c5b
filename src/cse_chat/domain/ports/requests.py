"""Requests on their way from who asks to who answers."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from typing import Protocol

from cse_chat.domain.model.deliveries import Delivery, Finished, Hint
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import DeadLetter

Revoked = Callable[[Collection[int]], Awaitable[None]]
"""Told which partitions are another's from now on; returning gives them free."""


class RequestLog(Protocol):
    """Takes requests so that they outlive whoever asked; in order within a thread.

    Safe to call concurrently. Contract: ``tests/contracts/requests.py``.
    """

    async def append(self, request: ChatRequest) -> Durability:
        """Return how *request* is kept, once it is: from then on it gets an outcome.

        Raises:
            OverloadedError: The log is full; nothing was kept.
            TransportError: The log refused; nothing was kept.
            AcceptanceUnknownError: Nobody can say; the same id may be appended again.
        """
        ...


class Hints(Protocol):
    """Tells who will be given a request that it comes, while the log still takes it.

    At most once, to whoever hears it now: nothing may depend on it. What is answered for it counts
    once the log has taken the request (`Offers`).
    Contract: ``tests/contracts/hints.py``.
    """

    def give(self, request: ChatRequest) -> Hint | None:
        """Tell of *request*, and wait for nothing; return what is told, if anybody may hear it."""
        ...

    def wake(self, request: ChatRequest) -> None:
        """Say only that *request* comes: who has the answers to all before it may read seldom."""
        ...


class RequestSource(Protocol):
    """Gives out what the log took: at least once each, and in order within a thread.

    A record that is no request is dead-lettered by the source itself and never delivered; what
    comes behind it is. Contract: ``tests/contracts/requests.py``.
    """

    def deliveries(self, revoked: Revoked) -> AsyncGenerator[Delivery]:
        """Yield deliveries until the source is closed; one reader at a time.

        A thread is in one partition, offsets rise within it. Reading on does not wait for
        anything to be finished: the reader bounds what it has in hand. Who reads closes the
        generator; what is not acknowledged then is delivered to the next reader.

        Args:
            revoked: Called before a partition goes to another reader; until it returns, the
                other waits. What is not acknowledged by then is delivered to the other.
        """
        ...

    def assigned(self) -> Collection[int]:
        """Return the partitions that are read here now, whether anything comes from them or not."""
        ...

    async def acknowledge(self, finished: Finished) -> None:
        """Note that *finished* need not be delivered again; after a crash it may be all the same.

        Raises:
            TransportError: It may or may not have been noted; repeating it is right.
        """
        ...


class DeadLetters(Protocol):
    """Keeps what could not be processed, for an operator.

    Contract: ``tests/contracts/dead_letters.py``.
    """

    @property
    def counts(self) -> Mapping[str, int]:
        """By reason, how many this process has put."""
        ...

    async def put(self, letter: DeadLetter) -> None:
        """Return once *letter* is kept. The same record may come twice: readers join by id.

        Raises:
            TransportError: It is not kept; the record must not be acknowledged.
        """
        ...

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return up to *limit* letters, newest first."""
        ...
