"""So many conversations with so many followers each, at so many pieces of text a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from bench.broadcasts import Broadcasting, broadcasting, port_of
from bench.publishing import Topic
from bench.servers import Server
from bench.subscribing import Seats

FOLLOWERS = "followers"


@dataclass(frozen=True, slots=True)
class FanOut:
    """How many hear how much.

    Attributes:
        threads: Conversations in which something is said.
        followers: Of each of them.
        rate: Pieces a second in each.
    """

    threads: int
    followers: int
    rate: float

    @property
    def text(self) -> str:
        """For people."""
        return f"{self.threads:,} x {self.followers:,}"

    @property
    def deliveries(self) -> float:
        """How many a second there are at its own rate."""
        return self.threads * self.followers * self.rate


@contextmanager
def fanned_out(
    server: Server, redis: str, fan_out: FanOut, *, publisher: str, subscriber: str
) -> Iterator[Broadcasting]:
    """Start who speaks and who follows, and yield what has them do so.

    Args:
        server: Where they follow.
        redis: The URL of the server that it hears.
        fan_out: How many.
        publisher: See `publishers.OPENED`.
        subscriber: See `subscribers.BY_KIND`.
    """
    mark = uuid4().hex[:8]
    names = [f"thread-{number}-{mark}" for number in range(fan_out.threads)]
    topics = [Topic(publisher, name) for name in names]
    seats = [
        Seats(
            kind=subscriber,
            port=port_of(server),
            topic=name,
            count=fan_out.followers,
            group=FOLLOWERS,
        )
        for name in names
    ]
    with broadcasting(server, redis, topics, seats) as broadcast:
        yield broadcast
