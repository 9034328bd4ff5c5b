"""Metrics of what goes over Redis."""

from typing import Final

from cse_chat.entrypoints.metrics import labels
from cse_chat.entrypoints.metrics.family import Family, Kind, Where

CHANNELS: Final = Family(
    name="redis_pubsub_channels",
    kind=Kind.GAUGE,
    where=Where.REDIS_GATEWAY,
    help="Channels that are heard, by what they bring: replies, events (of the threads that somebody"
    " follows), each on a connection of its own; 0 while there is none.",
    labels=("of",),
    known=labels.SUBSCRIPTIONS,
)
PUBSUB_SECONDS: Final = Family(
    name="redis_pubsub_latency_seconds",
    kind=Kind.HISTOGRAM,
    where=Where.REDIS_GATEWAY,
    help="From a heartbeat until it was heard; one a second.",
)
RECONNECTS: Final = Family(
    name="redis_pubsub_reconnects_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="How often such a connection was made anew; what was published meanwhile is looked up.",
    labels=("of",),
    known=labels.SUBSCRIPTIONS,
)
PUBLISHED: Final = Family(
    name="reply_bus_publish_total",
    kind=Kind.COUNTER,
    where=Where.REDIS,
    help="Outcomes that this process announced.",
)
AHEAD: Final = Family(
    name="chat_answered_ahead_total",
    kind=Kind.COUNTER,
    where=Where.REDIS,
    help="Questions that had an answer when Kafka had them; each is counted in one process, its gateway's"
    " or its worker's, whichever was later: add those of all.",
)
LATE: Final = Family(
    name="reply_bus_late_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="Outcomes heard here that nobody waited for, or not any more.",
)
REPLIES_DROPPED: Final = Family(
    name="reply_bus_dropped_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="What else was heard and not told: malformed, foreign (another thread's or user's), crowded"
    " (too many channels of single requests).",
    labels=("reason",),
    known=("malformed", "foreign", "crowded"),
)
EVENTS_DROPPED: Final = Family(
    name="event_log_dropped_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="What was heard on the channels of threads and is no event.",
)
REGISTRATIONS_PENDING: Final = Family(
    name="redis_registrations_pending",
    kind=Kind.GAUGE,
    where=Where.REDIS,
    help="Accepted requests that Redis does not know yet, because it was away.",
)
REGISTRATIONS_DROPPED: Final = Family(
    name="redis_registrations_dropped_total",
    kind=Kind.COUNTER,
    where=Where.REDIS,
    help="Of these, given up because too many were kept: a worker makes them known.",
)
