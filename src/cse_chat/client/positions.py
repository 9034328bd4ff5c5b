"""How far a follower was told."""

import re
from typing import Final

from cse_chat.client.events import Answered, EndedUnanswered, Event, Gap

_CURSOR: Final = re.compile(r"(.+)-([0-9]{1,15})", re.ASCII)


class Position:
    """Lets each event pass once, in its order, however often and by whomever it is told.

    Attributes:
        cursor: Behind which event to go on; ``None``: with the first.
    """

    def __init__(self, after: str | None) -> None:
        self.cursor = after
        self._is_at_end = False

    def passes(self, event: Event) -> bool:
        """Return whether *event* is new; if so, the position is behind it from now on."""
        if not isinstance(event, Gap) and self._has(event):
            return False
        self.cursor = event.cursor
        self._is_at_end = isinstance(event, Answered | EndedUnanswered)
        return True

    def _has(self, event: Event) -> bool:
        reached = _CURSOR.fullmatch(self.cursor or "")
        told = _CURSOR.fullmatch(event.cursor)
        if not reached or not told or told[1] != reached[1]:
            return False  # another epoch's, or no cursor that we can compare: the server knows
        if told[2] == reached[2] and isinstance(event, Answered | EndedUnanswered):
            # An outcome whose own event is lost is told where the reader stands.
            return self._is_at_end
        return int(told[2]) <= int(reached[2])
