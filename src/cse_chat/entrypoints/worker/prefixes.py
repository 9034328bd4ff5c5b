"""How far a partition is finished, in the order it was delivered."""

from collections import deque


class FinishedPrefix:
    """One partition, from the moment it is assigned until it is revoked.

    Offsets are delivered in rising order, with holes, and finished in any order.
    """

    __slots__ = ("_delivered", "_finished", "position")

    def __init__(self) -> None:
        self._delivered: deque[int] = deque()
        self._finished: set[int] = set()
        self.position: int | None = None
        """Where a reader goes on: all that was delivered before is finished; ``None`` at first."""

    def deliver(self, offset: int) -> None:
        """Note that *offset* is in hand; it is higher than all before."""
        self._delivered.append(offset)

    def finish(self, offset: int) -> None:
        """Note that *offset*, which was delivered, is finished."""
        self._finished.add(offset)
        while self._delivered and self._delivered[0] in self._finished:
            first = self._delivered.popleft()
            self._finished.discard(first)
            self.position = first + 1
