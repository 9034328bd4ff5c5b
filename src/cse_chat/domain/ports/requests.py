"""Requests on their way from who asks to who answers."""

from collections.abc import AsyncGenerator
from typing import Protocol

from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import DeadLetter, Record


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


class Delivery(Protocol):
    """One request in hand. Not done when its reader goes away, it is delivered again."""

    @property
    def request(self) -> ChatRequest:
        """The request to process."""
        ...

    @property
    def record(self) -> Record:
        """The same as the log holds it."""
        ...

    @property
    def durability(self) -> Durability:
        """What keeps it."""
        ...

    async def done(self) -> None:
        """Promise never to need this delivery again. Calling it twice changes nothing."""
        ...


class RequestSource(Protocol):
    """Gives out what the log took: at least once each, and in order within a thread.

    A record that is no request is dead-lettered by the source itself and never delivered; what
    comes behind it is. Contract: ``tests/contracts/requests.py``.
    """

    def deliveries(self) -> AsyncGenerator[Delivery]:
        """Yield deliveries until the source is closed; one reader at a time.

        Reading on does not wait for `Delivery.done`: the reader bounds what it has in hand. Who
        reads closes the generator; what it had in hand is then delivered to the next reader.
        """
        ...


class DeadLetters(Protocol):
    """Keeps what could not be processed, for an operator. Contract: ``tests/contracts/dead_letters.py``."""

    async def put(self, letter: DeadLetter) -> None:
        """Return once *letter* is kept. The same record may come twice: readers join by id.

        Raises:
            TransportError: It is not kept; the record must not be acknowledged.
        """
        ...

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return up to *limit* letters, newest first."""
        ...
