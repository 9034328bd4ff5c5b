"""Giving a ledger back what it lost: what it lacks, and where that is kept."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from cse_chat.domain.model.applied import Answered, AppliedMark
from cse_chat.domain.model.deliveries import Delivery


class AppliedMarks(Protocol):
    """Says of each partition whether the ledger is known to have all its responses.

    A mark is as lasting as the ledger, and holds for one run of its server. `Claims.claim` looks
    at it in the step that claims. Contract: ``tests/contracts/applied.py``.
    """

    async def read(self, partitions: Collection[int]) -> Mapping[int, AppliedMark]:
        """Return the mark of each of *partitions*.

        Raises:
            TransportError: They cannot be read now.
        """
        ...

    async def complete(self, partitions: Collection[int], run_id: str) -> None:
        """Note that the ledger has all of *partitions*, unless it is another run by now.

        Args:
            partitions: What was applied.
            run_id: `AppliedMark.run_id` of the reading after which all was applied.

        Raises:
            TransportError: Some may or may not be noted.
        """
        ...

    async def refresh(self, partitions: Collection[int]) -> Collection[int]:
        """Prolong the marks of this run; say it as often as claims are renewed.

        Returns:
            The partitions that have none: they must be applied again.

        Raises:
            TransportError: Some may or may not be prolonged.
        """
        ...


class ResponseReader(Protocol):
    """Reads the response log back. Contract: ``tests/contracts/responses.py``."""

    def since(self, times: Mapping[int, datetime]) -> AsyncGenerator[Sequence[Answered]]:
        """Yield what each partition took from its time until now, in its order, some at a time.

        What cannot be read as an outcome is left out. Who reads closes the generator.

        Args:
            times: By partition, in the log's time.

        Raises:
            TransportError: The rest cannot be read now.
        """
        ...


class Window(Protocol):
    """What this worker has in hand. It awaits nothing."""

    @property
    def partitions(self) -> Collection[int]:
        """Where deliveries came from that are still ours."""
        ...

    def unfinished(self, partition: int) -> Sequence[Delivery]:
        """Return what is not finished of *partition*, in its order."""
        ...
