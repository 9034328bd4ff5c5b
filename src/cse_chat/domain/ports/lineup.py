"""Which requests of a thread are not settled, and who may come next."""

from collections.abc import Sequence
from typing import Protocol

from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.questions import ChatRequest


class Lineup(Protocol):
    """The registered requests of each thread that are not settled, in the order they came.

    It goes by what the ledger knows. Contract: ``tests/contracts/lineup.py``.
    """

    async def reserve(self, request: ChatRequest) -> None:
        """Own the thread, and keep its place for *request* if no other is open or has it; one step.

        The place is kept until the request is registered or settled, or was given back; without
        any of these for a few seconds, longer than accepting it may take. Repeating it is right.

        Raises:
            NotOwnerError: The thread is another user's.
            ThreadBusyError: Another is open, or has the place.
            TransportError: Nobody can say; it may be kept for its few seconds.
        """
        ...

    async def give_back(self, request: ChatRequest) -> None:
        """Give the place of *request* free, if it still has it.

        It never raises `TransportError`: what cannot be given back runs out.
        """
        ...

    async def before(self, request: ChatRequest) -> Sequence[CorrelationId]:
        """Return the open requests that were registered before *request*, oldest first.

        None if it is not registered, or settled.

        Raises:
            TransportError: It cannot be read now.
        """
        ...
