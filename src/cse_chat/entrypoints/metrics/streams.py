"""Who follows here, and what they are told, counted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cse_chat.domain.model.events import Ended, Event, Followed
from cse_chat.entrypoints.metrics.families.gateway import SSE_STREAMS
from cse_chat.entrypoints.metrics.labels import EVENT_TYPES, GAP


class StreamTally:
    """Counts streams and events, whatever brings them."""

    def __init__(self) -> None:
        self.open = dict.fromkeys(SSE_STREAMS.known, 0)
        """Streams, by what they follow."""
        self.told = dict.fromkeys(EVENT_TYPES, 0)
        """Events, by their type."""
        self.resumed = 0
        """Streams that began behind a cursor."""
        self.interrupted = 0
        """How often a stream could not read on, and tried again."""

    @contextmanager
    def following(self, what: str, *, resumed: bool) -> Iterator[None]:
        """Count a stream as open; *what* it follows is one of the values of `SSE_STREAMS`."""
        self.open[what] += 1
        self.resumed += resumed
        try:
            yield
        finally:
            self.open[what] -= 1

    def tell(self, told: Sequence[Followed]) -> None:
        """Count what somebody is told."""
        for one in told:
            self.told[type_of(one)] += 1


def type_of(followed: Followed) -> str:
    """Return the type of event that *followed* is for whoever is told."""
    match followed:
        case Event():
            return str(followed.type)
        case Ended():
            return str(followed.outcome.status)
        case _:
            return GAP
