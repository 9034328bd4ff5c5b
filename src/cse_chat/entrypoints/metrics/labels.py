"""Values of labels: what is known of them is exported as 0 before it happens."""

from typing import Final

from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.outcomes import Status

ENDED: Final = tuple(
    str(status) for status in (Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)
)
"""How an accepted request ends."""

LEFT_OPEN: Final = "left-open"
ERROR: Final = "error"
REFUSALS: Final = (
    "not-found",
    "thread-busy",
    "overloaded",
    "not-accepted",
    "acceptance-unknown",
    ERROR,
)
"""Why nothing was accepted."""

RELEASED: Final = "released"
INTERRUPTED: Final = "interrupted"
SETTLED_BEFORE: Final = "settled-before"
SET_ASIDE: Final = "set-aside"
FINISHED: Final = (*ENDED, SETTLED_BEFORE, SET_ASIDE)
"""How a delivery ends after which nothing is left to do."""

REPLIES: Final = "replies"
EVENTS: Final = "events"
SUBSCRIPTIONS: Final = (REPLIES, EVENTS)
"""What a gateway hears, each on a connection of its own."""

GAP: Final = "gap"
EVENT_TYPES: Final = (*map(str, EventType), GAP)
"""What followers are told."""
