"""A record on its way to Kafka."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

Headers = Sequence[tuple[str, bytes]]


class NotHandedOverError(Exception):
    """The client that the record waited for is of no more use, and never had it: use another."""


@dataclass(slots=True, eq=False)  # not frozen: that takes three times as long to make
class OutgoingRecord:
    """What shall be kept, and what is to become known of that.

    Attributes:
        number: Its place in the order of sending.
        deadline: By the loop's clock; whoever sent it waits no longer.
        confirmed: Done once all replicas in sync keep it, or with why not.
        is_urgent: Whether somebody waits for it; else it may wait for others to go with.
    """

    number: int
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    deadline: float
    confirmed: asyncio.Future[None]
    is_urgent: bool = True

    def confirm(self) -> None:
        """Say that it is kept."""
        if not self.confirmed.done():  # given up, or nobody waits any more
            self.confirmed.set_result(None)

    def fail(self, error: Exception) -> None:
        """Say why it is not, or why nobody knows."""
        if not self.confirmed.done():
            self.confirmed.set_exception(error)
            self.confirmed.exception()  # if who waits has just been cancelled, nobody looks
