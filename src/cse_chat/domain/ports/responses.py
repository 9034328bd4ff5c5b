"""The lasting record of what was answered."""

from typing import Protocol

from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.records import Record


class ResponseLog(Protocol):
    """Every outcome, for audit and for repair. Contract: ``tests/contracts/responses.py``."""

    async def append(self, outcome: Outcome, *, request: Record, is_urgent: bool = True) -> None:
        """Return once *outcome* is kept. It may come twice: readers join by correlation id.

        Args:
            outcome: How the request ended.
            request: The record it came in, to find the question again.
            is_urgent: Whether somebody waits for it: else it may be kept some 20 ms later, with others.

        Raises:
            TransportError: It may not be kept; repeating is right.
        """
        ...

    def hurry(self) -> None:
        """Keep what was not urgent as if it were: somebody waits for it now."""
        ...
